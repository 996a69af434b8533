"""The image that all others stand on, from Debian's packages, by the name that the Dockerfiles give it."""

import hashlib
import shutil
from pathlib import Path

from cluster import versions
from cluster.buildah import commit_folder, has
from cluster.loading import Image
from cluster.paths import cache
from cluster.shell import run
from cluster.steps import step

UNNEEDED = (
    "var/cache/apt/archives",
    "var/lib/apt/lists",
    "usr/share/doc",
    "usr/share/man",
    "usr/share/locale",
    "usr/share/info",
)
RECIPE = ("debootstrap", "--variant=minbase", "--include=ca-certificates", versions.DEBIAN_RELEASE)


def base_image() -> Image:
    """Bootstrapped at the first call."""
    image = Image(versions.BASE_IMAGE, hashlib.sha256(repr((RECIPE, UNNEEDED)).encode()).hexdigest()[:12])
    if not image.archive.exists() or not has(image.name):
        with step(f"base image {image.name}"):
            _bootstrap(image)
    return image


def _bootstrap(image: Image) -> None:
    root = cache() / "buildah" / "base"
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir(parents=True)
    run([*RECIPE, root])
    for folder in UNNEEDED:
        for entry in Path(root, folder).iterdir() if Path(root, folder).exists() else ():
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
    commit_folder(image, root, ["bash"])
    shutil.rmtree(root)
