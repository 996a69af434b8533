from hypothesis import given
from hypothesis import strategies as st

from colonnade.router.state import Revision
from colonnade.router.weights import layer, weights
from tests.unit.router.states import FLIGHTS, split, state


def test_a_candidate_has_its_weight_while_the_operator_lives():
    assert weights(state(split(candidate="c1", weight=25)), leased=True) == {Revision(FLIGHTS, "c1"): 25}


@given(st.integers(0, 100))
def test_without_the_lease_nobody_has_a_weight(weight):
    assert weights(state(split(candidate="c1", weight=weight)), leased=False) == {}


def test_stable_is_not_its_own_candidate():
    assert weights(state(split(candidate="s1", weight=25)), leased=True) == {}


def test_a_weight_is_kept_under_its_revisions_own_key():
    assert layer({Revision(FLIGHTS, "c1"): 25})["layer"] == {"colonnade.weight.air/flights/c1": 25}
