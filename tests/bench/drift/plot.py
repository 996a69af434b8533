"""Two pictures: how often quiet days alarm, and how often days that moved do."""

from pathlib import Path

import matplotlib as mpl
from matplotlib import pyplot

mpl.use("Agg")
STATED = 0.01
OURS, FIXED, PROOF, OTHERS = "#7a5c2e", "#9aa4af", "#c9b48f", ("#d29922", "#b3541e")
COLOURS = {"Colonnade": OURS, "p-value alone": PROOF, "PSI of 0.1 alone": FIXED}
Shares = dict[str, float]


def quiet(calm: dict[int, Shares], path: Path) -> None:
    """calm: by rows a day, and by whose alarm it is, the share of days."""
    figure, axes = pyplot.subplots(figsize=(9, 3.6), layout="constrained")
    names, spare = list(next(iter(calm.values()))), iter(OTHERS)
    width = 0.8 / len(names)
    for place, name in enumerate(names):
        heights = [100 * shares[name] for shares in calm.values()]
        at = [group + (place - (len(names) - 1) / 2) * width for group in range(len(calm))]
        bars = axes.bar(at, heights, width * 0.92, label=name, color=COLOURS.get(name) or next(spare))
        axes.bar_label(bars, fmt="%.3g", fontsize=8, padding=2)
    axes.axhline(100 * STATED, color="#b00", linewidth=0.8, linestyle="--", label="stated rate, 1 %")
    axes.set_xticks(range(len(calm)), [f"{rows:,} rows" for rows in calm])
    highest = 100 * max(max(shares.values()) for shares in calm.values())
    axes.set(ylabel="quiet days with an alarm, %", ylim=(0, 1.25 * max(highest, 1)))
    axes.legend(frameon=False, fontsize=8, loc="upper right")
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, dpi=130)


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
