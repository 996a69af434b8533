"""`undo`: what serves is taken back, or it is said why not, before anything is written."""

import pytest

from tests.unit.cli.conftest import Run
from tests.unit.cli.objects import CANDIDATE, STABLE, Object, canary, deployment
from tests.unit.cli.playground import Playground, path_of

MDEP = path_of(deployment())


def promotion(number: int, revision: str = "") -> Object:
    name = {"revision": revision or str(number) * 10, "modelVersion": f"flights-late-{number}"}
    return name | {"outcome": "Promoted", "endedAt": "2026-11-23T10:00:00Z"}


def serving_third(**status: object) -> Object:
    stable = STABLE | {"revision": "3333333333", "modelVersion": "flights-late-3"}
    history = [promotion(3), promotion(2), promotion(1)]
    return deployment(**({"stable": stable, "history": history} | status))


def asked(cluster: Playground) -> str:
    ((path, patch),) = cluster.patches
    assert path == MDEP
    revisions, _, moment = patch["metadata"]["annotations"]["colonnade.dev/undo"].partition("@")
    assert moment.endswith("Z")
    return str(revisions)


def test_undo_names_what_serves_and_what_takes_over(cluster: Playground, kubectl_colonnade: Run) -> None:
    cluster.add(serving_third())
    seen = kubectl_colonnade("undo", "flights-late")
    assert seen.code == 0, seen.err
    assert asked(cluster) == "3333333333/2222222222"
    assert "flights-late-3 is taken back, all requests go to flights-late-2" in seen.err


@pytest.mark.parametrize("to", ["1111111111", "flights-late-1"])
def test_undo_goes_to_a_revision_or_a_version(cluster: Playground, kubectl_colonnade: Run, to: str) -> None:
    cluster.add(serving_third())
    seen = kubectl_colonnade("undo", "dep/flights-late", "--to", to)
    assert asked(cluster) == "3333333333/1111111111"
    assert "; so is what was promoted since: flights-late-2;" in seen.err


REJECTED = {"revision": "2222222222", "modelVersion": "flights-late-2", "reason": "LatencyBreached"}


@pytest.mark.parametrize(
    ("item", "to", "said"),
    [
        (
            deployment(),
            (),
            "status.history has no version promoted before flights-late-1 (1111111111) that wasn't rejected",
        ),
        (deployment(stable=None), (), "nothing serves that could be undone"),
        (canary(history=[promotion(1)]), (), "flights-late-2 is being rolled out: kubectl colonnade abort"),
        (
            serving_third(rejected=[REJECTED | {"at": "2026-11-23T11:50:01Z"}]),
            ("--to", "flights-late-2"),
            "flights-late-2 (2222222222) was rejected here (LatencyBreached): kubectl colonnade retry takes that",
        ),
        (
            serving_third(),
            ("--to", "flights-late-9"),
            "flights-late-9 is no promotion that status.history has; it has, before flights-late-3: "
            "flights-late-2 (2222222222), flights-late-1 (1111111111)",
        ),
    ],
)
def test_what_can_not_be_undone_is_refused_and_nothing_is_written(
    cluster: Playground, kubectl_colonnade: Run, item: Object, to: tuple[str, ...], said: str
) -> None:
    cluster.add(item)
    seen = kubectl_colonnade("undo", "flights-late", *to)
    assert seen.code == 1
    assert seen.err.startswith(f"error: mdep/flights-late: {said}")
    assert cluster.patches == []


def test_what_serves_already_is_done(cluster: Playground, kubectl_colonnade: Run) -> None:
    cluster.add(serving_third())
    seen = kubectl_colonnade("undo", "flights-late", "--to", "flights-late-3")
    assert (seen.code, cluster.patches) == (0, [])
    assert "flights-late-3 (3333333333) serves already" in seen.err


def test_what_is_on_its_way_back_is_not_asked_for_again(cluster: Playground, kubectl_colonnade: Run) -> None:
    undone = {"revision": "3333333333", "reason": "Undone", "at": "2026-11-23T11:50:01Z"}
    cluster.add(serving_third(candidate=CANDIDATE, rejected=[undone]))
    seen = kubectl_colonnade("undo", "flights-late")
    assert (seen.code, cluster.patches) == (0, [])
    assert "flights-late-2 (2222222222) is on its way back" in seen.err


def test_what_is_on_its_way_back_needs_no_promotion(cluster: Playground, kubectl_colonnade: Run) -> None:
    undone = {"revision": "3333333333", "reason": "Undone", "at": "2026-11-23T11:50:01Z"}
    cluster.add(serving_third(candidate=CANDIDATE, rejected=[undone]))
    seen = kubectl_colonnade("promote", "flights-late")
    assert (seen.code, cluster.patches) == (1, [])
    assert "flights-late-2 is on its way back, without steps: there is nothing to promote" in seen.err


def test_what_was_taken_back_and_only_drains_needs_no_promotion(cluster: Playground, kubectl_colonnade: Run) -> None:
    over = {"revision": CANDIDATE["revision"], "outcome": "RolledBack"}
    cluster.add(canary(history=[over]))
    seen = kubectl_colonnade("promote", "flights-late")
    assert (seen.code, cluster.patches) == (1, [])
    assert "flights-late-2 was taken back, and only drains: there is nothing to promote" in seen.err


def test_settings_alone_are_told_by_their_revisions(cluster: Playground, kubectl_colonnade: Run) -> None:
    cluster.add(serving_third(history=[promotion(3), promotion(3, "4444444444")]))
    seen = kubectl_colonnade("undo", "flights-late")
    assert "flights-late-3 (3333333333) is taken back, all requests go to flights-late-3 (4444444444)" in seen.err
