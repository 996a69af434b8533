"""The cluster's own image: `pause`, which holds every pod's namespaces, and `volume`, which makes volumes' folders."""

import hashlib

from cluster import versions
from cluster.archive import write_image
from cluster.loading import Image
from cluster.paths import PACKAGE, cache
from cluster.shell import run
from cluster.steps import step

SOURCES = PACKAGE / "tools"
PROGRAMS = ("pause", "volume")
NOBODY = "65535:65535"


def tools_image() -> Image:
    """Compiled at the first call, static, so that the image holds two files and no more."""
    image = Image(versions.TOOLS_IMAGE, _digest())
    if not image.archive.exists():
        with step("compile pause and volume"):
            files = {name: _compile(name) for name in PROGRAMS}
            write_image(image.archive, image.name, files, ["/pause"], NOBODY)
    return image


def _digest() -> str:
    return hashlib.sha256(b"".join((SOURCES / f"{name}.c").read_bytes() for name in PROGRAMS)).hexdigest()[:12]


def _compile(name: str) -> bytes:
    folder = cache() / "images"
    folder.mkdir(parents=True, exist_ok=True)
    compiled = folder / name
    run(["gcc", "-static", "-Os", "-s", "-Wall", "-Wextra", "-Werror", "-o", compiled, SOURCES / f"{name}.c"])
    content = compiled.read_bytes()
    compiled.unlink()
    return content
