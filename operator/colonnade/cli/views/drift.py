"""What moved on a Deployment: a table of its features, and of those that moved their rows, then and now."""

from collections.abc import Iterator

from colonnade.cli.page import Page, Part, Word, line, page, table
from colonnade.cli.views.parts import verdict_word
from colonnade_access.references import Object
from colonnade_access.words import NOTHING, number
from colonnade_api import DeploymentStatus, FeatureVerdict, Verdict

WIDTH = 20
"""Blocks of the longest bar."""
EIGHTHS = " ▏▎▍▌▋▊▉█"
KINDS = {
    "Distribution": "PSI",
    "Missing": "no value",
    "Unseen": "unseen",
    "OutOfRange": "out of range",
    "Group": "rate",
}


def drift_of(item: Object) -> Page:
    name = f"mdep/{item['metadata']['name']}"
    status = DeploymentStatus.model_validate(item.get("status") or {})
    drawn = [verdict for verdict in status.verdicts if verdict.detail]
    if not drawn:
        return page(line(Word(name, "strong")), *_nothing(status, name))
    return page(line(Word(name, "strong")), *(part for verdict in drawn for part in _verdict(verdict)))


def _nothing(status: DeploymentStatus, name: str) -> Iterator[Part]:
    """Why there is nothing to draw: what its signals say, where there are any."""
    said = "no signal has compared its rows yet: FeatureDrift, PredictionDrift and DataQuality of its MonitorPolicy do"
    yield line(f"{said}; see kubectl colonnade status {name}")
    for verdict in status.verdicts:
        yield line(f"{verdict.signal}: ", verdict_word(verdict.result), f"  {verdict.message or ''}")


def _verdict(verdict: Verdict) -> Iterator[Part]:
    yield line(f"{verdict.signal}: ", verdict_word(verdict.result), f"  {verdict.message or ''}")
    found = verdict.detail or ()
    rows = [_row(each) for each in found]
    yield table(("feature", "verdict", "", "value", "limit", "p", "n"), rows, right=("value", "limit", "p", "n"))
    for each in found:
        if each.result == "Fail" and each.bins:
            yield line(Word(each.feature, "strong"))
            yield _histogram(each)


def _row(each: FeatureVerdict) -> tuple[str | Word, ...]:
    shares = each.what != "Distribution"
    value, limit = (f"{number(100 * one)} %" if shares else number(one) for one in (each.value, each.limit))
    p_value = NOTHING if each.p_value is None else "< 0.001" if each.p_value < 0.001 else f"{each.p_value:.3f}"
    return (each.feature, verdict_word(each.result), KINDS[each.what], value, limit, p_value, f"{each.rows:,}")


def _histogram(each: FeatureVerdict) -> Part:
    most = max(max(one.then, one.now) for one in each.bins) or 1.0
    rows = [
        (one.label, _share(one.then), _bar(one.then / most), _share(one.now), _bar(one.now / most)) for one in each.bins
    ]
    return table(("rows", "then", "", "now", ""), rows, right=("then", "now"))


def _share(share: float) -> str:
    return f"{100 * share:.1f} %"


def _bar(length: float) -> str:
    """length: of the longest, 0 to 1."""
    eighths = round(length * WIDTH * 8)
    return EIGHTHS[8] * (eighths // 8) + EIGHTHS[eighths % 8].strip()
