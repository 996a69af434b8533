"""Putting images into a node's containerd, each version of one once."""

from dataclasses import dataclass
from pathlib import Path

from cluster.containers import ctr
from cluster.node import Node
from cluster.paths import cache
from cluster.shell import MINUTES, run
from cluster.steps import step


@dataclass(frozen=True)
class Image:
    """An image's archive in the cache; `digest` is of what it was made from."""

    name: str
    digest: str

    @property
    def slug(self) -> str:
        return self.name.replace("/", "_").replace(":", "_")

    @property
    def archive(self) -> Path:
        return cache() / "images" / f"{self.slug}-{self.digest}.tar"


def ensure_loaded(node: Node, image: Image) -> bool:
    """Imports it unless the node has it. Returns whether it had to."""
    if image in loaded(node) and _listed(node, image.name):
        return False
    run([*ctr(node), "images", "import", image.archive], timeout_seconds=5 * MINUTES)
    note = _notes(node) / image.slug
    note.parent.mkdir(exist_ok=True)
    note.write_text(f"{image.name} {image.digest}")
    return True


def loaded(node: Node) -> list[Image]:
    """What was imported on the node, by the notes that were left there."""
    notes = _notes(node).iterdir() if _notes(node).exists() else ()
    return [Image(*note.read_text().split()) for note in notes]


def share_images(there: Node, here: Node) -> None:
    """A node that came later gets what another has, as far as the cache still has it too."""
    missing = [image for image in loaded(there) if image not in loaded(here) and image.archive.exists()]
    if missing:
        with step(f"{len(missing)} images for {here.name}"):
            for image in missing:
                ensure_loaded(here, image)


def _notes(node: Node) -> Path:
    return node.images / "loaded"


def _listed(node: Node, name: str) -> bool:
    """containerd knows it by its full name, with the registry that short names stand for."""
    return any(full.endswith(f"/{name}") for full in run([*ctr(node), "images", "list", "--quiet"]).split())
