"""What README, CONTRIBUTING and docs tell people to type and to apply, so that tests can do it."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

REPOSITORY = Path(__file__).resolve().parents[1]
FENCE = re.compile(r"^ *```(?P<language>\w*)\n(?P<body>.*?)^ *```", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
SHELL = ("", "sh", "bash", "console")
NOTES = "helm/colonnade/templates/NOTES.txt"
"""What Helm says after an installation; the values of this one stand for all."""
VALUES = {"Release.Namespace": "colonnade-system", "Release.Name": "colonnade"}
SYNOPSES = ("docs/reference/cli.md",)
"""Generated pages whose headings name arguments and aren't to be typed."""
JOINTS = {"&&", ";", "|", "||"}
BEGINS = {"do", "then", "else"}
LOOPS = {"for", "while", "if", "done", "fi"}


@dataclass(frozen=True)
class Command:
    """One program and its arguments, without what a shell does with its output."""

    page: str
    words: tuple[str, ...]
    whole: bool = True  # False in running text, where a command may be named in part

    @property
    def program(self) -> str:
        return Path(self.words[0]).name

    def __str__(self) -> str:
        return f"{self.page}: {shlex.join(self.words)}"


def pages() -> list[Path]:
    """All that is kept true; design notes speak of their day."""
    docs = [path for path in sorted((REPOSITORY / "docs").rglob("*.md")) if "design" not in path.parts]
    found = [*(REPOSITORY / name for name in ("README.md", "CONTRIBUTING.md", "examples/README.md")), *docs]
    return [path for path in found if path.relative_to(REPOSITORY).as_posix() not in SYNOPSES]


def commands(*programs: str) -> list[Command]:
    """Those in blocks, whatever program they begin with, and those in running text that begin with one of these."""
    found = {command: None for page in pages() for command in _commands(page, programs)}
    return [*found, *(Command(NOTES, words) for line in _notes() for words in split(line))]


def manifests() -> list[tuple[str, dict[str, Any]]]:
    """Each whole object of ours in a block of YAML, with its page."""
    return [
        (page.relative_to(REPOSITORY).as_posix(), document)
        for page in pages()
        for fence in FENCE.finditer(page.read_text())
        if fence["language"] == "yaml" and "apiVersion: colonnade.dev" in fence["body"]
        for document in yaml.safe_load_all(fence["body"])
    ]


def _notes() -> list[str]:
    lines = [line.strip() for line in (REPOSITORY / NOTES).read_text().splitlines()]
    typed = [line for line in lines if line.startswith(("kubectl ", "helm ", "curl "))]
    return [re.sub(r"{{ \.([\w.]+) }}", lambda found: VALUES.get(found[1], "80"), line) for line in typed]


def _commands(page: Path, programs: tuple[str, ...]) -> Iterator[Command]:
    name, text = page.relative_to(REPOSITORY).as_posix(), page.read_text()
    for fence in FENCE.finditer(text):
        if fence["language"] in SHELL:
            for typed in _typed(fence["body"]):
                yield from (Command(name, words) for words in split(typed))
    for found in INLINE.findall(FENCE.sub("", text)):
        begins = Path(found.partition(" ")[0]).name
        if begins in programs and " " in found.strip() and "…" not in found:
            yield from (Command(name, words, whole=False) for words in split(found))


def _typed(block: str) -> Iterator[str]:
    """Whole commands: a line that ends in a backslash, a pipe or within quotes goes on in the next."""
    pending = ""
    for line in block.splitlines():
        pending += line.strip().removeprefix("$ ")
        if pending.endswith("\\"):
            pending = pending[:-1]
        elif pending.endswith("|"):
            continue
        elif _is_whole(pending):
            if pending.strip():
                yield pending
            pending = ""
        else:
            pending += "\n"
    assert not pending.strip(), f"not a whole command: {pending}"


def _is_whole(text: str) -> bool:
    try:
        shlex.split(text, comments=True)
    except ValueError:
        return False
    return True


def split(typed: str) -> Iterator[tuple[str, ...]]:
    """The commands of a line, without loops around them, variables before and redirections behind."""
    lexer = shlex.shlex(typed, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    words: list[str] = []
    for word in [*lexer, ";"]:
        if word in JOINTS:
            kept = _without_redirections(words)
            while kept and (kept[0] in BEGINS or re.match(r"^[A-Z_]+=", kept[0])):
                kept = kept[1:]
            if kept and kept[0] not in LOOPS:
                yield tuple(kept)
            words = []
        else:
            words.append(word)


def _without_redirections(words: list[str]) -> list[str]:
    kept, skip = [], False
    for word in words:
        if word in (">", ">>", "<"):
            skip = True
        elif not skip:
            kept.append(word)
        else:
            skip = False
    return kept
