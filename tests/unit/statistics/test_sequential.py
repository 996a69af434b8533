from math import inf
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colonnade.statistics.sequential import PROOF, evidence_against


def requests_until_proof(rate: float, limit: float, at_most: int, seed: int) -> int | None:
    """How many requests a candidate of this true rate answers before the test, asked after each bad one, objects."""
    draw, bad = Random(seed), 0
    for total in range(1, at_most + 1):
        if draw.random() < rate:
            bad += 1
            if evidence_against(limit, bad, total) >= PROOF:
                return total
    return None


@pytest.mark.parametrize("rate", [0.005, 0.007])
def test_a_healthy_version_is_never_sent_home_however_often_one_looks(rate: float) -> None:
    assert [requests_until_proof(rate, limit=0.01, at_most=4000, seed=seed) for seed in range(20)] == [None] * 20


@pytest.mark.parametrize(("rate", "within"), [(0.5, 20), (0.1, 200), (0.03, 3000)])
def test_a_bad_version_is_caught_the_sooner_the_worse_it_is(rate: float, within: int) -> None:
    caught = [requests_until_proof(rate, limit=0.01, at_most=within, seed=seed) for seed in range(20)]
    assert None not in caught


def test_no_bad_request_is_no_evidence() -> None:
    assert evidence_against(0.01, bad=0, total=1000) <= 1


def test_one_bad_request_disproves_a_limit_of_none() -> None:
    assert evidence_against(0, bad=1, total=10**6) == inf


def test_a_limit_of_all_is_never_breached() -> None:
    assert evidence_against(1, bad=500, total=500) <= 1


def test_counts_that_are_none_are_refused() -> None:
    with pytest.raises(ValueError, match="3 of 2 requests"):
        evidence_against(0.1, bad=3, total=2)


@given(st.floats(0.0001, 0.99), st.integers(0, 10**7), st.integers(0, 10**7))
def test_a_rate_within_the_limit_is_never_a_proof(limit: float, bad: int, total: int) -> None:
    bad = min(bad, int(total * limit))
    assert evidence_against(limit, bad, total) <= 1


@given(st.floats(0.001, 0.9), st.integers(0, 5000), st.integers(1, 5000))
def test_another_bad_request_never_weakens_the_evidence(limit: float, bad: int, good: int) -> None:
    assert evidence_against(limit, bad + 1, bad + good) >= evidence_against(limit, bad, bad + good)
