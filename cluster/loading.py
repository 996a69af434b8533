"""Putting images into a node's containerd, each version of one once."""

from dataclasses import dataclass
from pathlib import Path

from cluster.containers import ctr
from cluster.node import Node
from cluster.paths import cache
from cluster.shell import MINUTES, run


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
    note = node.images / "loaded" / image.slug
    if note.exists() and note.read_text() == image.digest and _listed(node, image.name):
        return False
    run([*ctr(node), "images", "import", image.archive], timeout_seconds=5 * MINUTES)
    note.parent.mkdir(exist_ok=True)
    note.write_text(image.digest)
    return True


def _listed(node: Node, name: str) -> bool:
    """containerd knows it by its full name, with the registry that short names stand for."""
    return any(full.endswith(f"/{name}") for full in run([*ctr(node), "images", "list", "--quiet"]).split())
