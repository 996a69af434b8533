"""The concepts as pictures: SVG in the reader's own fonts."""

from pathlib import Path

from docs.site.pictures import canary, chain, erasure, loop, traffic

FOLDER = Path("docs/images")
PICTURES = {
    "loop": loop.picture,
    "canary": canary.picture,
    "traffic": traffic.picture,
    "chain": chain.picture,
    "erasure": erasure.picture,
}


def pages(_: Path) -> dict[Path, str]:
    return {FOLDER / f"{name}.svg": made() for name, made in PICTURES.items()}
