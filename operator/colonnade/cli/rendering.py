"""A page, as a terminal shows it. People's words are text, never markup: a message may have any brackets."""

from functools import singledispatch

from rich import table as rich_table
from rich.console import Group, RenderableType
from rich.text import Text
from rich.tree import Tree

from colonnade.cli.page import Branch, Facts, Forest, Line, Page, Part, Table

STYLES = {"plain": "", "strong": "bold", "quiet": "dim", "good": "green", "bad": "bold red", "waiting": "yellow"}


@singledispatch
def rendered(part: Part) -> RenderableType:
    raise TypeError(f"{type(part).__name__} is no part of a page")


@rendered.register
def _(part: Line) -> RenderableType:
    return _text(part)


@rendered.register
def _(part: Facts) -> RenderableType:
    grid = rich_table.Table.grid(padding=(0, 2))
    grid.add_column(style=STYLES["quiet"])
    grid.add_column()
    for name, value in part.rows:
        grid.add_row(Text(name), _text(value))
    return grid


@rendered.register
def _(part: Table) -> RenderableType:
    made = rich_table.Table(box=None, padding=(0, 3, 0, 0), pad_edge=False, header_style=STYLES["quiet"])
    for column in part.columns:
        made.add_column(column.upper(), justify="right" if column in part.right else "left", overflow="fold")
    for row in part.rows:
        made.add_row(*map(_text, row))
    return made


@rendered.register
def _(part: Forest) -> RenderableType:
    return Group(*map(_tree, part.trees))


@rendered.register
def _(part: Page) -> RenderableType:
    spaced = [shown for each in part.parts for shown in (rendered(each), Text())]
    return Group(*spaced[:-1])


def _tree(branch: Branch) -> Tree:
    tree = Tree(_text(branch.line))
    tree.children = [_tree(each) for each in branch.below]
    return tree


def _text(line: Line) -> Text:
    return Text.assemble(*((word.text, STYLES[word.tone]) for word in line.words))
