"""One picture of a run, as wide as a README: each server a bar, on logarithmic axes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import matplotlib as mpl
from matplotlib import pyplot
from matplotlib.axes import Axes
from matplotlib.ticker import NullFormatter

from .records import Record
from .report import Group, groups, median

OURS, YARDSTICK, OTHER = "#1f6feb", "#9aa4af", "#d29922"
YARDSTICKS = ("nginx", "cpp", "thin")
WIDTH_INCHES, BAR_INCHES, MARGIN_INCHES = 9.0, 0.27, 1.0
ROOM_FOR_NUMBERS = 2.2  # times the longest bar
ROOM_BEFORE = 3.0  # a logarithmic axis has no zero: the shortest bar is seen all the same


@dataclass(frozen=True)
class Panel:
    title: str
    unit: str
    bars: Mapping[str, float]  # the best first
    form: str  # of the number at its end


def write(records: Sequence[Record], path: Path) -> None:
    """A panel for each model and load: requests a second of the closed loop, 99th percentile of the open one."""
    panels = [
        panel
        for (model, rows), group in groups(records).items()
        for panel in _panels(f"{model}, {rows} row{'s' * (rows > 1)} a request", group)
    ]
    mpl.use("agg")
    heights = [len(panel.bars) * BAR_INCHES + MARGIN_INCHES for panel in panels]
    size = (WIDTH_INCHES, sum(heights))
    figure, axes = pyplot.subplots(
        len(panels), figsize=size, height_ratios=heights, squeeze=False, layout="constrained"
    )
    for axis, panel in zip(axes.flat, panels, strict=True):
        _draw(axis, panel)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=110)
    pyplot.close(figure)


def _panels(case: str, group: Group) -> list[Panel]:
    levels = {level for loads in group.values() for level in loads}
    closed = [level for level in levels if level[1] is None]
    found = []
    if closed:
        busiest = max(closed)
        bars = _bars(group, busiest, "rps", 1)
        title = f"{case}: requests/s on one core, {busiest[0]} connections"
        found.append(Panel(title, "requests/s", dict(reversed(bars.items())), "{:,.0f}"))
    for level in sorted(levels - set(closed), key=lambda one: one[1] or 0):
        title = f"{case}: 99th percentile at {level[1]:,} requests/s"
        found.append(Panel(title, "ms", _bars(group, level, "p99_us", 1000), "{:,.2f}"))
    return found


def _bars(group: Group, level: tuple[int, int | None], field: str, over: float) -> dict[str, float]:
    values = {name: median(loads[level], field) / over for name, loads in group.items() if level in loads}
    return dict(sorted(values.items(), key=lambda bar: bar[1]))


def _draw(axis: Axes, panel: Panel) -> None:
    names = list(panel.bars)
    drawn = axis.barh(names, list(panel.bars.values()), color=[_colour(name) for name in names], height=0.72)
    axis.bar_label(drawn, labels=[panel.form.format(value) for value in panel.bars.values()], padding=4, fontsize=8)
    axis.set_xscale("log")
    axis.set_xlim(min(panel.bars.values()) / ROOM_BEFORE, max(panel.bars.values()) * ROOM_FOR_NUMBERS)
    axis.xaxis.set_major_formatter(lambda value, _: f"{value:,g}")
    axis.xaxis.set_minor_formatter(NullFormatter())
    axis.invert_yaxis()
    axis.set_title(panel.title, loc="left", fontsize=10)
    axis.set_xlabel(panel.unit, fontsize=8)
    axis.tick_params(labelsize=8)
    axis.spines[["top", "right"]].set_visible(False)
    for label in axis.get_yticklabels():
        label.set_fontweight("bold" if label.get_text().startswith("colonnade") else "normal")


def _colour(name: str) -> str:
    if name.startswith("colonnade"):
        return OURS
    return YARDSTICK if name.startswith(YARDSTICKS) else OTHER
