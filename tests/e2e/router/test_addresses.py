"""By which names a Deployment answers, and what the router says when none fits."""

import json

import pytest

from tests.e2e.router.backends import Backend, failing, taking
from tests.e2e.router.household import Household
from tests.e2e.router.load import Answer, Client

HOSTS = ["flights.air", "flights.air.svc", "flights.air.svc.cluster.local", "flights", "FLIGHTS.air", "flights.air."]


@pytest.fixture
async def flights(router: Household) -> Backend:
    backend = await router.pod("air/flights", "s1")
    await router.deploy("air/flights", "s1")
    return backend


async def test_a_deployment_answers_to_each_of_its_names(flights: Backend, client: Client) -> None:
    asked = [host + port for host in HOSTS for port in ("", ":80", ":8000")]
    assert {host: (await client.ask(host)).revision for host in asked} == dict.fromkeys(asked, "s1")


async def test_from_outside_it_answers_by_path(flights: Backend, client: Client) -> None:
    answer = await client.ask("127.0.0.1:30080", "/namespaces/air/deployments/flights/v2/models/flights/infer")
    assert (answer.status, flights.paths) == (200, ["/v2/models/flights/infer"])


async def test_equal_names_in_two_namespaces_never_meet(router: Household, flights: Backend, client: Client) -> None:
    await router.pod("sea/flights", "s2")
    await router.deploy("sea/flights", "s2")
    assert (await client.ask("flights.air")).revision == "s1"
    assert (await client.ask("flights.sea")).revision == "s2"
    assert (await client.ask("x", "/namespaces/sea/deployments/flights/v2")).revision == "s2"


async def test_a_bare_name_that_two_share_says_which_names_to_use(
    router: Household, flights: Backend, client: Client
) -> None:
    await router.deploy("sea/flights", None)
    answer = await client.ask("flights")
    assert answer.status == 421
    assert error(answer) == "2 namespaces have a Deployment named flights: use http://flights.air or http://flights.sea"


async def test_an_unknown_name_says_what_there_is(flights: Backend, client: Client) -> None:
    answer = await client.ask("fligths.air")
    assert answer.status == 404
    assert "Deployments (NAMESPACE/NAME): air/flights" in error(answer)


async def test_a_deployment_without_a_revision_says_so(router: Household, client: Client) -> None:
    await router.deploy("air/flights", None)
    answer = await client.ask("flights.air")
    assert (answer.status, answer.headers["Retry-After"]) == (503, "1")
    assert "Deployment air/flights has no revision that serves yet" in error(answer)


async def test_a_stable_without_pods_says_so(router: Household, client: Client) -> None:
    await router.deploy("air/flights", "s1")
    answer = await client.ask("flights.air")
    assert (answer.status, answer.headers["Retry-After"]) == (503, "1")
    assert error(answer) == "no pod of Deployment air/flights, revision s1, is ready; try again in 1 s"


async def test_a_stable_that_cannot_be_reached_says_so(router: Household, client: Client) -> None:
    backend = await router.pod("air/flights", "s1")
    await router.deploy("air/flights", "s1")
    await backend.runner.cleanup()
    answer = await client.ask("flights.air")
    assert (answer.status, answer.headers["Retry-After"]) == (503, "1")
    assert error(answer) == "no pod of this Deployment can be reached; try again in 1 s"


async def test_what_a_model_answers_comes_as_it_is(router: Household, client: Client) -> None:
    await router.pod("air/flights", "s1", failing)
    await router.deploy("air/flights", "s1")
    answer = await client.ask("flights.air")
    assert (answer.status, answer.text) == (500, '{"error": "unknown category"}')


async def test_stables_own_slowness_is_not_cut_off(router: Household, client: Client) -> None:
    await router.pod("air/flights", "s1", taking(1.0))
    await router.deploy("air/flights", "s1")
    assert (await client.ask("flights.air")).status == 200


async def test_a_client_cannot_change_retries_by_envoys_headers(router: Household, client: Client) -> None:
    backend = await router.pod("air/flights", "s1", failing)
    await router.deploy("air/flights", "s1")
    await client.ask("flights.air", headers={"x-envoy-retry-on": "5xx", "x-envoy-max-retries": "9"})
    assert backend.answered == 1


def error(answer: Answer) -> str:
    assert answer.headers["Content-Type"].startswith("application/json")
    said: str = json.loads(answer.text)["error"]
    return said
