"""`python -m tests.bench.labels`: how often the 95 % intervals of Quality and Fairness hold what is so, as markdown."""

from collections.abc import Iterator

from colonnade.statistics.intervals import Estimate

from . import draws

WITHIN = (0.94, 0.96)
ROWS = (500, 5_000, 50_000)


def covers(drawn: Iterator[tuple[float, Estimate]]) -> float:
    """The share of draws whose interval holds the truth."""
    held = 0
    for known, estimate in drawn:
        low, high = estimate.shown
        held += low <= known <= high
    return held / draws.DRAWS


def main() -> None:
    print("| quality | " + " | ".join(f"n = {rows:,}" for rows in ROWS) + " |\n|---|---|---|---|")
    for metric in ("accuracy", "precision", "recall", "f1"):
        for classes, right in ((2, 0.9), (5, 0.8)):
            found = [covers(draws.of_labels(metric, classes, right, rows)) for rows in ROWS]
            _told(f"{metric}, {classes} classes, {right:.0%} right", found)
    for metric in ("mae", "rmse"):
        for law in ("normal", "skewed"):
            _told(f"{metric}, errors {law}", [covers(draws.of_numbers(metric, law, rows)) for rows in ROWS])
    sizes = ((100, 100), (100, 2_000), (5_000, 5_000))
    print(
        "\n| fairness | " + " | ".join(f"{one:,} and {other:,} rows" for one, other in sizes) + " |\n|---|---|---|---|"
    )
    for apart in ("difference", "ratio"):
        _told(f"{apart} of two rates", [covers(draws.of_groups(apart, rows)) for rows in sizes])


def _told(name: str, found: list[float]) -> None:
    print(f"| {name} | " + " | ".join(f"{share:.1%}{_flag(share)}" for share in found) + " |", flush=True)


def _flag(share: float) -> str:
    return "" if WITHIN[0] <= share <= WITHIN[1] else " !"


if __name__ == "__main__":
    main()
