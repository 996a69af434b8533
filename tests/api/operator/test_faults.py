"""What may go wrong between the operator and the API server, and that the end is the same.

One story: a model is brought along, a Deployment serves it. It is told once without faults, then with some of each.
"""

import threading
import time

import pytest

from tests.api.operator.processes import OperatorProcess, eventually
from tests.api.operator.proxy import Proxy, refusal
from tests.api.operator.quiet import stays_as_it_is
from tests.api.operator.rights import kubeconfig_of_the_operator
from tests.api.operator.router import Router

EVERY = 4  # how often a fault strikes: each write of the story is struck in one of so many runs
REFUSALS = {
    401: ("Unauthorized", {}),
    409: ("Conflict", {}),
    429: ("TooManyRequests", {"Retry-After": "1"}),
    500: ("InternalError", {}),
}


class Keeper(threading.Thread):
    """Starts the operator again whenever it ends, as a kubelet does."""

    def __init__(self, operator):
        super().__init__(daemon=True)
        self.operator, self.going, self.deaths = operator, True, 0

    def run(self):
        while self.going:
            if self.operator.exit_code() is not None:
                self.deaths += 1
                self.operator.start(ready=False)
            time.sleep(0.05)


@pytest.fixture
def proxy(kubeconfig, api, namespace, tmp_path):
    with Proxy(kubeconfig_of_the_operator(kubeconfig, api, namespace, tmp_path), tmp_path) as proxy:
        yield proxy


@pytest.fixture
def operator(proxy, namespace, tmp_path):
    operator = OperatorProcess(proxy.path, namespace, tmp_path, environment={"COLONNADE_AUDIT_SECONDS": "1"}).start()
    keeper = Keeper(operator)
    keeper.start()
    yield operator
    keeper.going = False
    keeper.join()
    operator.end()


@pytest.fixture(autouse=True)
def router(world):
    with Router(world) as router:
        yield router


def told(world):
    """The story, up to its end."""
    if not world.has("ModelVersion", "late-1", Ready="True"):
        world.model_version()
    world.deployment()
    eventually(world.workloads, "a workload", limit=30)
    world.run_pods()
    eventually(lambda: world.has("Deployment", "late", Ready="True"), "serving", limit=30)


def ending(world):
    """Everything that is there in the end, by name."""
    kinds = ("Job", "Service", "NetworkPolicy", "PodDisruptionBudget", "PersistentVolumeClaim")
    names = {(kind, one["metadata"]["name"]) for kind in kinds for one in world.all(kind)}
    workloads = {(one["metadata"]["name"], one["spec"]["replicas"]) for one in world.workloads()}
    return names, workloads


def expected(world):
    revision = world.get("Deployment", "late")["status"]["stable"]["revision"]
    name = f"late-{revision}"
    job = next(iter(world.jobs_of("late-1")))["metadata"]["name"]
    names = {
        ("Job", job),
        ("Service", "late"),
        ("Service", name),
        ("NetworkPolicy", name),
        ("NetworkPolicy", "late-1-training"),
        ("PodDisruptionBudget", name),
        ("PersistentVolumeClaim", "colonnade-store"),
    }
    return names, {(name, 2)}


def ends_well(world, operator):
    eventually(lambda: ending(world) == expected(world), "the end state")
    eventually(lambda: world.has("Deployment", "late", Ready="True"), "serving")
    eventually(operator.leads, "a leader")
    eventually(lambda: stays_as_it_is(world, operator), "quiet")
    return True


def test_the_story_without_faults_ends_well(world, operator, proxy):
    told(world)
    assert ends_well(world, operator)


@pytest.fixture(params=range(EVERY))
def struck(request):
    """Whether the write of this number is."""
    return lambda number: number % EVERY == request.param


@pytest.mark.parametrize("applied", [False, True], ids=["before", "after"])
def test_a_death_at_any_write_changes_nothing_in_the_end(world, operator, proxy, struck, applied):
    async def strike(number, pass_on):
        if not struck(number):
            return await pass_on()
        if applied:
            await pass_on()
        operator.kill()
        return refusal(500, "InternalError")  # to nobody

    proxy.on_write = strike
    told(world)
    assert ends_well(world, operator)


def test_an_answer_that_is_lost_is_no_reason_to_write_another_thing(world, operator, proxy, struck):
    async def strike(number, pass_on):
        answer = await pass_on()
        return refusal(500, "InternalError") if struck(number) else answer

    proxy.on_write = strike
    told(world)
    assert ends_well(world, operator)


@pytest.mark.parametrize("status", REFUSALS)
def test_every_other_write_refused_is_only_slower(world, operator, proxy, status):
    reason, headers = REFUSALS[status]

    async def strike(number, pass_on):
        return refusal(status, reason, **headers) if number % 2 else await pass_on()

    proxy.on_write = strike
    told(world)
    proxy.on_write = None
    assert ends_well(world, operator)


def test_an_api_server_that_hangs_ends_the_leader_and_the_next_one_goes_on(world, operator, proxy):
    world.model_version()
    eventually(operator.leads, "leading")
    first = operator.process
    proxy.hangs = True
    eventually(lambda: first.poll() is not None, "its end", limit=6)
    assert first.poll() == 1
    proxy.hangs = False
    told(world)
    assert ends_well(world, operator)


def test_watches_that_tell_nothing_are_made_up_for_by_audits(world, operator, proxy):
    proxy.on_event = lambda event: event["type"] == "BOOKMARK"
    told(world)
    assert operator.measured("colonnade_operator_missed_events_total") > 0


def test_every_third_event_lost_changes_nothing_in_the_end(world, operator, proxy):
    heard = []

    def lossy(event):
        heard.append(event)
        return len(heard) % 3 > 0

    proxy.on_event = lossy
    told(world)
    assert ends_well(world, operator)
