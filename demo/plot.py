"""Weights, latency and errors over the time of the demo, as one picture."""

from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from demo.report import Rollout
from demo.traffic import Answer
from demo.watcher import Moment

BLUE, ORANGE, RED, GREY = "#2563eb", "#ea580c", "#dc2626", "#6b7280"


def draw(path: Path, moments: list[Moment], answers: list[Answer], rollouts: tuple[Rollout, ...]) -> None:
    began = answers[0].sent_at
    figure, (weight, latency, errors) = plt.subplots(3, 1, sharex=True, figsize=(10, 6.5), height_ratios=[2, 2, 1])
    _weights(weight, moments, began, until=answers[-1].sent_at)
    _latency(latency, answers, began)
    _errors(errors, answers, began)
    for each in rollouts:
        colour = RED if each.outcome == "RolledBack" else BLUE
        weight.annotate(
            f"{each.version}\n{each.reason or each.outcome}",
            (each.ended - began, 100),
            ha="right",
            va="top",
            fontsize=8,
            color=colour,
        )
        for axis in (weight, latency, errors):
            axis.axvline(each.ended - began, color=colour, linewidth=0.8, linestyle=":")
    errors.set_xlabel("seconds")
    for axis in (weight, latency, errors):
        axis.spines[["top", "right"]].set_visible(False)
    figure.tight_layout()
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=110)
    plt.close(figure)


def _weights(axis: Axes, moments: list[Moment], began: float, until: float) -> None:
    times = [m.at - began for m in moments] + [until - began]
    weights = [m.weight for m in moments]
    axis.step(times, [*weights, weights[-1]], where="post", color=ORANGE)
    axis.fill_between(times, [*weights, weights[-1]], step="post", color=ORANGE, alpha=0.15)
    axis.set_ylim(0, 105)
    axis.set_ylabel("candidate's weight, %")


def _latency(axis: Axes, answers: list[Answer], began: float) -> None:
    seconds = np.array([a.sent_at - began for a in answers])
    milliseconds = np.array([a.seconds * 1000 for a in answers])
    for quantile, colour in ((0.5, BLUE), (0.99, GREY)):
        bins = np.arange(0, seconds.max() + 1)
        each = [milliseconds[(seconds >= b) & (seconds < b + 1)] for b in bins]
        axis.plot(
            bins,
            [np.quantile(e, quantile) if len(e) else np.nan for e in each],
            color=colour,
            label=f"p{quantile:.0%}"[:-1],
        )
    axis.set_yscale("log")
    axis.set_ylabel("latency, ms")
    axis.legend(frameon=False, loc="upper left", ncols=2)


def _errors(axis: Axes, answers: list[Answer], began: float) -> None:
    failed = [a.sent_at - began for a in answers if a.failed]
    axis.hist(failed, bins=list(range(int(answers[-1].sent_at - began) + 2)), color=RED)
    axis.set_ylabel("failed / s")
    axis.set_ylim(0, max(1, axis.get_ylim()[1]))
    axis.text(0.01, 0.9, f"{len(failed)} of {len(answers):,} failed", transform=axis.transAxes, va="top", fontsize=9)
