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


def is_no_table(path: str) -> bool:
    """Whether a file of a folder or an archive is passed over, by its name alone."""
    parts = PurePosixPath(path).parts
    name = parts[-1].lower()
    stem, ending = PurePosixPath(name).stem, PurePosixPath(name).suffix
    if name.startswith((".", "_")) or "__MACOSX" in parts or name in SYSTEM:
        return True
    return ending in ENDINGS or (stem in NOTES and ending in NOTE_ENDINGS)


def sift(files: Iterable[File], path: Callable[[File], str]) -> tuple[list[File], list[str]]:
    """The files that may be tables, and the names of the others."""
    kept: list[File] = []
    passed: list[str] = []
    for file in files:
        name = path(file)
        if is_no_table(name):
            passed.append(PurePosixPath(name).name)
        else:
            kept.append(file)
    return kept, passed


def said(passed: Sequence[str]) -> list[str]:
    """What the report says of files that were passed over."""
    if not passed:
        return []
    count = "1 file is" if len(passed) == 1 else f"{len(passed)} files are"
    more = f" and {len(passed) - SHOWN} more" if len(passed) > SHOWN else ""
    return [f"{count} passed over, whose name says that it is no table: {', '.join(passed[:SHOWN])}{more}"]
