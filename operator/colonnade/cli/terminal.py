"""What is printed: in colour on a terminal, as plain text when piped. Answers go to stdout, remarks to stderr."""

import sys
from io import StringIO

from rich.console import Console

from colonnade.cli.page import Part
from colonnade.cli.rendering import rendered

PLAIN_WIDTH = 10_000
"""Piped text is never folded: a line stays a line for grep and awk."""


def stdout() -> Console:
    return Console(highlight=False)


def stderr() -> Console:
    return Console(stderr=True, highlight=False, soft_wrap=True)


def plain(what: Part) -> str:
    """Text without colour, folds or blanks at the ends of lines."""
    text = StringIO()
    Console(file=text, width=PLAIN_WIDTH, highlight=False, color_system=None).print(rendered(what))
    return "\n".join(line.rstrip() for line in text.getvalue().splitlines())


def show(what: Part) -> None:
    if sys.stdout.isatty():
        stdout().print(rendered(what))
    else:
        sys.stdout.write(plain(what) + "\n")


def say(text: str) -> None:
    stderr().print(text, markup=False)
