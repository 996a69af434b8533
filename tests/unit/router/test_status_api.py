import pytest

from colonnade.router.session import Session
from colonnade.router.snapshot import ROUTES, RUNTIME, snapshot
from colonnade.router.state import Name, Revision
from colonnade.router.status_api import applied
from tests.unit.router.envoys import Envoy
from tests.unit.router.states import FLIGHTS, split, state


@pytest.fixture
def envoy():
    found = Envoy(Session())
    found.asks(ROUTES)
    found.asks(RUNTIME)
    return found


def answer(envoy, active=None, now=0.0):
    return applied(envoy.session, active or {}, now)["air/flights"]


def test_it_says_what_envoy_acknowledged(envoy):
    envoy.hears(snapshot(state(split(candidate="c1")), {Revision(FLIGHTS, "c1"): 25}, 8000))
    assert answer(envoy) == {"stable": "s1", "candidate": "c1", "weight": 25, "active": {}}


def test_a_weight_whose_time_is_over_is_zero(envoy):
    envoy.hears(snapshot(state(split(candidate="c1")), {Revision(FLIGHTS, "c1"): 25}, 8000))
    assert answer(envoy, now=5.0)["weight"] == 0


def test_a_weight_that_was_sent_but_not_acknowledged_is_not_in_force(envoy):
    envoy.hears(snapshot(state(split(candidate="c1")), {}, 8000))
    envoy.hears(snapshot(state(split(candidate="c1")), {Revision(FLIGHTS, "c1"): 25}, 8000), acknowledges=False)
    assert answer(envoy)["weight"] == 0


def test_requests_under_way_are_told_by_revision(envoy):
    envoy.hears(snapshot(state(split(candidate="c1")), {}, 8000))
    active = {Revision(FLIGHTS, "old"): 2, Revision(Name("sea", "flights"), "s1"): 7}
    assert answer(envoy, active)["active"] == {"old": 2}
