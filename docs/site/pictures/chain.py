"""The digests from the data to the pod."""

from docs.site.pictures.shapes import Tone, arrow, box, drawing, note

LINKS: tuple[tuple[Tone, str, str, str], ...] = (
    ("data", "Dataset version", "sha256 of the accepted rows", "pinned when training begins"),
    ("model", "Bundle", "sha256 of model, signature, metrics, golden inputs", "named by the Deployment's status"),
    ("serve", "Revision", "the bundle's digest and the serving settings", "one workload and one Service for life"),
    ("plain", "Pod", "checks digest and golden inputs before it is ready", ""),
)
HEIGHT, GAP = 58, 44


def picture() -> str:
    height = len(LINKS) * (HEIGHT + GAP) - GAP + 28
    return drawing(height, "Each link names the one before it by its digest", _parts())


def _parts() -> list[str]:
    parts = []
    for n, (tone, title, words, then) in enumerate(LINKS):
        top = 14 + n * (HEIGHT + GAP)
        parts.append(box((40, top), (400, HEIGHT), tone, title, words))
        if then:
            parts.append(arrow((140, top + HEIGHT), (140, top + HEIGHT + GAP - 2)))
            parts.append(note((152, top + HEIGHT + 26), then))
    return parts
