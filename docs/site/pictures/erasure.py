"""Where rows of someone lie before they are forgotten, and what is there after."""

from docs.site.pictures.shapes import Tone, arrow, box, drawing, note, text

PLACES: tuple[tuple[Tone, str, str, str], ...] = (
    ("data", "Versions of the Dataset", "rows, set aside, report", "the same, without their rows"),
    ("data", "What queries made of them", "any number of Datasets on", "made anew of what is left"),
    ("data", "Copies in the backup", "the same bytes, sealed or not", "gone; the new ones are copied"),
    ("plain", "Old versions of objects", "in a bucket that keeps them", "gone"),
    ("plain", "rejected/, diffs/, uploads/", "looks, comparisons, pushes", "gone; push again"),
    ("model", "Models trained on them", "weights, golden inputs", "Erased; --retrain makes others"),
)
HEIGHT, GAP, TOP = 50, 14, 40


def picture() -> str:
    return drawing(TOP + len(PLACES) * (HEIGHT + GAP), "Where someone's rows lie before and after", _parts())


def _parts() -> list[str]:
    parts = [text((125, 24), "before", "middle", bold=True), text((370, 24), "after", "middle", bold=True)]
    for n, (tone, title, before, after) in enumerate(PLACES):
        top = TOP + n * (HEIGHT + GAP)
        parts.append(box((10, top), (230, HEIGHT), tone, title, before))
        parts.append(arrow((240, top + HEIGHT / 2), (272, top + HEIGHT / 2), dashed=after.startswith("gone")))
        parts.append(note((280, top + HEIGHT / 2 + 4), after))
    return parts
