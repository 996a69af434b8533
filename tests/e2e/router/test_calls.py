"""gRPC through the router: the same names, shares and promises as REST's."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable

import grpc
import pytest

from tests.e2e.router.calls import STREAM, Caller, CallPod, Conduct, failing, taking, until, well
from tests.e2e.router.household import Household

FLIGHTS, HOST = "air/flights", "flights.air"
TIMEOUT_SECONDS = 0.25
FAILURES = ["UNAVAILABLE", "INTERNAL", "DEADLINE_EXCEEDED", "RESOURCE_EXHAUSTED", "CANCELLED"]

Start = Callable[..., Awaitable[CallPod]]


@pytest.fixture
async def pod(router: Household) -> AsyncIterator[Start]:
    """Starts a ready pod of a revision, which speaks gRPC alone."""
    async with contextlib.AsyncExitStack() as started:

        async def start(revision: str, conduct: Conduct = well, name: str = FLIGHTS) -> CallPod:
            found = CallPod(revision, conduct)
            await found.start()
            started.push_async_callback(found.stop)
            router.join(name, found)
            return found

        yield start


@pytest.fixture
async def caller(router: Household) -> AsyncIterator[Caller]:
    async with contextlib.aclosing(Caller(router.url, HOST)) as started:
        yield started


async def canary(router: Household, weight: int = 50) -> None:
    retry = {"errors": True, "timeout": f"{TIMEOUT_SECONDS * 1000:.0f}ms"}
    await router.deploy(FLIGHTS, "s1", candidate="c1", weight=weight, retry_on_stable=retry)


@pytest.mark.parametrize("authority", [HOST, "flights.air:80", "flights.air.svc.cluster.local:8000", "flights"])
async def test_a_call_is_answered_by_stable(router: Household, pod: Start, authority: str) -> None:
    await pod("s1")
    await router.deploy(FLIGHTS, "s1")
    async with contextlib.aclosing(Caller(router.url, authority)) as caller:
        answer = await caller.ask()
    assert (answer.code, answer.revision, answer.text) == (grpc.StatusCode.OK, "s1", "s1 2")


async def test_a_stream_goes_both_ways(router: Household, pod: Start, caller: Caller) -> None:
    await pod("s1")
    await router.deploy(FLIGHTS, "s1")
    stream = caller.channel.stream_stream(STREAM)(timeout=20)
    heard = []
    for size in (1, 20, 300):
        await stream.write(bytes(size))
        heard.append(await stream.read())
    await stream.done_writing()
    assert heard == [b"s1 1", b"s1 20", b"s1 300"]
    assert (await stream.read(), await stream.code()) == (grpc.aio.EOF, grpc.StatusCode.OK)


async def test_calls_of_one_connection_are_shared_out_by_weight(router: Household, pod: Start, caller: Caller) -> None:
    await pod("s1")
    await pod("c1")
    await canary(router, weight=30)
    tally = await caller.load(2000)
    assert tally.failures == []
    assert tally.share("c1") == pytest.approx(0.30, abs=0.05)


@pytest.mark.parametrize("code", FAILURES)
async def test_what_a_candidate_fails_stable_answers(router: Household, pod: Start, caller: Caller, code: str) -> None:
    await pod("s1")
    candidate = await pod("c1", failing(grpc.StatusCode[code]))
    await canary(router)
    tally = await caller.load(500)
    assert (set(tally.revisions), tally.failures) == ({"s1"}, [])
    assert candidate.answered > 150


async def test_a_candidate_without_pods_costs_nobody_an_answer(router: Household, pod: Start, caller: Caller) -> None:
    await pod("s1")
    await canary(router)
    tally = await caller.load(300)
    assert (set(tally.revisions), tally.failures) == ({"s1"}, [])


async def test_a_candidate_that_breaks_off_costs_nobody_an_answer(
    router: Household, pod: Start, caller: Caller
) -> None:
    await pod("s1")
    candidate = await pod("c1", until(asyncio.Event()))
    await canary(router, weight=100)
    asked = [asyncio.create_task(caller.ask()) for _ in range(20)]
    await router.until(lambda: _in_flight(router, "c1", 20))
    await candidate.stop()
    assert {(answer.code, answer.revision) for answer in await asyncio.gather(*asked)} == {(grpc.StatusCode.OK, "s1")}


async def test_what_a_candidate_delays_stable_answers_within_the_timeout(
    router: Household, pod: Start, caller: Caller
) -> None:
    await pod("s1")
    await pod("c1", taking(3.0))
    await canary(router)
    tally = await caller.load(100, at_once=20)
    assert (set(tally.revisions), tally.failures) == ({"s1"}, [])
    assert TIMEOUT_SECONDS <= tally.quantile(0.75) < 1.5


async def test_what_a_candidate_objects_to_stable_is_asked_too(router: Household, pod: Start, caller: Caller) -> None:
    stable = await pod("s1")
    await pod("c1", failing(grpc.StatusCode.INVALID_ARGUMENT))
    await canary(router, weight=100)
    assert (await caller.ask()).revision == "s1"
    stable.conduct = failing(grpc.StatusCode.INVALID_ARGUMENT)
    answer = await caller.ask()
    assert (answer.code.name, answer.revision, answer.text) == ("INVALID_ARGUMENT", "s1", "unknown category")


@pytest.mark.parametrize("code", ["NOT_FOUND", "UNIMPLEMENTED"])
async def test_a_fault_of_the_call_is_the_clients_to_see(
    router: Household, pod: Start, caller: Caller, code: str
) -> None:
    await pod("s1")
    await pod("c1", failing(grpc.StatusCode[code]))
    await canary(router, weight=100)
    answer = await caller.ask()
    assert (answer.code.name, answer.revision, answer.text) == (code, "c1", "unknown category")


async def test_a_failure_of_both_is_seen_and_was_tried_on_the_candidate_once(
    router: Household, pod: Start, caller: Caller
) -> None:
    await pod("s1", failing(grpc.StatusCode.INTERNAL))
    candidate = await pod("c1", failing(grpc.StatusCode.INTERNAL))
    await canary(router, weight=100)
    answer = await caller.ask()
    assert (answer.code, answer.revision, candidate.answered) == (grpc.StatusCode.INTERNAL, "s1", 1)


async def test_a_message_may_be_large(router: Household, pod: Start, caller: Caller) -> None:
    await pod("s1")
    await router.deploy(FLIGHTS, "s1")
    answer = await caller.ask(bytes(30_000_000))
    assert (answer.code, answer.text) == (grpc.StatusCode.OK, "s1 30000000")


async def test_a_message_that_can_be_kept_is_tried_again_and_a_longer_one_is_the_candidates(
    router: Household, pod: Start, caller: Caller
) -> None:
    """gRPC doesn't say a message's length beforehand."""
    await pod("s1")
    await pod("c1", failing(grpc.StatusCode.INTERNAL))
    await canary(router, weight=100)
    assert (await caller.ask(bytes(4_000_000))).revision == "s1"
    assert (await caller.ask(bytes(6_000_000))).code is grpc.StatusCode.INTERNAL


async def test_a_rollback_breaks_no_call_under_way(router: Household, pod: Start, caller: Caller) -> None:
    done = asyncio.Event()
    await pod("s1")
    await pod("c1", until(done))
    await router.deploy(FLIGHTS, "s1", candidate="c1", weight=100, retry_on_stable={"errors": True, "timeout": "0s"})
    asked = [asyncio.create_task(caller.ask()) for _ in range(20)]
    await router.until(lambda: _in_flight(router, "c1", 20))
    await router.deploy(FLIGHTS, "s1")
    assert (await caller.ask()).revision == "s1"
    done.set()
    assert {answer.revision for answer in await asyncio.gather(*asked)} == {"c1"}
    await router.until(lambda: _in_flight(router, "c1", 0))


async def test_a_name_that_nobody_has_is_not_found_and_says_what_there_is(router: Household, pod: Start) -> None:
    await pod("s1")
    await router.deploy(FLIGHTS, "s1")
    async with contextlib.aclosing(Caller(router.url, "fligths.air")) as caller:
        answer = await caller.ask()
    assert answer.code is grpc.StatusCode.NOT_FOUND
    assert answer.text.startswith("no Deployment is served under this address; a gRPC client's authority is NAME.NAMES")
    assert answer.text.endswith("Deployments (NAMESPACE/NAME): air/flights")


async def test_a_bare_name_that_two_share_says_which_names_to_use(router: Household, pod: Start) -> None:
    for name in (FLIGHTS, "sea/flights"):
        await router.deploy(name, None)
    async with contextlib.aclosing(Caller(router.url, "flights")) as caller:
        answer = await caller.ask()
    assert answer.code is grpc.StatusCode.NOT_FOUND
    assert answer.text == "2 namespaces have a Deployment named flights: use flights.air or flights.sea"


async def test_without_a_revision_or_a_pod_it_is_unavailable(router: Household, pod: Start, caller: Caller) -> None:
    await router.deploy(FLIGHTS, None)
    answer = await caller.ask()
    assert answer.code is grpc.StatusCode.UNAVAILABLE
    assert answer.text.startswith("Deployment air/flights has no revision that serves yet")
    await router.deploy(FLIGHTS, "s1")
    answer = await caller.ask()
    assert answer.code is grpc.StatusCode.UNAVAILABLE
    assert answer.text == "no pod of Deployment air/flights, revision s1, is ready; try again in 1 s"


async def test_a_stable_that_cannot_be_reached_is_unavailable(router: Household, pod: Start, caller: Caller) -> None:
    stable = await pod("s1")
    await router.deploy(FLIGHTS, "s1")
    await stable.stop()
    answer = await caller.ask()
    assert answer.code is grpc.StatusCode.UNAVAILABLE
    assert answer.text == "no pod of this Deployment can be reached; try again in 1 s"


async def _in_flight(router: Household, revision: str, calls: int) -> bool:
    found: int = (await router.applied())[FLIGHTS]["active"].get(revision, 0)
    return found == calls
