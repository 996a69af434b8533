"""What gates say, by how many rows are held out, as a picture that reads without colour."""

from pathlib import Path

import matplotlib as mpl
from matplotlib import pyplot
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from tests.bench.gates.cases import QUALITIES, ROWS

SAID = {"Pass": ("#2f7d4f", ""), "Inconclusive": ("#d9d4c5", "//"), "Fail": ("#b5482f", "..")}
TITLES = {"accuracy": "min of accuracy", "comparison": "maxRegression of accuracy"}
Shares = dict[tuple[str, str, int], dict[str, float]]


def draw(shares: Shares, target: Path) -> None:
    """shares: of draws by verdict, by table, model and rows."""
    mpl.use("agg")
    mpl.rcParams.update({"font.size": 9, "svg.hashsalt": "gates", "svg.fonttype": "none"})
    figure, axes = pyplot.subplots(len(TITLES), len(QUALITIES), figsize=(9, 5.2), sharex=True, sharey=True)
    for row, (table, title) in enumerate(TITLES.items()):
        for column, about in enumerate(QUALITIES):
            _bars(axes[row][column], [shares[table, about, rows] for rows in ROWS])
            axes[row][column].set_title(f"{title}:\n{about}", fontsize=8)
    handles = [Patch(facecolor=c, hatch=h, edgecolor="black") for c, h in SAID.values()]
    figure.legend(handles, list(SAID), loc="lower center", ncol=3, frameon=False)
    figure.supylabel("share of draws")
    figure.supxlabel("held-out rows", y=0.05)
    figure.tight_layout(rect=(0, 0.06, 1, 1))
    figure.savefig(target, metadata={"Date": None})


def _bars(axes: Axes, shares: list[dict[str, float]]) -> None:
    names, bottom = [f"{rows:,}" for rows in ROWS], [0.0] * len(shares)
    for verdict, (colour, hatch) in SAID.items():
        heights = [share.get(verdict, 0.0) for share in shares]
        axes.bar(names, heights, bottom=bottom, color=colour, hatch=hatch, edgecolor="black", width=0.8)
        bottom = [low + height for low, height in zip(bottom, heights, strict=True)]
