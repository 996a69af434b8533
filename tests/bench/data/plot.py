"""One picture of a run: what each way took of a table, processor seconds beside peak memory."""

from collections.abc import Mapping
from pathlib import Path

import matplotlib as mpl
from matplotlib import pyplot
from matplotlib.axes import Axes

from .measuring import Cost

OURS, THEIRS = "#1f6feb", "#9aa4af"
CALLED = {"colonnade": "Job", "equal": "plain DuckDB script", "great_expectations": "Great Expectations"}
WIDTH_INCHES, BAR_INCHES, MARGIN_INCHES = 9.0, 0.32, 0.8
ROOM_FOR_NUMBERS = 1.15  # times the longest bar

Found = Mapping[str, Cost]


def write(cases: Mapping[str, Found], path: Path) -> None:
    """A row of two panels for each case. cases: by name, the cost of each way."""
    mpl.use("agg")
    heights = [len(found) * BAR_INCHES + MARGIN_INCHES for found in cases.values()]
    size = (WIDTH_INCHES, sum(heights))
    figure, axes = pyplot.subplots(
        len(cases), 2, figsize=size, height_ratios=heights, squeeze=False, layout="constrained"
    )
    for (seconds, memory), (name, found) in zip(axes, cases.items(), strict=True):
        _draw(seconds, f"{name}: processor seconds", {way: cost.cpu for way, cost in found.items()}, "{:,.1f}")
        _draw(memory, f"{name}: peak memory, MB", {way: cost.memory / 1e6 for way, cost in found.items()}, "{:,.0f}")
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=110)
    pyplot.close(figure)


def _draw(axis: Axes, title: str, bars: Mapping[str, float], form: str) -> None:
    names = [CALLED.get(way, way) for way in bars]
    colours = [OURS if way == "colonnade" else THEIRS for way in bars]
    drawn = axis.barh(names, list(bars.values()), color=colours, height=0.7)
    axis.bar_label(drawn, labels=[form.format(value) for value in bars.values()], padding=4, fontsize=8)
    axis.set_xlim(0, max(bars.values()) * ROOM_FOR_NUMBERS)
    axis.invert_yaxis()
    axis.set_title(title, loc="left", fontsize=10)
    axis.tick_params(labelsize=8)
