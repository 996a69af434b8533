"""When traffic is back on stable, as the report says it."""

import pytest

from demo.report import stable_at
from demo.traffic import Answer

DECIDED = 100.0


@pytest.mark.parametrize(
    ("answered", "back"),
    [
        pytest.param([98.0, 100.4], 100.4, id="the candidate's last answer comes after the decision"),
        pytest.param([97.7], DECIDED, id="a candidate too slow to answer is still sent requests until the decision"),
        pytest.param([], DECIDED, id="a candidate that never answered"),
    ],
)
def test_traffic_is_back_when_the_candidate_is_sent_nothing_more(answered: list[float], back: float) -> None:
    answers = [Answer(at - 0.1, 0.1, 200, "candidate") for at in answered]
    others = [Answer(DECIDED + 5, 0.1, 200, "stable")]
    assert stable_at([*answers, *others], "candidate", DECIDED) == pytest.approx(back)
