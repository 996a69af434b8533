"""Files that lie in folders of tables and hold none: markers, checksums, notes of the people who made them."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import PurePosixPath
from typing import TypeVar

File = TypeVar("File")

NOTES = ("readme", "license", "licence", "changelog", "notice", "authors")
NOTE_ENDINGS = ("", ".md", ".txt", ".rst")
ENDINGS = (".crc", ".md5", ".sha256", ".sha1", ".md", ".tmp", ".lock")
SYSTEM = ("thumbs.db", "desktop.ini")
SHOWN = 3


def is_skipped(path: str) -> bool:
    """Whether a file of a folder or an archive is skipped, by its name alone."""
    parts = PurePosixPath(path).parts
    name = parts[-1].lower()
    stem, ending = PurePosixPath(name).stem, PurePosixPath(name).suffix
    if name.startswith((".", "_")) or "__MACOSX" in parts or name in SYSTEM:
        return True
    return ending in ENDINGS or (stem in NOTES and ending in NOTE_ENDINGS)


def split(files: Iterable[File], path: Callable[[File], str]) -> tuple[list[File], list[str]]:
    """The files that may be tables, and the names of the others."""
    kept: list[File] = []
    skipped: list[str] = []
    for file in files:
        name = path(file)
        if is_skipped(name):
            skipped.append(PurePosixPath(name).name)
        else:
            kept.append(file)
    return kept, skipped


def note(skipped: Sequence[str]) -> list[str]:
    """What the report says of skipped files."""
    if not skipped:
        return []
    count = "1 file is" if len(skipped) == 1 else f"{len(skipped)} files are"
    more = f" and {len(skipped) - SHOWN} more" if len(skipped) > SHOWN else ""
    return [f"{count} passed over, whose name says that it is no table: {', '.join(skipped[:SHOWN])}{more}"]
