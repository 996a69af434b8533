"""What is simulated: gates, models of known truth, and how many held-out rows."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.bench.gates import models, verdicts
from tests.bench.gates.verdicts import Draw

ROWS = (40, 100, 300, 1000, 2000, 3000)
MARGIN = 0.03
STATED_ACCURACY = 0.85
LEAST_RATIO = 0.8


@dataclass(frozen=True)
class Case:
    """table: which it belongs to. about: the model. rows: held out. draws: how often."""

    table: str
    about: str
    rows: int
    gate: dict[str, Any]
    draw: Draw
    draws: int


QUALITIES = {"as good as stated": 0.0, "worse by the margin": MARGIN, "worse by twice the margin": 2 * MARGIN}


def cases(draws: int) -> Iterator[Case]:
    """All of them."""
    for about, worse in QUALITIES.items():
        for rows in ROWS:
            yield _accuracy(about, STATED_ACCURACY - worse, rows, draws)
            yield _comparison(about, STATED_ACCURACY - worse, rows, draws // 4)
    for about, sizes, selected in GROUPS:
        yield _groups(about, sizes, selected, draws)


GROUPS = (
    ("alike, 10 of 2,000 in one", (1990, 10), (0.4, 0.4)),
    ("0.5 of the other's share, 10 of 2,000 in one", (1990, 10), (0.4, 0.2)),
    ("alike, 49 of 2,000 in one", (1951, 49), (0.4, 0.4)),
    ("alike, 200 and 200", (200, 200), (0.4, 0.4)),
    ("alike, 1,000 and 1,000", (1000, 1000), (0.4, 0.4)),
    ("at the bound, 1,000 and 1,000", (1000, 1000), (0.4, 0.32)),
    ("0.6 of the other's share, 1,000 and 1,000", (1000, 1000), (0.4, 0.24)),
    ("two at 0.6, and 10 in a third", (1000, 990, 10), (0.4, 0.24, 0.4)),
)


def _accuracy(about: str, truth: float, rows: int, draws: int) -> Case:
    gate = {"metric": "accuracy", "min": STATED_ACCURACY - MARGIN, "bound": "Interval"}

    def draw(random: Any) -> dict[str, Any]:
        return verdicts.of_labels(models.of_accuracy(truth, rows, random), seed=1)

    return Case("accuracy", about, rows, gate, draw, draws)


def _comparison(about: str, truth: float, rows: int, draws: int) -> Case:
    gate = {"metric": "accuracy", "comparedTo": "Serving", "maxRegression": MARGIN}

    def draw(random: Any) -> dict[str, Any]:
        return verdicts.of_two(*models.two_alike((truth, STATED_ACCURACY), 0.8, rows, random), seed=1)

    return Case("comparison", about, rows, gate, draw, draws)


def _groups(about: str, sizes: tuple[int, ...], selected: tuple[float, ...], draws: int) -> Case:
    gate = {"fairness": "demographic_parity_ratio", "sensitive": "group", "min": LEAST_RATIO}

    def draw(random: Any) -> dict[str, Any]:
        return verdicts.of_groups(*models.of_groups(sizes, selected, random), seed=1)

    return Case("fairness", about, sum(sizes), gate, draw, draws)
