"""Two pictures: how often quiet days alarm, and how often days that moved do."""

from pathlib import Path

import matplotlib as mpl
from matplotlib import pyplot
from matplotlib.axes import Axes

mpl.use("Agg")
STATED = 0.01
OURS, FIXED, PROOF, OTHER = "#7a5c2e", "#9aa4af", "#c9b48f", "#d29922"
COLOURS = {"Colonnade": OURS, "p-value alone": PROOF, "PSI of 0.1 alone": FIXED, "Evidently": OTHER}
Shares = dict[str, float]


def quiet(calm: dict[int, Shares], path: Path) -> None:
    """calm: by rows a day, and by whose alarm it is, the share of days."""
    trainings = list(dict.fromkeys(name.partition(", ")[2] for name in next(iter(calm.values()))))
    figure, panels = pyplot.subplots(1, len(trainings), figsize=(9, 3.6), sharey=True, layout="constrained")
    for axes, training in zip(panels, trainings, strict=True):
        _alarms(axes, calm, training)
    panels[0].set_ylabel("quiet days with an alarm, %")
    panels[0].legend(frameon=False, fontsize=8, loc="upper right")
    figure.savefig(path, dpi=130)


def _alarms(axes: Axes, calm: dict[int, Shares], training: str) -> None:
    names = [name for name in next(iter(calm.values())) if name.endswith(training)]
    width = 0.84 / len(names)
    for place, name in enumerate(names):
        who = name.partition(", ")[0]
        at = [group + (place - (len(names) - 1) / 2) * width for group in range(len(calm))]
        heights = [100 * shares[name] for shares in calm.values()]
        bars = axes.bar(at, heights, width * 0.92, label=who, color=COLOURS[who])
        axes.bar_label(bars, fmt="%.3g", fontsize=7, padding=2)
    axes.axhline(100 * STATED, color="#b00", linewidth=0.8, linestyle="--", label="stated rate, 1 %")
    axes.set_xticks(range(len(calm)), [f"{rows:,} rows" for rows in calm])
    axes.set(title=training, ylim=(0, 112))
    axes.spines[["top", "right"]].set_visible(False)


def power(found: dict[tuple[int, float, float], float], path: Path) -> None:
    """found: by rows, shift and least effect, the share of days on which the shifted feature was named."""
    effects = list(dict.fromkeys(effect for _, _, effect in found))
    figure, panels = pyplot.subplots(1, len(effects), figsize=(9, 3.2), sharey=True, layout="constrained")
    for axes, effect in zip(panels, effects, strict=True):
        rows = list(dict.fromkeys(count for count, _, of in found if of == effect))
        for shift, shade in zip(dict.fromkeys(one for _, one, _ in found), ("#c9b48f", "#a1834f", OURS), strict=True):
            heights = [100 * found[count, shift, effect] for count in rows]
            axes.plot(rows, heights, marker="o", color=shade, label=f"{shift:g} sd")
        axes.set(title=f"minEffect {effect:g}", xscale="log", xlabel="rows", ylim=(-4, 104))
        axes.spines[["top", "right"]].set_visible(False)
    panels[0].set_ylabel("days on which it is named, %")
    panels[-1].legend(frameon=False, fontsize=8)
    figure.savefig(path, dpi=130)
