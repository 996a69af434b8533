import pytest

from colonnade.router.session import Session
from colonnade.router.status_api import applied
from colonnade.router.tables import ROUTES, RUNTIME, tables
from colonnade.router.world import Name, Revision
from tests.unit.router.envoys import Envoy
from tests.unit.router.worlds import FLIGHTS, split, world


@pytest.fixture
def envoy():
    found = Envoy(Session())
    found.asks(ROUTES)
    found.asks(RUNTIME)
    return found


def answer(envoy, active=None, now=0.0):
    return applied(envoy.session, active or {}, now)["air/flights"]


def test_it_says_what_envoy_acknowledged(envoy):
    envoy.hears(tables(world(split(candidate="c1")), {Revision(FLIGHTS, "c1"): 25}, 8000))
    assert answer(envoy) == {"stable": "s1", "candidate": "c1", "weight": 25, "active": {}}


def test_a_weight_whose_time_is_over_is_zero(envoy):
    envoy.hears(tables(world(split(candidate="c1")), {Revision(FLIGHTS, "c1"): 25}, 8000))
    assert answer(envoy, now=5.0)["weight"] == 0


def test_a_weight_that_was_sent_but_not_acknowledged_is_not_in_force(envoy):
    envoy.hears(tables(world(split(candidate="c1")), {}, 8000))
    envoy.hears(tables(world(split(candidate="c1")), {Revision(FLIGHTS, "c1"): 25}, 8000), acknowledges=False)
    assert answer(envoy)["weight"] == 0


def test_requests_under_way_are_told_by_revision(envoy):
    envoy.hears(tables(world(split(candidate="c1")), {}, 8000))
    active = {Revision(FLIGHTS, "old"): 2, Revision(Name("sea", "flights"), "s1"): 7}
    assert answer(envoy, active)["active"] == {"old": 2}
