"""What objects show in a notebook. Every text is escaped: names, messages and values come from elsewhere."""

from collections.abc import Iterable, Sequence
from html import escape

CELL = ' style="text-align:left;vertical-align:top"'
Rows = Iterable[Sequence[object]]


def block(title: str, *parts: str) -> str:
    """A heading and what stands under it; parts are HTML already."""
    return f"<div><b>{escape(title)}</b>{''.join(parts)}</div>"


def facts(pairs: Iterable[tuple[str, object]]) -> str:
    """A line for each pair that says something."""
    told = [(name, value) for name, value in pairs if value not in (None, "")]
    lines = "".join(f"<tr><th{CELL}>{_text(name)}</th><td{CELL}>{_text(value)}</td></tr>" for name, value in told)
    return f"<table>{lines}</table>" if lines else ""


def table(headers: Sequence[str], rows: Rows) -> str:
    """Nothing where there are no rows."""
    lines = "".join("<tr>" + "".join(f"<td{CELL}>{_text(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    head = "".join(f"<th{CELL}>{_text(header)}</th>" for header in headers)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table>" if lines else ""


def page(document: str, height: int = 600) -> str:
    """A whole HTML page in a frame of its own, in which no script runs."""
    style = f"width:100%;height:{height}px;border:1px solid #ccc"
    return f'<iframe sandbox="" srcdoc="{escape(document)}" style="{style}"></iframe>'


def _text(value: object) -> str:
    return escape("" if value is None else str(value))
