"""Whole commands against objects served over HTTP: what is said, what is written, how it ends."""

import json

import pytest

from colonnade.cli.main import app
from tests.unit.cli.conftest import Run
from tests.unit.cli.objects import canary, deployment, flights, policy, version
from tests.unit.cli.playground import Playground, path_of

MDEP = path_of(deployment())
FORBIDDEN = {
    "kind": "Status",
    "message": 'deployments.colonnade.dev "flights-late" is forbidden: User "ada" cannot patch',
}


def test_a_bare_name_is_a_deployment_with_its_signals_units(cluster: Playground, kubectl_colonnade: Run) -> None:
    cluster.add(canary(), policy())
    seen = kubectl_colonnade("status", "flights-late")
    assert seen.code == 0
    assert "slow     InsufficientSamples   31.2 ms   50 ms" in seen.out


def test_a_policy_that_may_not_be_read_leaves_bare_numbers(cluster: Playground, kubectl_colonnade: Run) -> None:
    cluster.add(canary())
    assert "0.0312" in kubectl_colonnade("status", "mdep/flights-late").out


def test_json_is_the_object_itself(cluster: Playground, kubectl_colonnade: Run) -> None:
    cluster.add(flights())
    assert json.loads(kubectl_colonnade("status", "dset/flights", "-o", "json").out) == flights()


def test_a_name_that_is_not_there_lists_those_that_are(cluster: Playground, kubectl_colonnade: Run) -> None:
    cluster.add(flights())
    seen = kubectl_colonnade("status", "dset/fligths")
    assert (seen.code, seen.out) == (1, "")
    assert seen.err == "error: dset/fligths is not in namespace default; there are: flights\n"


def test_an_empty_namespace_says_where_else_to_look(kubectl_colonnade: Run) -> None:
    seen = kubectl_colonnade("status", "dset/flights", "-n", "elsewhere")
    assert "not in namespace elsewhere; there is none; look in another namespace, or see" in seen.err


@pytest.mark.parametrize(
    "arguments", [("-n", "team", "status", "dset/flights"), ("status", "dset/flights", "-n", "team")]
)
def test_flags_stand_before_or_behind_the_command(kubectl_colonnade: Run, arguments: tuple[str, ...]) -> None:
    assert "not in namespace team" in kubectl_colonnade(*arguments).err


@pytest.mark.parametrize("what", ["pod/x", "mdep/", "dset/flights/1"])
def test_a_kind_that_the_command_does_not_take_is_a_wrong_command_line(kubectl_colonnade: Run, what: str) -> None:
    seen = kubectl_colonnade("promote", what)
    assert seen.code == 2
    assert "write mdep/NAME" in seen.err


def test_a_missing_argument_is_a_wrong_command_line(kubectl_colonnade: Run) -> None:
    assert kubectl_colonnade("status").code == 2


def test_a_cluster_without_colonnade_is_told_so(cluster: Playground, kubectl_colonnade: Run) -> None:
    cluster.refusals[("GET", MDEP)] = (404, {"message": "404 page not found"})
    cluster.refusals[("GET", MDEP.rpartition("/")[0])] = (404, {"message": "404 page not found"})
    assert "Colonnade is not installed on this cluster" in kubectl_colonnade("status", "flights-late").err


def test_an_api_server_out_of_reach_is_named(cluster: Playground, kubectl_colonnade: Run, tmp_path: object) -> None:
    kubeconfig = next(iter(cluster.store.parent.glob("kubeconfig")))
    kubeconfig.write_text(kubeconfig.read_text().replace(cluster.url, "http://127.0.0.1:1"))
    seen = kubectl_colonnade("status", "flights-late")
    assert seen.code == 1
    assert "the API server at http://127.0.0.1:1 does not answer" in seen.err


def test_promote_names_the_revision_and_the_step_that_were_seen(cluster: Playground, kubectl_colonnade: Run) -> None:
    cluster.add(canary())
    assert kubectl_colonnade("promote", "mdep/flights-late").code == 0
    assert cluster.patches == [(MDEP, {"metadata": {"annotations": {"colonnade.dev/promote": "2222222222/1"}}})]


def test_abort_names_the_revision(cluster: Playground, kubectl_colonnade: Run) -> None:
    cluster.add(canary())
    assert kubectl_colonnade("abort", "flights-late").code == 0
    ((patched, patch),) = cluster.patches
    revision, _, moment = patch["metadata"]["annotations"]["colonnade.dev/abort"].partition("@")
    assert (patched, revision) == (MDEP, "2222222222")
    assert moment.endswith("Z")


@pytest.mark.parametrize("verb", ["promote", "abort"])
def test_without_a_candidate_nothing_is_written(cluster: Playground, kubectl_colonnade: Run, verb: str) -> None:
    cluster.add(deployment())
    seen = kubectl_colonnade(verb, "flights-late")
    assert seen.code == 1
    assert seen.err == f"error: mdep/flights-late has no candidate to {verb}: flights-late-1 serves all requests\n"
    assert cluster.patches == []


def rejected(*revisions: str) -> list[dict[str, str]]:
    return [{"revision": each, "reason": "ErrorRateBreached", "at": "2026-11-23T11:00:00Z"} for each in revisions]


def test_retry_takes_the_revision_rejected_last(cluster: Playground, kubectl_colonnade: Run) -> None:
    cluster.add(deployment(rejected=rejected("3333333333", "2222222222")))
    assert kubectl_colonnade("retry", "flights-late").code == 0
    ((patched, patch),) = cluster.patches
    assert patched == MDEP
    assert patch["metadata"]["annotations"]["colonnade.dev/retry"].startswith("3333333333@")


def test_retry_promises_no_more_than_the_spec_asks_for(cluster: Playground, kubectl_colonnade: Run) -> None:
    cluster.add(deployment(rejected=rejected("3333333333")))
    said = "3333333333 is rejected no more, and starts where spec.model asks for it"
    assert said in kubectl_colonnade("retry", "flights-late").err


def test_retry_of_a_revision_that_was_never_rejected_lists_those_that_were(
    cluster: Playground, kubectl_colonnade: Run
) -> None:
    cluster.add(deployment(rejected=rejected("3333333333", "2222222222")))
    seen = kubectl_colonnade("retry", "flights-late", "9999999999")
    assert seen.err == "error: mdep/flights-late has not rejected 9999999999; rejected: 3333333333, 2222222222\n"


def test_approval_says_who_and_why(cluster: Playground, kubectl_colonnade: Run) -> None:
    cluster.add(version(1))
    assert kubectl_colonnade("approve", "mv/flights-late-1", "--reason", "checked the card").code == 0
    decision = {"decision": "Approved", "by": "ada", "reason": "checked the card"}
    assert cluster.patches == [(path_of(version(1)), {"spec": {"approval": decision}})]


def test_a_decision_without_a_reason_is_a_wrong_command_line(cluster: Playground, kubectl_colonnade: Run) -> None:
    cluster.add(version(1))
    assert kubectl_colonnade("reject", "mv/flights-late-1").code == 2
    assert cluster.patches == []


def test_a_refusal_says_which_role_is_missing(cluster: Playground, kubectl_colonnade: Run) -> None:
    cluster.add(canary())
    cluster.refusals[("PATCH", MDEP)] = (403, FORBIDDEN)
    seen = kubectl_colonnade("abort", "flights-late")
    assert seen.code == 1
    assert 'User "ada" cannot patch; ask for the role colonnade-edit' in seen.err


def test_the_tree_of_a_namespace_is_one_picture(cluster: Playground, kubectl_colonnade: Run) -> None:
    cluster.add(flights(), version(1), version(2), canary())
    seen = kubectl_colonnade("tree")
    assert seen.code == 0
    assert [line.lstrip("│├└─ ").split()[0] for line in seen.out.splitlines()] == [
        "dset/flights",
        "mv/flights-late-1",
        "mdep/flights-late",
        "revision",
        "mv/flights-late-2",
        "mdep/flights-late",
        "revision",
    ]


def test_a_piped_watch_says_each_change_once_and_ends_quietly(
    cluster: Playground, kubectl_colonnade: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster.add(deployment())
    promoted = canary()
    promoted["metadata"]["resourceVersion"] = "8"
    happens = iter([lambda: cluster.add(promoted), lambda: None, interrupted])
    monkeypatch.setattr("colonnade.cli.waiting.time.sleep", lambda _: next(happens)())
    seen = kubectl_colonnade("status", "flights-late", "--watch")
    assert seen.code == 0
    assert seen.out.count("Deployment flights-late") == 2
    assert seen.out.count("candidate") == 1
    assert seen.err == ""


def interrupted() -> None:
    raise KeyboardInterrupt


TYPED = {
    "status": ("dset/flights",),
    "tree": ("dset/flights",),
    "versions": ("dset/flights",),
    "trials": ("mv/flights-late-1",),
    "push": ("dset/flights", __file__),
    "pull": ("dset/flights", "-o", "flights.parquet"),
    "report": ("dset/flights",),
    "refresh": ("dset/flights",),
    "promote": ("flights-late",),
    "abort": ("flights-late",),
    "undo": ("flights-late",),
    "drift": ("mdep/flights-late",),
    "forget": ("dset/flights", "--subject", "P-1", "--reason", "asked"),
    "retry": ("flights-late",),
    "approve": ("mv/flights-late-1", "--reason", "checked"),
    "reject": ("mv/flights-late-1", "--reason", "checked"),
    "tag": ("dset/flights", "0123456789", "checked"),
    "hold": ("dset/flights", "0123456789", "--reason", "checked"),
    "release": ("dset/flights", "checked"),
    "diff": ("dset/flights", "0123456789", "9876543210"),
    "audit": ("dset/flights",),
    "backup": ("dset/flights",),
    "restore": ("dset/flights", "--all"),
    "rotate": ("dset/flights",),
    "gc": ("dset/flights",),
    "verify": ("mv/flights-late-1",),
    "compare": ("mv/flights-late-1", "mv/flights-late-2"),
    "reproduce": ("mv/flights-late-1",),
}


@pytest.mark.parametrize(
    "command", [command.callback.__name__ for command in app.registered_commands if command.callback]
)
def test_every_command_takes_its_namespace_on_either_side(kubectl_colonnade: Run, command: str) -> None:
    arguments = (command, *TYPED[command])
    for typed in (("-n", "team", *arguments), (*arguments, "-n", "team"), ("-n", "else", *arguments, "-n", "team")):
        seen = kubectl_colonnade(*typed)
        assert seen.code == 1, seen.err
        assert "is not in namespace team; there is none" in seen.err


@pytest.mark.parametrize("kind", ["mdep", "mv", "dset", "mpol"])
def test_every_kind_is_looked_for_in_the_namespace_that_was_named(kubectl_colonnade: Run, kind: str) -> None:
    for typed in (("-n", "team", "status", f"{kind}/x"), ("status", f"{kind}/x", "-n", "team")):
        assert f"{kind}/x is not in namespace team" in kubectl_colonnade(*typed).err
