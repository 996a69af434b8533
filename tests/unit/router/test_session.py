"""The discovery protocol, said by an Envoy made of words."""

import pytest

from colonnade.router.session import Session
from colonnade.router.snapshot import CLUSTERS, ENDPOINTS, LISTENERS, ORDER, ROUTES, RUNTIME, snapshot
from colonnade.router.weights import weights
from tests.unit.router.envoys import Envoy
from tests.unit.router.states import split, state


def made(weight=0, leased=True, **more):
    seen = state(split(candidate="c1", weight=weight), **more)
    return snapshot(seen, weights(seen, leased=leased), 8000)


@pytest.fixture
def envoy():
    found = Envoy(Session())
    for kind in (RUNTIME, ROUTES, LISTENERS, ENDPOINTS, CLUSTERS):
        found.asks(kind)
    return found


def kinds(heard):
    return [response.type_url for response in heard]


def test_what_others_refer_to_comes_first(envoy):
    assert kinds(envoy.hears(made())) == list(ORDER)


def test_what_it_knows_it_is_not_told_again(envoy):
    envoy.hears(made())
    assert envoy.hears(made()) == []


def test_endpoints_follow_clusters_whether_or_not_they_changed(envoy):
    envoy.hears(made())
    promoted = snapshot(state(split("c1"), pods={"s1": 1}), {}, 8000)
    assert kinds(envoy.hears(promoted))[:2] == [CLUSTERS, ENDPOINTS]


def test_a_weight_is_renewed_before_it_ends(envoy):
    told = made(weight=5)
    envoy.hears(told)
    envoy.now = 1.4
    assert envoy.hears(told) == []
    envoy.now = 1.5
    assert kinds(envoy.hears(told)) == [RUNTIME]


def test_no_weight_needs_no_renewal(envoy):
    envoy.hears(made())
    envoy.now = 100.0
    assert envoy.hears(made()) == []


def test_a_weight_holds_for_its_time_from_when_it_was_sent(envoy):
    envoy.hears(made(weight=5))
    assert envoy.session.weights_hold(4.9)
    assert not envoy.session.weights_hold(5.0)


def test_what_was_sent_counts_once_it_is_acknowledged(envoy):
    told = made(weight=5)
    responses = envoy.hears(told, acknowledges=False)
    assert envoy.session.applied(RUNTIME) is None
    envoy.asks(RUNTIME, nonce=responses[-1].nonce)
    assert envoy.session.applied(RUNTIME) is told


def test_an_answer_to_an_older_message_acknowledges_nothing_newer(envoy):
    first, second = made(weight=5), made(weight=25)
    old = envoy.hears(first, acknowledges=False)[-1]
    envoy.hears(second, acknowledges=False)
    envoy.asks(RUNTIME, nonce=old.nonce)
    assert envoy.session.applied(RUNTIME) is None


def test_a_refusal_is_told_and_what_was_before_counts():
    refusals = []
    envoy = Envoy(Session(lambda *words: refusals.append(words)))
    envoy.asks(ROUTES)
    before, after = made(), snapshot(state(split("s2")), {}, 8000)
    envoy.hears(before)
    (response,) = envoy.hears(after, acknowledges=False)
    envoy.asks(ROUTES, nonce=response.nonce, refuses="duplicate domain")
    assert refusals == [(ROUTES, "duplicate domain")]
    assert envoy.session.applied(ROUTES) is before
    assert envoy.hears(after) == []


def test_a_name_that_it_asks_for_anew_is_answered_though_nothing_changed():
    envoy = Envoy(Session())
    envoy.asks(ROUTES, "deployments")
    envoy.hears(made(), acknowledges=False)
    envoy.asks(ROUTES, "deployments", "other")
    assert kinds(envoy.hears(made(), acknowledges=False)) == [ROUTES]


def test_kinds_that_we_do_not_have_are_left_unanswered():
    envoy = Envoy(Session())
    envoy.asks("type.googleapis.com/envoy.config.route.v3.ScopedRouteConfiguration")
    assert envoy.hears(made()) == []
