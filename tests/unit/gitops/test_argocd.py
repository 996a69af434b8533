"""What Argo CD makes of our objects, and does to them, by the Lua that comes with the chart."""

import pytest

from colonnade.plan.deployment.commands import parse_commands
from tests.unit.chart.rendered import BINARY, of_kind, render
from tests.unit.gitops import states
from tests.unit.gitops.lua import acted, customizations, health, offered
from tests.unit.gitops.states import STATES, State
from tests.unit.plan.world import World, world

pytestmark = pytest.mark.skipif(not BINARY.exists(), reason="no helm yet: python3 -m cluster build")
NAMES = [state.name for state in STATES if state.kind == "Deployment"]
CANARY, ROLLED_BACK, SERVING = "a canary is on its way", "the newest version was rolled back", "it serves"


def deployment(name: str) -> states.Manifest:
    return next(state.made() for state in STATES if (state.kind, state.name) == ("Deployment", name))


@pytest.mark.parametrize("state", STATES, ids=str)
def test_health_is_what_the_state_is(state: State) -> None:
    said = health(state.made())
    assert said["status"] == state.argo, said
    assert said["message"]


def test_health_says_why_in_the_operators_words() -> None:
    assert health(deployment(ROLLED_BACK))["message"].startswith("Rejected: flights-late-2 failed here")
    assert health(deployment(SERVING))["message"] == "Serving: flights-late-1 answers on 2 of 2 pods"


@pytest.mark.parametrize(
    ("state", "possible"),
    [
        ("no operator has seen it", set()),
        (SERVING, set()),
        (CANARY, {"promote", "abort"}),
        (ROLLED_BACK, {"retry"}),
    ],
)
def test_only_what_can_be_done_is_offered(state: str, possible: set[str]) -> None:
    assert offered(deployment(state)) == possible


@pytest.mark.parametrize("name", NAMES)
def test_every_action_that_is_offered_changes_nothing_but_our_annotation(name: str) -> None:
    before = deployment(name)
    for action in offered(before):
        after = acted(action, before)
        written = after["metadata"].pop("annotations")
        assert set(written) - set(before["metadata"].get("annotations", {})) == {f"colonnade.dev/{action}"}
        assert after["metadata"] == {k: v for k, v in before["metadata"].items() if k != "annotations"}
        assert after["spec"] == before["spec"]


def told(action: str, state: str) -> dict[str, str]:
    return dict(acted(action, deployment(state))["metadata"]["annotations"])


def test_promote_releases_the_step_at_which_the_rollout_stands_and_no_later_one() -> None:
    manifest = deployment(CANARY)
    revision, step = manifest["status"]["candidate"]["revision"], manifest["status"]["step"]["index"]
    commands = parse_commands(told("promote", CANARY), None)
    assert commands.releases(revision, step)
    assert not commands.releases(revision, step + 1)


def test_abort_is_of_the_candidate_and_retry_of_what_was_rejected_last() -> None:
    candidate = deployment(CANARY)["status"]["candidate"]["revision"]
    rejected = deployment(ROLLED_BACK)["status"]["rejected"][0]["revision"]
    assert parse_commands(told("abort", CANARY), None).aborts(candidate)
    assert parse_commands(told("retry", ROLLED_BACK), None).retries(rejected)


def test_what_argo_cd_did_is_what_becomes_of_the_rollout() -> None:
    it = world()
    it.release(states.V2)
    it.until(lambda now: now.weight() == 5)
    it.annotate(abort=told_of(it, "abort"))
    it.until(lambda now: now.serves(states.V1), within=15)
    it.annotate(retry=told_of(it, "retry"))
    it.until(lambda now: now.serves(states.V2))


def test_what_argo_cd_undid_stays_undone_and_can_not_be_undone_again() -> None:
    it = world()
    assert "undo" not in offered(states.deployment_of(it))
    it.release("flights-late-2")
    it.until(lambda now: now.serves("flights-late-2"))
    assert offered(states.deployment_of(it)) == {"undo"}
    it.annotate(undo=told_of(it, "undo"))
    it.until(lambda now: now.serves("flights-late-1"))
    assert offered(states.deployment_of(it)) == {"retry"}


def told_of(it: World, action: str) -> str:
    after = acted(action, states.deployment_of(it))
    return str(after["metadata"]["annotations"][f"colonnade.dev/{action}"])


def test_nothing_for_argo_cd_is_installed_unless_it_is_asked_for() -> None:
    assert "colonnade-argocd" not in {each["metadata"]["name"] for each in of_kind(render({}), "ConfigMap")}
    assert all(key.startswith("resource.customizations.") for key in customizations())
