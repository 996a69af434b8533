"""What moved, in the terminal and as a page."""

from pathlib import Path
from typing import Any

import pytest

from colonnade.cli.terminal import plain
from colonnade.cli.views.drift import drift_of
from colonnade_api import FeatureVerdict, Verdict, pages
from tests.unit.cli.conftest import Run
from tests.unit.cli.objects import Object, deployment
from tests.unit.cli.playground import Playground

GOLDEN = Path(__file__).parent / "golden" / "drift.txt"
DELAY = {
    "feature": "dep_delay",
    "what": "Distribution",
    "result": "Fail",
    "value": 0.4177,
    "limit": 0.1,
    "pValue": 1.2e-40,
    "rows": 5000,
    "starts": ["", "-4", "2.5", "no value"],
    "then": [4000, 3000, 2900, 100],
    "now": [500, 1500, 2900, 100],
}
CARRIER = DELAY | {
    "feature": "carrier",
    "result": "Pass",
    "value": 0.01,
    "pValue": 0.2,
    "starts": ["UA", "<b>", ""],
    "then": [5, 3, 2],
    "now": [4, 4, 2],
}
WIND = {"feature": "wind", "what": "Missing", "result": "Fail", "value": 0.25, "limit": 0.06, "rows": 5000}


def drifted() -> Object:
    said = "1 of 2 features moved: dep_delay (PSI 0.418) over 5,000 rows within 1 h, against training (limit 0.1)"
    moved = {"signal": "drift", "result": "Fail", "message": said, "detail": [DELAY, CARRIER]}
    gone = "wind: 25 % have no value (limit 6 %) of 5,000 rows within 1 h; look upstream: Dataset flights"
    return deployment(verdicts=[moved, {"signal": "sane", "result": "Fail", "message": gone, "detail": [WIND]}])


def of(**given: Any) -> FeatureVerdict:
    return FeatureVerdict.model_validate(DELAY | given)


def test_what_moved_is_drawn_then_and_now() -> None:
    assert plain(drift_of(drifted())).rstrip() == GOLDEN.read_text().rstrip()


def test_without_a_verdict_on_rows_it_says_what_the_signals_say() -> None:
    waiting = {"signal": "drift", "result": "NoData", "message": "Prometheus has no fresh scrape"}
    said = plain(drift_of(deployment(verdicts=[waiting])))
    assert "no signal has compared its rows yet" in said
    assert "drift: NoData  Prometheus has no fresh scrape" in said


@pytest.mark.parametrize(
    ("starts", "labels"),
    [
        (["", "1", "2"], ["below 1", "from 1", "from 2"]),
        (["", "1", "no value"], ["below 1", "from 1", "no value"]),
        (["AA", "DL", ""], ["AA", "DL", "all others"]),
        (["AA", "all others"], ["AA", "all others"]),
        (["", "", ""], ["bin 0", "bin 1", "bin 2"]),
    ],
)
def test_bins_are_named_as_people_would(starts: list[str], labels: list[str]) -> None:
    some = [1] * len(starts)
    assert [one.label for one in of(starts=starts, then=some, now=some).bins] == labels


def test_the_page_has_a_picture_for_each_feature_and_no_markup_of_others() -> None:
    verdicts = tuple(Verdict.model_validate(each) for each in drifted()["status"]["verdicts"])
    page = pages.drift(verdicts, "flights-late")
    assert page.count("<svg") == 2
    assert "<b>: " not in page
    assert "&lt;b&gt;" in page
    assert "25.00% have no value (limit 6.00%)" in page
    assert "<script" not in page


def test_the_page_is_written_where_it_is_asked_for(cluster: Playground, kubectl_colonnade: Run, tmp_path: Path) -> None:
    cluster.add(drifted())
    page = tmp_path / "drift.html"
    seen = kubectl_colonnade("drift", "flights-late", "-o", str(page))
    assert seen.code == 0
    assert "dep_delay" in seen.out
    assert "<svg" in page.read_text()
