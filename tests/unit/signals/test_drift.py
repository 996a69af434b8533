"""FeatureDrift and PredictionDrift: what moved, by how much, and whose doing it is."""

from typing import Any

import pytest

from colonnade.signals.evidence import Exposure, Missing
from colonnade.signals.pods import Asking
from colonnade.signals.registry import type_of
from colonnade_api import FeatureDriftSignal, PredictionDriftSignal
from tests.unit.signals.rows import ALONE, CANDIDATE, NOW, SERVING, about, bins, feature, judged, scraped, told

SAME, THERE = [500, 300, 200], [200, 300, 500]
TRAINED = [5000, 3000, 2000]


def drift(**given: Any) -> FeatureDriftSignal:
    return FeatureDriftSignal.model_validate({"name": "drift", "type": "FeatureDrift", "minSamples": 1000, **given})


def shift(**given: Any) -> PredictionDriftSignal:
    return PredictionDriftSignal.model_validate({"name": "shift", "type": "PredictionDrift", **given})


def test_the_feature_that_moved_is_named_with_its_index() -> None:
    answer = [scraped(), *feature("delay", TRAINED, THERE), *feature("distance", TRAINED, SAME)]
    verdict = judged(drift(), answer)
    assert (verdict.result, verdict.limit, verdict.samples, verdict.cause) == ("Fail", 0.1, 1000, None)
    assert verdict.message == (
        "1 of 2 features moved: delay (PSI 0.55) over 1,000 rows within 1 h, against training (limit 0.1)"
    )
    assert verdict.detail is not None
    assert [(each.feature, each.result) for each in verdict.detail] == [("delay", "Fail"), ("distance", "Pass")]
    assert (verdict.detail[0].then, verdict.detail[0].now) == (tuple(TRAINED), tuple(THERE))


def test_what_stays_where_it_was_passes() -> None:
    verdict = judged(drift(), [scraped(), *feature("delay", TRAINED, SAME)])
    assert verdict.result == "Pass"
    assert verdict.message == (
        "none of 1 feature moved; most: delay (PSI 0) over 1,000 rows within 1 h, against training (limit 0.1)"
    )


def test_too_few_rows_decide_nothing_however_far_they_moved() -> None:
    verdict = judged(drift(), [scraped(), *feature("delay", TRAINED, [0, 0, 999])])
    assert verdict.result == "InsufficientSamples"
    assert verdict.message == "999 rows within 1 h; a verdict needs 1,000 rows"


def test_what_chance_may_have_moved_does_not_fail() -> None:
    few = [scraped(), *feature("delay", TRAINED, [3, 4, 5])]
    assert judged(drift(minSamples=10), few).result == "Pass"


def test_a_shift_below_the_effect_that_matters_does_not_fail() -> None:
    many = [scraped(), *feature("delay", [500_000, 300_000, 200_000], [48_000, 31_000, 21_000])]
    assert judged(drift(), many).result == "Pass"
    assert judged(drift(minEffect=0.001), many).result == "Fail"


def test_missing_values_are_a_bin_of_their_own() -> None:
    gone = [told("missing", 400, feature="delay"), told("missing_then", 10, feature="delay")]
    verdict = judged(drift(), [scraped(), *feature("delay", TRAINED, [300, 180, 120]), *gone])
    assert (verdict.result, verdict.samples) == ("Fail", 1000)
    assert verdict.detail is not None
    assert verdict.detail[0].starts == ("", "1", "2", "no value")


def test_a_feature_without_any_value_left_has_moved() -> None:
    gone = [told("missing", 1000, feature="delay"), told("missing_then", 0, feature="delay")]
    assert judged(drift(), [scraped(), *feature("delay", TRAINED, [0, 0, 0]), *gone]).result == "Fail"


def test_inputs_that_moved_on_stable_too_are_the_worlds_doing() -> None:
    both = [*feature("delay", TRAINED, THERE), *feature("delay", TRAINED, [2000, 3000, 5000], "s1")]
    verdict = judged(drift(), [scraped(), scraped("s1"), *both], CANDIDATE)
    assert (verdict.result, verdict.cause) == ("Fail", "World")
    assert (verdict.message or "").endswith("; on stable too: the world changed, not the candidate")


def test_what_moved_on_the_candidate_alone_is_the_candidates_doing() -> None:
    apart = [*feature("delay", TRAINED, THERE), *feature("delay", TRAINED, [5000, 3000, 2000], "s1")]
    verdict = judged(drift(), [scraped(), scraped("s1"), *apart], CANDIDATE)
    assert (verdict.result, verdict.cause) == ("Fail", "Candidate")
    assert (verdict.message or "").endswith("; not on stable: it is the candidate (delay)")


def test_with_bins_of_another_training_each_has_its_own_to_have_moved_from() -> None:
    own = feature("delay", TRAINED, THERE)
    moved = feature("delay", [3000, 3000, 4000], [1000, 2000, 7000], "s1", starts=["", "7", "9"])
    still = feature("delay", [3000, 3000, 4000], [3000, 3000, 4000], "s1", starts=["", "7", "9"])
    both = [scraped(), scraped("s1")]
    assert judged(drift(), [*both, *own, *moved], CANDIDATE).cause == "World"
    assert judged(drift(), [*both, *own, *still], CANDIDATE).cause == "Candidate"


def test_a_stable_of_few_rows_tells_nothing() -> None:
    few = [*feature("delay", TRAINED, THERE), *feature("delay", TRAINED, [5, 3, 2], "s1")]
    verdict = judged(drift(), [scraped(), scraped("s1"), *few], CANDIDATE)
    assert (verdict.result, verdict.cause) == ("Fail", None)
    assert "stable had 10 rows, too few to tell" in (verdict.message or "")


def test_predictions_are_held_against_the_held_out_rows() -> None:
    answer = [scraped(), *bins("frozen", TRAINED, starts=["", "0.2", "0.6"]), *bins("now", THERE)]
    verdict = judged(shift(), answer)
    assert verdict.result == "Fail"
    assert verdict.message == (
        "moved: predictions (PSI 0.55) over 1,000 rows within 1 h, against the held-out rows (limit 0.1)"
    )


def test_what_serves_is_held_against_the_same_hours_of_another_day() -> None:
    answer = [scraped(), *feature("delay", TRAINED, THERE), *bins("then", [2000, 3000, 5000], "delay")]
    verdict = judged(drift(reference="PreviousDay"), answer, SERVING)
    assert verdict.result == "Pass"
    assert "against the same hours 1 d before" in (verdict.message or "")
    assert judged(drift(reference="PreviousDay"), answer, ALONE).result == "Fail"


def test_a_version_that_did_not_serve_then_has_nothing_to_be_held_against() -> None:
    answer = [scraped(), *feature("delay", TRAINED, THERE)]
    verdict = judged(drift(reference="PreviousWeek"), answer, SERVING)
    assert (verdict.result, verdict.message) == ("NoData", "this version had no rows in the same hours 7 d ago")


@pytest.mark.parametrize("signal", [drift(), shift()], ids=lambda one: one.type)
def test_what_is_missing_never_passes(signal: FeatureDriftSignal | PredictionDriftSignal) -> None:
    away = judged(signal, Missing("Error", "connection refused"))
    assert (away.result, away.message) == ("Error", "connection refused")
    unscraped = judged(signal, [scraped("s1")])
    assert unscraped.result == "NoData"
    assert "no fresh scrape of revision c1's pods" in (unscraped.message or "")
    brought = judged(signal, [scraped()])
    assert brought.result == "NoData"
    assert "only what Colonnade trained does" in (brought.message or "")


def test_a_name_that_no_feature_has_is_said_and_never_passes() -> None:
    answer = [scraped(), *feature("delay", TRAINED, SAME)]
    verdict = judged(drift(features=["dely"]), answer)
    assert verdict.result == "Error"
    assert verdict.message == "features: none that is counted fits dely; there are: delay"


def test_patterns_choose_among_the_features() -> None:
    answer = [scraped(), *feature("delay", TRAINED, THERE), *feature("wind_x", TRAINED, SAME)]
    assert judged(drift(features=["wind_*"]), answer).result == "Pass"
    assert judged(drift(features=["wind_*", "delay"]), answer).result == "Fail"
    column = [scraped(), *feature("X[3]", TRAINED, THERE)]
    assert judged(drift(features=["X[3]"]), column).result == "Fail"
    assert judged(drift(features=["X[*"]), column).result == "Fail"


def test_a_feature_of_many_categories_is_shown_by_those_that_hold_most() -> None:
    many, starts = list(range(1, 51)), [f"c{place}" for place in range(50)]
    verdict = judged(drift(), [scraped(), *feature("carrier", many, many, starts=starts)])
    assert verdict.detail is not None
    shown = verdict.detail[0]
    assert shown.starts is not None
    assert (len(shown.starts), shown.starts[0], shown.starts[-1]) == (24, "c27", "all others")
    assert sum(shown.now or ()) == sum(many)


def test_a_window_that_has_only_begun_is_asked_for_all_the_same() -> None:
    begun = Exposure("c1", "s1", NOW, NOW)
    assert "[1s]" in type_of(drift()).query(drift(), about(begun))


def test_the_query_adds_over_pods_and_averages_nothing() -> None:
    asked = type_of(drift()).query(drift(), about(CANDIDATE))
    of = '{namespace="air",model="flights",revision=~"c1|s1"}'
    added = f"max_over_time(colonnade_feature_bins_total{of}[3600s])"
    assert f"{added} - colonnade_feature_bins_total{of} offset 3600s or {added}" in asked
    assert "avg" not in asked
    assert Asking(about(CANDIDATE), drift()).query() in asked
