"""Recorded objects, rendered as they are when piped; the golden texts lie beside this file."""

from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from colonnade.cli.page import Page
from colonnade.cli.rendering import rendered
from colonnade.cli.terminal import plain
from colonnade.cli.views import status_of
from colonnade.cli.views.report import report_of
from colonnade.cli.views.tree import Family, tree
from colonnade.cli.views.verdicts import signal_types
from colonnade_api import Dataset, DatasetVersion, Deployment, ModelVersion, MonitorPolicy
from tests.unit.cli.objects import (
    NOW,
    STABLE,
    Object,
    canary,
    condition,
    deployment,
    digest,
    flights,
    made,
    pod,
    policy,
    version,
)

GOLDEN = Path(__file__).parent / "golden"


def seen(item: Object) -> Page:
    return status_of(item, signal_types(policy()), NOW)


def refused() -> Object:
    return flights(
        refused={"digest": None, "invalidRows": 17_513, "reportUri": "file:///store/rejected/flights/report.json"},
        conditions=[
            condition("Ready", "True", "Collected"),
            condition("Valid", "False", "TooManyInvalidRows", "5.2 % of 336,776 rows break a rule (limit 1 %)"),
        ],
    )


def rolled_back() -> Object:
    third = {"revision": "3333333333", "modelVersion": "flights-late-3", "reason": "LatencyBreached"}
    message = "p99 was 82 ms over 340 requests (limit 50 ms) at weight 5; all traffic is back on flights-late-2"
    return deployment(
        rejected=[third | {"message": message, "at": "2026-11-23T11:50:01Z"}],
        history=[
            third
            | {"outcome": "RolledBack", "breachedAt": "2026-11-23T11:50:00Z", "endedAt": "2026-11-23T11:50:04.2Z"},
            {
                "revision": "1111111111",
                "modelVersion": "flights-late-1",
                "outcome": "Promoted",
                "endedAt": "2026-11-23T10:00:00Z",
            },
        ],
        conditions=[condition("Ready", "True", "Serving"), condition("RolledBack", "True", "LatencyBreached", message)],
    )


def watching() -> Object:
    signals = [
        {"name": "errors", "result": "NoData", "limit": 0.01},
        {"name": "slow", "result": "Fail", "value": 1.2, "limit": 0.05, "samples": 340},
    ]
    return policy() | {"status": {"targets": [{"deployment": "flights-late", "signals": signals}]}}


STATUSES = {
    "dataset": flights(),
    "dataset-refused": refused(),
    "dataset-new": made("Dataset", "flights", {"source": {"storageUri": "s3://raw/flights.parquet"}}),
    "modelversion": version(1),
    "modelversion-pending": version(1, approval={"state": "PendingManualApproval"}),
    "deployment": deployment(),
    "deployment-canary": canary(),
    "deployment-rolled-back": rolled_back(),
    "deployment-new": made(
        "Deployment", "flights-late", {"model": {"name": "flights-late"}, "strategy": {"blueGreen": {}}}
    ),
    "monitorpolicy": watching(),
}


def matches(name: str, text: str) -> None:
    assert text == (GOLDEN / f"{name}.txt").read_text().removesuffix("\n")


@pytest.mark.parametrize("name", STATUSES)
def test_what_was_recorded_is_what_the_api_allows(name: str) -> None:
    kinds = {"Dataset": Dataset, "ModelVersion": ModelVersion, "Deployment": Deployment, "MonitorPolicy": MonitorPolicy}
    kinds[STATUSES[name]["kind"]].model_validate(STATUSES[name])


@pytest.mark.parametrize("name", STATUSES)
def test_a_status_reads_as_recorded(name: str) -> None:
    matches(name, plain(seen(STATUSES[name])))


def serving(name: str, revision: str, **status: object) -> Object:
    return pod(name, {"component": "serving", "deployment": "flights-late", "revision": revision}, **status)


def family() -> Family:
    crashing = [{"restartCount": 2, "state": {"waiting": {"reason": "CrashLoopBackOff"}}}]
    return Family(
        datasets=(flights(), made("Dataset", "weather", {"source": {"upload": {}}})),
        versions=(version(1), version(2), version(3, conditions=[], metrics={}, headline=None)),
        deployments=(canary(), made("Deployment", "idle", {"model": {"name": "idle"}})),
        pods=(
            serving("flights-late-1111111111-a", "1111111111"),
            serving("flights-late-2222222222-b", "2222222222", phase="Pending", containerStatuses=crashing),
            pod("flights-late-3-train-c", {"component": "training", "modelversion": "flights-late-3"}, conditions=[]),
            pod(
                "flights-late-2-train-d", {"component": "training", "modelversion": "flights-late-2"}, phase="Succeeded"
            ),
        ),
    )


def test_the_tree_leads_from_data_to_pods() -> None:
    matches("tree", plain(tree(family())))


def test_the_tree_of_one_version_leaves_out_its_siblings() -> None:
    shown = plain(tree(family().of_version("flights-late-2")))
    assert "dset/flights" in shown
    assert "candidate 25 %" in shown
    assert "flights-late-1" not in shown.replace("flights-late-1111111111", "")
    assert "weather" not in shown


def test_the_tree_of_a_deployment_shows_both_of_its_revisions() -> None:
    shown = plain(tree(family().of_deployment("flights-late")))
    assert "stable 75 %" in shown
    assert "candidate 25 %" in shown
    assert "flights-late-3" not in shown


def test_a_deployment_whose_version_is_gone_still_shows() -> None:
    gone = deployment(stable=STABLE | {"modelVersion": "flights-late-0"})
    assert plain(tree(Family((), (), (gone,), ()))).startswith("mdep/flights-late  stable 100 %  Ready")


def test_an_empty_namespace_says_what_to_do() -> None:
    assert plain(tree(Family((), (), (), ()))) == "nothing here yet: apply a Dataset, a ModelVersion or a Deployment"


def test_a_spec_that_is_not_taken_up_yet_is_said_so() -> None:
    behind = deployment()
    behind["metadata"]["generation"] = 2
    assert "generation 2 is being taken up, this is of 1" in plain(seen(behind))


PROMOTED = {"index": 4, "total": 4, "reason": "Promoted", "message": "flights-late-1 passed all 4 steps"}


def test_a_rollout_that_is_over_waits_for_nothing() -> None:
    assert "waits for" not in plain(seen(deployment(step=PROMOTED)))
    assert "waits for" in plain(seen(canary()))


def test_a_deployment_without_replicas_says_so() -> None:
    none = deployment()
    none["spec"]["replicas"] = 0
    assert "replicas  0: no pod is asked for, and no request is answered" in plain(seen(none))
    assert "replicas" not in plain(seen(deployment()))


def test_a_promotion_in_history_shows_what_it_was_promoted_on() -> None:
    message = "flights-late-1 passed all 4 steps; errors: 0.02 % of 1,204 requests failed (limit 1 %)"
    over = {"revision": "1111111111", "outcome": "Promoted", "reason": "Promoted", "message": message}
    assert message in plain(seen(deployment(history=[over])))


def test_a_report_names_the_rule_hit_most_first() -> None:
    rules = [
        {"rule": "carrier allowed", "column": "carrier", "rows": 3, "examples": ["ZZ"]},
        {"rule": "dep_delay max", "column": "dep_delay", "rows": 14_201, "examples": ["1501", "1700"]},
        {"rule": "tailnum pattern", "column": "tailnum", "rows": 0, "examples": []},
    ]
    found = {"rows": 319_263, "invalidRows": 17_513, "duplicateRows": 2, "rules": rules}
    matches("report", plain(report_of(found, "flights", DatasetVersion(digest=digest("a")))))


def test_a_report_shows_what_only_warns_what_the_whole_table_lacks_and_how_it_was_before() -> None:
    trend = [{"version": "bbbbbbbbbb", "rows": rows} for rows in (9, 0, 1_200, 4, 5, 6)]
    rules = [
        {"rule": "fare-per-mile", "column": "fare, distance", "rows": 2, "examples": ["fare=9"], "action": "Warn"},
        {"rule": "fare over 9", "column": "fare", "rows": 0, "examples": [], "action": "Quarantine", "trend": trend},
        {"rule": "fare missing", "column": "fare", "rows": 7, "examples": [], "action": "Quarantine", "trend": trend},
    ]
    findings = [
        {"reason": "TooFewRows", "check": "rowCount", "action": "Reject", "message": "7 rows are fewer than 9"},
        {"reason": "Drifted", "check": "stability", "action": "Warn", "message": "1 of 2 columns moved"},
    ]
    found = {"rows": 2, "invalidRows": 7, "duplicateRows": 0, "rules": rules, "findings": findings}
    matches("report-warned", plain(report_of(found, "flights", DatasetVersion())))


def test_a_report_says_how_the_files_were_read() -> None:
    notes = ["rows.csv: column 1 has no name; column 1 is called column0"]
    file = {"name": "rows.csv", "encoding": "cp1252", "delimiter": ";", "quote": '"', "header": True, "skippedLines": 2}
    reading = {"files": [file, {"name": "more.parquet"}], "columns": {}, "notes": notes}
    found = {"rows": 3, "invalidRows": 0, "duplicateRows": 0, "rules": [], "reading": reading}
    matches("report-reading", plain(report_of(found, "orders", DatasetVersion(digest=digest("a")))))


def test_brackets_in_peoples_words_are_text() -> None:
    said = "nothing lies at [/store/models], and [bold] is a column"
    item = deployment(conditions=[condition("Ready", "False", "NoReadyPod", said)])
    assert said in plain(seen(item))


def test_a_terminal_sees_colours() -> None:
    terminal = StringIO()
    Console(file=terminal, force_terminal=True, color_system="standard", width=120).print(rendered(seen(canary())))
    assert "\x1b[32mPass" in terminal.getvalue()
