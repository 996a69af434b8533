"""Whatever a candidate does, its clients get an answer, and it is told apart."""

import asyncio

import pytest

from tests.e2e.router.backends import Behaviour, breaking, failing, refusing, some, taking, unknown, until, well
from tests.e2e.router.household import Household
from tests.e2e.router.load import Client

FLIGHTS, HOST = "air/flights", "flights.air"
TIMEOUT_SECONDS = 0.25


async def canary(router: Household, candidate: Behaviour, stable: Behaviour = well, weight: int = 50) -> None:
    await router.pod(FLIGHTS, "s1", stable)
    await router.pod(FLIGHTS, "c1", candidate)
    retry = {"errors": True, "timeout": f"{TIMEOUT_SECONDS * 1000:.0f}ms"}
    await router.deploy(FLIGHTS, "s1", candidate="c1", weight=weight, retry_on_stable=retry)


@pytest.mark.parametrize("behave", [failing, breaking, some(2, failing)], ids=["fails", "breaks", "fails-half"])
async def test_what_a_candidate_fails_stable_answers(router: Household, client: Client, behave: Behaviour) -> None:
    await canary(router, behave)
    tally = await client.load(HOST, 4000)
    assert tally.failures == []
    assert tally.quantile(0.75) < TIMEOUT_SECONDS  # nobody waits for a timeout


async def test_many_failures_at_once_are_all_answered(router: Household, client: Client) -> None:
    await canary(router, failing, weight=100)
    assert (await client.load(HOST, 3000, at_once=90)).failures == []


async def test_a_candidate_without_pods_costs_nobody_an_answer(router: Household, client: Client) -> None:
    await router.pod(FLIGHTS, "s1")
    await router.deploy(FLIGHTS, "s1", candidate="c1", weight=50)
    tally = await client.load(HOST, 500)
    assert (set(tally.revisions), tally.failures) == ({"s1"}, [])


async def test_what_a_candidate_delays_stable_answers_within_the_timeout(router: Household, client: Client) -> None:
    await canary(router, taking(3.0))
    tally = await client.load(HOST, 200, at_once=20)
    assert (set(tally.revisions), tally.failures) == ({"s1"}, [])
    assert TIMEOUT_SECONDS <= tally.quantile(0.75) < 1.0


@pytest.mark.parametrize(("limit", "revision"), [("60ms", "s1"), ("20s", "c1")], ids=["short", "long"])
async def test_the_timeout_is_the_one_of_the_spec(router: Household, client: Client, limit: str, revision: str) -> None:
    await router.pod(FLIGHTS, "s1")
    await router.pod(FLIGHTS, "c1", taking(1.5))
    retry = {"errors": True, "timeout": limit}
    await router.deploy(FLIGHTS, "s1", candidate="c1", weight=100, retry_on_stable=retry)
    assert (await client.ask(HOST)).revision == revision


async def test_a_request_that_is_slow_for_both_is_answered_by_who_is_done_first(
    router: Household, client: Client
) -> None:
    await canary(router, taking(0.6), stable=taking(3.0), weight=100)
    answer = await client.ask(HOST)
    assert (answer.status, answer.revision) == (200, "c1")


async def test_what_a_candidate_refuses_and_stable_takes_is_answered(router: Household, client: Client) -> None:
    await canary(router, refusing)
    tally = await client.load(HOST, 1000)
    assert (set(tally.revisions), tally.failures) == ({"s1"}, [])


async def test_a_fault_of_the_request_is_the_clients_to_see(router: Household, client: Client) -> None:
    await canary(router, refusing, stable=refusing, weight=100)
    answer = await client.ask(HOST)
    assert (answer.status, answer.revision) == (400, "s1")


async def test_what_is_not_there_is_not_asked_for_twice(router: Household, client: Client) -> None:
    """What one pod remembers, such as a prediction that feedback is about, another one needn't know."""
    await canary(router, unknown, weight=100)
    answer = await client.ask(HOST)
    assert (answer.status, answer.revision) == (404, "c1")


async def test_a_failure_of_both_is_seen_and_was_tried_on_the_candidate_once(router: Household, client: Client) -> None:
    await router.pod(FLIGHTS, "s1", failing)
    candidate = await router.pod(FLIGHTS, "c1", failing)
    await router.deploy(FLIGHTS, "s1", candidate="c1", weight=100)
    answer = await client.ask(HOST)
    assert (answer.status, answer.revision, candidate.answered) == (500, "s1", 1)


async def test_an_answer_names_its_revision_also_right_after_a_retry(router: Household, client: Client) -> None:
    await canary(router, some(2, failing), weight=100)
    first, second = [await client.ask(HOST) for _ in range(2)]
    assert (first.revision, second.revision) == ("c1", "s1")
    assert '"s1"' in second.text


async def test_without_retry_on_stable_the_candidates_errors_are_seen(router: Household, client: Client) -> None:
    await router.pod(FLIGHTS, "s1")
    await router.pod(FLIGHTS, "c1", failing)
    await router.deploy(FLIGHTS, "s1", candidate="c1", weight=100, retry_on_stable={"errors": False, "timeout": "1s"})
    assert (await client.ask(HOST)).status == 500


async def test_a_large_body_is_retried_too(router: Household, client: Client) -> None:
    await canary(router, failing, weight=100)
    answer = await client.ask(HOST, body=bytes(4_000_000))
    assert (answer.status, answer.revision) == (200, "s1")


async def test_a_body_too_large_to_be_kept_goes_to_stable(router: Household, client: Client) -> None:
    await canary(router, failing, weight=100)
    answer = await client.ask(HOST, body=bytes(5_000_000))
    assert (answer.status, answer.revision) == (200, "s1")


async def test_a_rollback_breaks_no_request_under_way(router: Household, client: Client) -> None:
    await router.pod(FLIGHTS, "s1")
    done = asyncio.Event()
    candidate = await router.pod(FLIGHTS, "c1", until(done))
    await router.deploy(FLIGHTS, "s1", candidate="c1", weight=100, retry_on_stable={"errors": True, "timeout": "0s"})
    asked = [asyncio.create_task(client.ask(HOST)) for _ in range(20)]
    await router.until(lambda: _under_way(router, "c1", 20))
    await router.deploy(FLIGHTS, "s1")
    assert (await client.ask(HOST)).revision == "s1"
    assert (await router.applied())[FLIGHTS]["active"] == {"c1": 20}
    done.set()
    assert {(answer.status, answer.revision) for answer in await asyncio.gather(*asked)} == {(200, "c1")}
    await router.until(lambda: _under_way(router, "c1", 0))
    router.leave(FLIGHTS, candidate)


async def test_a_promotion_breaks_no_request_under_way(router: Household, client: Client) -> None:
    await canary(router, some(3, taking(0.4)), stable=some(3, taking(0.4)))

    async def promoted() -> None:
        await router.deploy(
            FLIGHTS, "s1", candidate="c1", weight=100, retry_on_stable={"errors": True, "timeout": "0s"}
        )
        await asyncio.sleep(0.5)
        await router.deploy(FLIGHTS, "c1")
        await asyncio.sleep(1)

    tally = await client.load_while(HOST, promoted, at_once=40)
    assert tally.failures == []


async def _under_way(router: Household, revision: str, requests: int) -> bool:
    found: int = (await router.applied())[FLIGHTS]["active"].get(revision, 0)
    return found == requests
