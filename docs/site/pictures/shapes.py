"""Boxes, arrows and words of a picture. A picture is 480 units wide, so that it can be read on a phone too; y grows
downwards."""

from collections.abc import Iterable
from html import escape
from typing import Literal

WIDTH = 480
INK, FAINT = "#263238", "#607d8b"
LINE = 17
FILL = {"data": "#e3f2fd", "model": "#ede7f6", "serve": "#e0f2f1", "watch": "#fff3e0", "plain": "#f5f5f5"}
EDGE = {"data": "#1565c0", "model": "#5e35b1", "serve": "#00796b", "watch": "#e65100", "plain": "#90a4ae"}
Tone = Literal["data", "model", "serve", "watch", "plain"]
Point = tuple[float, float]


def drawing(height: int, title: str, parts: Iterable[str]) -> str:
    """The whole file; title is what a screen reader says."""
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" '
        f'font-family="system-ui, sans-serif" font-size="13" fill="{INK}">'
    )
    marker = (
        '<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" '
        f'orient="auto-start-reverse"><path d="M0 0 8 4 0 8z" fill="{FAINT}"/></marker></defs>'
    )
    ground = f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>'
    return "\n".join((head, f"<title>{escape(title)}</title>", marker, ground, *parts, "</svg>")) + "\n"


def box(at: Point, size: Point, tone: Tone, title: str, *lines: str) -> str:
    """A titled box, its words centred."""
    (x, y), (width, height) = at, size
    shape = (
        f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="6" fill="{FILL[tone]}" '
        f'stroke="{EDGE[tone]}" stroke-width="1.5"/>'
    )
    first = y + height / 2 - LINE * len(lines) / 2 + 5
    words = [text((x + width / 2, first), title, "middle", bold=True)]
    words += [text((x + width / 2, first + LINE * n), line, "middle") for n, line in enumerate(lines, 1)]
    return "\n".join((shape, *words))


def text(at: Point, words: str, anchor: Literal["start", "middle", "end"] = "start", *, bold: bool = False) -> str:
    weight = ' font-weight="600"' if bold else ""
    return f'<text x="{at[0]:g}" y="{at[1]:g}" text-anchor="{anchor}"{weight}>{escape(words)}</text>'


def note(at: Point, *lines: str, anchor: Literal["start", "middle", "end"] = "start") -> str:
    """Words beside an arrow."""
    body = "\n".join(text((at[0], at[1] + n * (LINE - 2)), line, anchor) for n, line in enumerate(lines))
    return f'<g fill="{FAINT}" font-size="12">\n{body}\n</g>'


def arrow(*points: Point, dashed: bool = False, colour: str = FAINT) -> str:
    """Through the points, with its head at the last."""
    path = " ".join(f"{x:g},{y:g}" for x, y in points)
    dashes = ' stroke-dasharray="5 4"' if dashed else ""
    return (
        f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.5" marker-end="url(#head)"{dashes}/>'
    )


def line(*points: Point, colour: str = FAINT, width: float = 1.5, dashed: bool = False) -> str:
    path = " ".join(f"{x:g},{y:g}" for x, y in points)
    dashes = ' stroke-dasharray="5 4"' if dashed else ""
    return f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="{width:g}"{dashes}/>'
