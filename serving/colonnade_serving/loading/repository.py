"""What lies at an address: one model, or a folder of several, as Triton lays them out."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ..bundle import MANIFEST, BundleError, read_bundle
from ..bundle.verify import MODEL
from ..store import StoreError, open_store
from ..store.connect import local_root
from .load import CannotServe, Source, refusal

DEPTH = 3
VERSION = re.compile(r"[1-9][0-9]*")


@dataclass(frozen=True, slots=True)
class Repository:
    """Models at one address: a bundle, a bare .onnx file, or a folder of them.

    In a folder, each bundle's folder and each .onnx file is a model by its own name; <name>/<version>/ holds versions,
    of which the highest is served, or each when every_version. digest, name and version are for one model's address.
    """

    address: str
    digest: str | None = None
    name: str | None = None
    version: str = "1"
    every_version: bool = False

    def look(self) -> dict[str, list[Source]]:
        """What there is now, by name, the highest version last. Raises CannotServe."""
        try:
            if self.address.endswith(".onnx"):
                return self._one(Path(self.address).stem)
            files = set(_files(self.address))
            if MANIFEST in files:
                return self._one(read_bundle(_read(self.address, MANIFEST)).model)
        except (StoreError, BundleError, OSError, ValueError) as error:
            raise refusal(self.address, error) from error
        return self._several(files)

    def _one(self, own_name: str) -> dict[str, list[Source]]:
        name = self.name or own_name
        return {name: [Source(self.address, self.digest, name, self.version)]}

    def _several(self, files: Iterable[str]) -> dict[str, list[Source]]:
        found = layout(files)
        if not found:
            raise CannotServe(
                f"{self.address} holds no model: a bundle is a directory with a {MANIFEST}; a folder of several has "
                "one of these, or an .onnx file, for each"
            )
        if self.digest or self.name:
            setting = "--digest" if self.digest else "--name"
            raise CannotServe(f"{setting} is for one model, but {self.address} holds {len(found)}: {', '.join(found)}")
        return {name: list(self._sources(name, versions)) for name, versions in found.items()}

    def _sources(self, name: str, versions: dict[str, str]) -> Iterator[Source]:
        ascending = sorted(versions, key=int)
        for version in ascending if self.every_version else ascending[-1:]:
            yield Source(f"{self.address.rstrip('/')}/{versions[version]}", None, name, version)


def layout(files: Iterable[str]) -> dict[str, dict[str, str]]:
    """The models in a folder by its files' relative paths: name -> version -> the bundle's folder or .onnx file.

    A folder with a bundle.json is a bundle, whatever else it holds. What is neither is no model's: it is left alone,
    and so is what begins with a dot: macOS keeps attributes there, a mounted ConfigMap what its entries are links to.
    """
    found: dict[str, dict[str, str]] = {}
    seen = (path for path in files if not any(part.startswith(".") for part in path.split("/")))
    for path in sorted(seen, key=lambda path: path.rpartition("/")[2] != MANIFEST):
        folder, _, file = path.rpartition("/")
        if file == MANIFEST and folder:
            name, version, place = *_named(folder), folder
        elif file == MODEL and folder:
            name, version, place = *_named(folder), path
        elif file.endswith(".onnx") and not folder:
            name, version, place = file.removesuffix(".onnx"), "1", path
        else:
            continue
        if name:
            found.setdefault(name, {}).setdefault(version, place)
    return dict(sorted(found.items()))


def _named(folder: str) -> tuple[str, str]:
    name, _, version = folder.partition("/")
    if not version:
        return name, "1"
    return (name, version) if VERSION.fullmatch(version) else ("", "")


def _files(address: str) -> Iterator[str]:
    if "://" in address and not local_root(address):
        yield from (item.path for item in open_store(address).list())
        return
    root = local_root(address) or Path(address)
    if not root.is_dir():
        raise BundleError(f"{_instead(address, root)}; {_WANTED}")
    for depth in range(DEPTH):
        for path in root.glob("*/" * depth + "*"):
            if (path.suffix == ".onnx" or path.name == MANIFEST) and not _leads_back(path.parent, root):
                yield path.relative_to(root).as_posix()


def _leads_back(folder: Path, root: Path) -> bool:
    """Whether a link led from the root to itself, or to what holds it: each model would be there again."""
    return folder != root and root.resolve().is_relative_to(folder.resolve())


def _instead(address: str, root: Path) -> str:
    """What there is where a directory is wanted."""
    if root.exists():
        return "it is a file, and its name doesn't end in .onnx"
    scheme, colon, rest = address.partition(":/")
    if colon and scheme in ("s3", "file"):
        return f"an address has two slashes, {scheme}://{rest}"
    return "no such file or directory"


def _read(address: str, name: str) -> bytes:
    root = local_root(address) if "://" in address else Path(address)
    return (root / name).read_bytes() if root else open_store(address).get(name)


_WANTED = f"a bundle is a directory with a {MANIFEST}"
