"""The card's pictures, from the counts and shares that it carries: no row of anybody's is in them."""

from collections.abc import Iterator
from html import escape
from typing import Any

from ...formatting import percent, rounded
from .drawing import HIGH, LEFT, TOP, WIDE, dot, figure, line, plot, ranges, shortened, whisker

MOST_INPUTS, MOST_GROUPS = 20, 12
RATES = {"selection_rate": "Selected", "true_positive_rate": "True positives", "false_positive_rate": "False positives"}
DIAGONAL = line([(0, 0), (1, 1)], "guide")
Card = dict[str, Any]


def of_answers(analysis: Card, parameters: Card) -> str:
    """How the held-out rows were answered. Empty where the card has nothing to draw."""
    return _grid([*_drawn(analysis, parameters)])


def of_inputs(analysis: Card) -> str:
    """What the model leans on. Empty where that wasn't measured."""
    found = analysis.get("pictures", {}).get("importances")
    if not found:
        return ""
    rows = [(of["name"], of["value"], of["low"], of["high"]) for of in found["inputs"][:MOST_INPUTS]]
    body, height = ranges(rows, min(0.0, *(row[2] for row in rows)), max(0.0, *(row[3] for row in rows)))
    more = len(found["inputs"]) - len(rows)
    about = (
        f"the fall of {found['metric']} when the input is shuffled among held-out rows: mean, least and greatest of "
        f"five shuffles{f'; {more} more have less' if more else ''}"
    )
    told = "; ".join(f"{name} {rounded(value, 3)}" for name, value, _, _ in rows)
    return _grid([figure("Importance,", about, f"Importances: {told}", body, height)])


def of_groups(of: Card) -> str:
    """A sensitive column's rates by group, each with its interval."""
    return _grid([drawn for rate, name in RATES.items() if (drawn := _by_group(of, rate, name))])


def _by_group(of: Card, rate: str, name: str) -> str:
    rows = [
        (group["name"] or "no value", each["value"], each["low"], each["high"])
        for group in of["groups"][:MOST_GROUPS]
        if (each := group["metrics"].get(rate))
    ]
    if len(rows) < 2:
        return ""
    body, height = ranges(rows, 0.0, 1.0)
    told = "; ".join(f"{group} {rounded(v, 3)}, {rounded(a, 3)} to {rounded(b, 3)}" for group, v, a, b in rows)
    return figure(name, "by group, from 0 to 1, with 95 % intervals", f"{name} by group: {told}", body, height)


def _drawn(analysis: Card, parameters: Card) -> Iterator[str]:
    pictures = analysis.get("pictures", {})
    if counts := pictures.get("confusion"):
        yield _confusion(counts, [str(name) for name in parameters["classes"]])
    if roc := pictures.get("roc"):
        yield _roc(roc, analysis["metrics"].get("roc_auc"))
    if curve := pictures.get("precisionRecall"):
        yield _precision(curve, pictures["positives"])
    if bins := pictures.get("calibration"):
        yield _calibration(bins)
    if of := pictures.get("predicted"):
        yield _predicted(of)
    if of := pictures.get("residuals"):
        yield _residuals(of)


def _confusion(counts: list[list[int]], names: list[str]) -> str:
    """A cell is as dark as its share of its true class; its number stands in it."""
    cell, left = min(WIDE, HIGH) / len(names), 84
    drawn = []
    for n, row in enumerate(counts):
        y, total = TOP + n * cell, sum(row) or 1
        middle = f"{y + cell / 2 + 4:.1f}"
        drawn.append(f'<text x="{left - 6}" y="{middle}" text-anchor="end">{escape(shortened(names[n], 12))}</text>')
        for k, count in enumerate(row):
            x = left + k * cell
            drawn.append(
                f'<rect class="cell" x="{x:.1f}" y="{y:.1f}" width="{cell:.1f}" height="{cell:.1f}" '
                f'fill-opacity="{0.06 + 0.5 * count / total:.2f}"/>'
                f'<text x="{x + cell / 2:.1f}" y="{middle}" text-anchor="middle">{_count(count, len(names))}</text>'
            )
    below, letters = f"{TOP + len(names) * cell + 16:.1f}", max(2, int(cell / 7))
    for k, name in enumerate(names):
        at = f"{left + (k + 0.5) * cell:.1f}"
        drawn.append(f'<text x="{at}" y="{below}" text-anchor="middle">{escape(shortened(name, letters))}</text>')
    told = "; ".join(
        f"of {names[n]}: " + ", ".join(f"{count:,} as {names[k]}" for k, count in enumerate(row))
        for n, row in enumerate(counts)
    )
    about = "rows by true class (line) and answer (column)"
    return figure("Confusion:", about, f"Confusion matrix: {told}", "".join(drawn), 240)


def _count(count: int, classes: int) -> str:
    return f"{count:,}" if classes <= 4 or count < 10_000 else f"{rounded(count / 1000, 2)}k"


def _roc(points: list[list[float]], auc: Card | None) -> str:
    area = f" (area {rounded(auc['value'], 3)})" if auc else ""
    told = f"ROC curve{area}: " + _some(points, "{1} of positives found at {0} false alarms")
    axes = (0, 1, "false positive rate"), (0, 1, "true positive rate")
    return figure("ROC", f"of the positive class{area}; dashed: chance", told, plot(*axes, DIAGONAL + line(points)))


def _precision(points: list[list[float]], positives: float) -> str:
    inside = line([(0, positives), (1, positives)], "guide") + line(points)
    told = "Precision by recall: " + _some(points, "precision {1} at recall {0}")
    about = f"of the positive class; dashed: chance, {percent(positives)}"
    return figure("Precision and recall", about, told, plot((0, 1, "recall"), (0, 1, "precision"), inside))


def _calibration(bins: list[Card]) -> str:
    whiskers = [whisker(each["said"], each["low"], each["high"]) for each in bins]
    inside = "".join([DIAGONAL, *whiskers, *(dot(each["said"], each["seen"]) for each in bins)])
    told = "Calibration: " + "; ".join(
        f"{percent(each['seen'])} where {percent(each['said'])} was said, {each['rows']:,} rows" for each in bins
    )
    axes = (0, 1, "probability said"), (0, 1, "share that came true")
    return figure("Calibration:", "dashed: it means what it says; 95 % intervals", told, plot(*axes, inside))


def _predicted(of: Card) -> str:
    cells, most = of["cells"], max(map(max, of["cells"])) or 1
    wide, high = WIDE / len(cells), HIGH / len(cells)
    drawn = [
        f'<rect class="bar" x="{LEFT + n * wide:.1f}" y="{TOP + HIGH - (k + 1) * high:.1f}" width="{wide:.1f}" '
        f'height="{high:.1f}" opacity="{0.15 + 0.85 * (count / most) ** 0.5:.2f}"/>'
        for n, row in enumerate(cells)
        for k, count in enumerate(row)
        if count
    ]
    near = sum(count for n, row in enumerate(cells) for k, count in enumerate(row) if abs(n - k) <= 1)
    told = f"True by predicted value: {near:,} of {sum(map(sum, cells)):,} rows within one cell of the diagonal"
    axes = (of["low"], of["high"], "true value"), (of["low"], of["high"], "predicted value")
    about = "the darker, the more rows; dashed: no error"
    return figure("True and predicted:", about, told, plot(*axes, "".join(drawn) + DIAGONAL))


def _residuals(of: Card) -> str:
    rows, most = of["rows"], max(of["rows"]) or 1
    wide = WIDE / len(rows)
    bars = "".join(
        f'<rect class="bar" x="{LEFT + n * wide + 0.5:.1f}" y="{TOP + HIGH * (1 - count / most):.1f}" '
        f'width="{wide - 1:.1f}" height="{HIGH * count / most:.1f}"/>'
        for n, count in enumerate(rows)
    )
    half = len(rows) // 2
    told = f"Errors: {sum(rows[:half]):,} rows predicted too low, {sum(rows[half:]):,} not too low"
    axes = (-of["most"], of["most"], "predicted less true"), (0, most, "rows")
    inside = bars + line([(0.5, 0), (0.5, 1)], "guide")
    return figure("Errors:", "how far predictions are off; dashed: not at all", told, plot(*axes, inside))


def _some(points: list[list[float]], words: str) -> str:
    chosen = [points[n * (len(points) - 1) // 4] for n in range(1, 4)]
    return "; ".join(words.format(*(percent(value) for value in point)) for point in chosen)


def _grid(figures: list[str]) -> str:
    return f'<div class="pictures">{"".join(figures)}</div>' if figures else ""
