"""Pictures of lines, dots and cells as inline SVG: readable without colour, and told in words, too."""

from collections.abc import Sequence
from html import escape

from ...formatting import rounded

Point = Sequence[float]
Range = tuple[str, float, float, float]
"""A name, a value, the ends of its interval."""
LEFT, TOP, WIDE, HIGH = 46, 8, 250, 200
"""Of the plot, in a picture of 310 x 250."""
STYLE = """.pictures { display: grid; gap: 1.4rem;
  grid-template-columns: repeat(auto-fit, minmax(min(19rem, 100%), 1fr)) }
figure { margin: 0; max-width: 30rem }
figcaption { font-size: .9rem; color: var(--soft); margin-bottom: .3rem }
figcaption b { color: var(--ink) }
svg { width: 100%; height: auto; display: block; font: 11px system-ui, sans-serif }
svg text { fill: var(--ink) } svg .axis { fill: var(--soft) }
svg .frame { fill: none; stroke: var(--line) } svg .guide { stroke: var(--soft); stroke-dasharray: 3 4; fill: none }
svg .curve { stroke: var(--accent); stroke-width: 2; fill: none }
svg .dot, svg .bar { fill: var(--accent) } svg .whisker { stroke: var(--ink); stroke-width: 1.4 }
svg .cell { fill: var(--accent); stroke: var(--page) }
.wide { overflow-x: auto; margin-top: 1rem }
@media (max-width: 40rem) {
  body { padding: 1.5rem 1rem } td { overflow-wrap: anywhere } .wide table { min-width: 34rem } }
@media print { figure { break-inside: avoid } }
"""


def figure(title: str, about: str, told: str, body: str, height: int = 250) -> str:
    """title, about: what one reads above the picture. told: what it shows, in words."""
    picture = f'<svg role="img" aria-label="{escape(told)}" viewBox="0 0 310 {height}">{body}</svg>'
    return f"<figure><figcaption><b>{escape(title)}</b> {escape(about)}</figcaption>{picture}</figure>"


def wide(html: str, label: str) -> str:
    """Tables of many columns, which a narrow screen moves sideways, by keys as well. label: what they are."""
    return f'<div class="wide" role="region" tabindex="0" aria-label="{escape(label)}">{html}</div>'


def plot(x: tuple[float, float, str], y: tuple[float, float, str], inside: str) -> str:
    """A frame with its axes: of each its least, its greatest, its name."""
    base, right = TOP + HIGH, LEFT + WIDE
    return (
        f'<rect class="frame" x="{LEFT}" y="{TOP}" width="{WIDE}" height="{HIGH}"/>{inside}'
        f'<text class="axis" x="{LEFT}" y="{base + 14}">{rounded(x[0], 3)}</text>'
        f'<text class="axis" x="{right}" y="{base + 14}" text-anchor="end">{rounded(x[1], 3)}</text>'
        f'<text class="axis" x="{LEFT + WIDE / 2}" y="{base + 30}" text-anchor="middle">{escape(x[2])}</text>'
        f'<text class="axis" x="{LEFT - 4}" y="{base}" text-anchor="end">{rounded(y[0], 3)}</text>'
        f'<text class="axis" x="{LEFT - 4}" y="{TOP + 10}" text-anchor="end">{rounded(y[1], 3)}</text>'
        f'<text class="axis" transform="translate(12 {TOP + HIGH / 2}) rotate(-90)" text-anchor="middle">'
        f"{escape(y[2])}</text>"
    )


def line(points: Sequence[Point], kind: str = "curve") -> str:
    """Through points of the unit square."""
    return f'<polyline class="{kind}" points="{" ".join(f"{_x(a):.1f},{_y(b):.1f}" for a, b in points)}"/>'


def whisker(x: float, low: float, high: float) -> str:
    """An interval that stands at x, in the unit square."""
    return f'<line class="whisker" x1="{_x(x):.1f}" x2="{_x(x):.1f}" y1="{_y(low):.1f}" y2="{_y(high):.1f}"/>'


def dot(x: float, y: float) -> str:
    return f'<circle class="dot" cx="{_x(x):.1f}" cy="{_y(y):.1f}" r="3.5"/>'


def ranges(rows: Sequence[Range], low: float, high: float) -> tuple[str, int]:
    """A line each on a scale from low to high, with a guide at 0; and the picture's height."""
    left, wide, step = 112, 140, 22
    unit = wide / ((high - low) or 1.0)

    def at(value: float) -> str:
        return f"{left + (min(max(value, low), high) - low) * unit:.1f}"

    drawn = [f'<line class="guide" x1="{at(0)}" x2="{at(0)}" y1="0" y2="{len(rows) * step}"/>']
    for n, (name, value, least, most) in enumerate(rows):
        y = n * step + step // 2
        drawn.append(
            f'<text x="{left - 8}" y="{y + 4}" text-anchor="end">{escape(shortened(name))}</text>'
            f'<line class="whisker" x1="{at(least)}" x2="{at(most)}" y1="{y}" y2="{y}"/>'
            f'<circle class="dot" cx="{at(value)}" cy="{y}" r="4"/>'
            f'<text x="306" y="{y + 4}" text-anchor="end">{rounded(value, 3)}</text>'
        )
    return "".join(drawn), max(len(rows), 1) * step + 4


def shortened(name: str, letters: int = 17) -> str:
    return name if len(name) <= letters else f"{name[: letters - 1]}…"


def _x(share: float) -> float:
    return LEFT + WIDE * share


def _y(share: float) -> float:
    return TOP + HIGH * (1 - share)
