"""Trained once, judged by its gates, agreed to by someone."""

from dataclasses import replace
from typing import Any

import pytest
from pydantic import ValidationError

from colonnade.plan.common.actions import DeleteJob, EnsureStore, RecordStatus, RunJob
from colonnade.plan.common.observed import InvalidSpec, Job
from colonnade.plan.modelversion.observed import DatasetSummary, ObservedModelVersion, ServingModel
from colonnade.plan.modelversion.plan import plan
from colonnade_api import ModelVersionSpec, ModelVersionStatus, ObjectMeta
from colonnade_api.jobs import TrainingData, TrainJob
from colonnade_api.wellknown import UPLOAD_ANNOTATION
from tests.unit.plan.world import START, at, digest

TRAINING = {
    "datasetRef": {"name": "flights"},
    "target": "late",
    "task": "Classification",
    "estimator": {"name": "sklearn.linear_model.LogisticRegression"},
}
LATENCY = {
    "requests": 1000,
    "p50": {"value": 0.001, "low": 0.0009, "high": 0.0011},
    "p90": {"value": 0.002, "low": 0.0018, "high": 0.0022},
    "p95": {"value": 0.003, "low": 0.0027, "high": 0.0034},
    "p99": {"value": 0.006, "low": 0.0048, "high": 0.0082},
}
FLIGHTS = DatasetSummary("flights", digest("data"), ready=True)


def version(**given: Any) -> ObservedModelVersion:
    dataset, serving = given.pop("dataset", FLIGHTS), given.pop("serving", None)
    spec = ModelVersionSpec.model_validate({"model": "flights-late", "training": TRAINING, **given})
    metadata = ObjectMeta(name="flights-late-3", namespace="demo", generation=1, creation_timestamp=START)
    return ObservedModelVersion(
        metadata, spec, ModelVersionStatus(), dataset=dataset, serving=serving, image="colonnade/jobs:1"
    )


def trained(observed: ObservedModelVersion, **metrics: Any) -> ObservedModelVersion:
    """Its Job ran and answered, and a pass has seen it."""
    return answered(observed, None, **metrics)


def answered(
    observed: ObservedModelVersion, comparison: Any, rarer_class: Any = 300, **metrics: Any
) -> ObservedModelVersion:
    """The same, of a Job that held it against what serves."""
    observed = started(observed)
    result = {
        "outcome": "Trained",
        "reason": "Trained",
        "digest": digest("model"),
        "artifactUri": "file:///store/models/m",
        "bytes": 1000,
        "metrics": {name: value if isinstance(value, dict) else {"value": value} for name, value in metrics.items()},
        "heldOut": {"rows": 1000, "rarerClass": rarer_class},
        "latency": LATENCY,
        "parity": {"rows": 100, "worst": 1e-7},
        "comparison": comparison,
    }
    done = replace(observed.jobs[0], succeeded=True, finished_at=at(60), result=result)
    return seen(replace(observed, jobs=(done,)), 60)


def started(observed: ObservedModelVersion) -> ObservedModelVersion:
    decision = plan(observed, at(0))
    jobs = tuple(
        Job(action.name, action.spec_hash, at(0), active=1) for action in decision.actions if isinstance(action, RunJob)
    )
    return replace(observed, jobs=jobs, status=decision.status)


def seen(observed: ObservedModelVersion, seconds: float) -> ObservedModelVersion:
    return replace(observed, status=plan(observed, at(seconds)).status)


def said(observed: ObservedModelVersion, kind: str) -> tuple[str, str, str]:
    found = observed.status.condition(kind)
    return (found.status, found.reason, found.message) if found else ("absent", "", "")


def test_a_job_whose_pod_may_not_be_made_says_so_after_a_while() -> None:
    observed = started(version())
    waiting = replace(observed, jobs=(replace(observed.jobs[0], active=0),))
    requeue_after = plan(waiting, at(5)).requeue_after
    assert requeue_after is not None
    assert requeue_after.total_seconds() == 15
    assert "no pod of it could be made so far" in said(seen(waiting, 20), "Trained")[2]


def test_it_waits_for_its_dataset_and_says_on_what() -> None:
    why = "TooManyInvalidRows: 5.2 % of 336,776 rows break a rule"
    observed = seen(version(dataset=DatasetSummary("flights", message=why)), 0)
    assert plan(observed, at(0)).actions == ()
    assert said(observed, "Ready") == ("False", "WaitingForDataset", f"waits for Dataset flights: {why}")
    assert said(observed, "Reconciling")[0] == "True"


def test_a_dataset_that_does_not_exist_is_named() -> None:
    observed = seen(version(dataset=None), 0)
    assert said(observed, "Trained")[2] == "waits for Dataset flights: it doesn't exist; apply it"


def test_the_dataset_is_pinned_before_the_job_is_started() -> None:
    decision = plan(version(), at(0))
    record, store, run = decision.actions
    assert isinstance(record, RecordStatus)
    assert isinstance(store, EnsureStore)
    assert isinstance(run, RunJob)
    assert decision.status.dataset is not None
    assert isinstance(run.document, TrainJob)
    assert run.document.dataset == TrainingData(name="flights", digest=digest("data"))
    assert run.document.image == "colonnade/jobs:1"


def test_the_job_is_told_whose_the_data_is_and_on_what_terms() -> None:
    (run,) = (
        action
        for action in plan(version(dataset=replace(FLIGHTS, owner="ops", license="CC0-1.0")), at(0)).actions
        if isinstance(action, RunJob)
    )
    assert isinstance(run.document, TrainJob)
    assert run.document.dataset == TrainingData(name="flights", digest=digest("data"), owner="ops", license="CC0-1.0")


def test_newer_data_does_not_change_what_is_pinned() -> None:
    observed = replace(started(version()), dataset=DatasetSummary("flights", digest("newer"), ready=True), jobs=())
    (run,) = (action for action in plan(observed, at(5)).actions if isinstance(action, RunJob))
    assert run.document.manifest()["dataset"]["digest"] == digest("data")


def test_one_job_for_a_spec_whatever_happens_to_gates_and_approval() -> None:
    observed = started(version())
    assert plan(observed, at(5)).actions == ()
    judged = replace(
        observed, spec=version(gates=[{"metric": "roc_auc", "min": 0.7}], approval={"required": True}).spec
    )
    assert plan(judged, at(5)).actions == ()


def test_once_trained_it_is_never_trained_again() -> None:
    observed = replace(trained(version(), roc_auc=0.9), jobs=())
    assert plan(observed, at(100)).actions == ()
    assert said(observed, "Ready")[0] == "True"
    assert seen(observed, 100) == observed


def test_an_imported_model_needs_no_dataset() -> None:
    observed = version(training=None, source={"storageUri": "s3://models/x.onnx"}, dataset=None)
    (run,) = (action for action in plan(observed, at(0)).actions if isinstance(action, RunJob))
    assert isinstance(run.document, TrainJob)
    assert run.document.dataset is None


def pushed(observed: ObservedModelVersion, token: str) -> ObservedModelVersion:
    metadata = observed.metadata.model_copy(update={"annotations": {UPLOAD_ANNOTATION: token}})
    return replace(observed, metadata=metadata)


def test_an_upload_is_waited_for_in_words_that_say_what_to_type() -> None:
    observed = seen(version(training=None, source={"upload": {}}, dataset=None), 0)
    assert plan(observed, at(0)).actions == ()
    push = "kubectl colonnade push mv/flights-late-3 FILE.onnx"
    assert said(observed, "Trained") == ("False", "WaitingForUpload", f"no model yet; upload it: {push}")
    assert said(observed, "Reconciling")[1] == "WaitingForUpload"


def test_what_was_pushed_is_imported_by_its_digest() -> None:
    observed = pushed(version(training=None, source={"upload": {}}, dataset=None), digest("mine"))
    (run,) = (action for action in plan(observed, at(0)).actions if isinstance(action, RunJob))
    assert isinstance(run.document, TrainJob)
    assert run.document.upload == digest("mine")


def test_another_file_pushed_after_a_refusal_is_another_job() -> None:
    observed = started(pushed(version(training=None, source={"upload": {}}, dataset=None), digest("broken")))
    answer = {"outcome": "Failed", "reason": "ModelInvalid", "message": "spec.source.upload: no ONNX model"}
    refused = seen(replace(observed, jobs=(replace(observed.jobs[0], succeeded=True, result=answer),)), 60)
    assert plan(refused, at(61)).actions == ()
    (run,) = (each for each in plan(pushed(refused, digest("mended")), at(61)).actions if isinstance(each, RunJob))
    assert isinstance(run.document, TrainJob)
    assert run.document.upload == digest("mended")


@pytest.mark.parametrize("token", ["", "1", "sha256:abc", "../../x", digest("mine") + "\n"])
def test_an_annotation_that_names_no_upload_starts_nothing(token: str) -> None:
    observed = pushed(version(training=None, source={"upload": {}}, dataset=None), token)
    assert plan(observed, at(0)).actions == ()


def test_a_definite_no_is_stalled_in_its_own_words() -> None:
    observed = started(version())
    answer = {
        "outcome": "Failed",
        "reason": "UnknownTarget",
        "message": "spec.training.target: flights has no column late",
    }
    observed = seen(replace(observed, jobs=(replace(observed.jobs[0], succeeded=True, result=answer),)), 60)
    assert said(observed, "Trained") == ("False", "UnknownTarget", answer["message"])
    assert said(observed, "Stalled")[1] == "UnknownTarget"
    assert plan(observed, at(10**5)).actions == ()


def test_a_job_that_gave_up_is_tried_again_under_the_same_name() -> None:
    observed = started(version())
    failed = replace(observed.jobs[0], active=0, failed=True, finished_at=at(60), message="OOMKilled")
    observed = seen(replace(observed, jobs=(failed,)), 60)
    assert said(observed, "Trained")[1:] == ("JobFailed", f"Job {failed.name}: OOMKilled; tried again at 12:11:00 UTC")
    assert plan(observed, at(661)).actions == (DeleteJob(failed.name),)
    assert started(replace(observed, jobs=())).jobs[0].name == failed.name


def broken(observed: ObservedModelVersion) -> ObservedModelVersion:
    """Its Job ended by a mistake of ours, and a pass has seen it."""
    job = replace(observed.jobs[0], active=0, failed=True, final=True, finished_at=at(60), message="KeyError: 'age'")
    return seen(replace(observed, jobs=(replace(job, image="colonnade/jobs:1"),)), 60)


def test_a_mistake_of_ours_is_not_repeated_and_says_who_may_ask_again() -> None:
    observed = broken(started(version()))
    decision = plan(observed, at(10**6))
    assert decision.actions == ()
    assert decision.requeue_after is None
    assert said(observed, "Trained") == (
        "False",
        "InternalError",
        f"Job {observed.jobs[0].name}: KeyError: 'age'; this is a mistake of Colonnade's own, and the same Job would "
        "only repeat it: report it, and train again with another image, or by kubectl annotate --overwrite "
        "mv/flights-late-3 -n demo colonnade.dev/retry=TEXT, with a new TEXT each time",
    )
    assert said(observed, "Stalled")[1] == "InternalError"
    assert said(observed, "Reconciling")[0] == "absent"


def test_after_a_mistake_of_ours_another_image_or_an_annotation_asks_again() -> None:
    observed = broken(started(version()))
    assert plan(replace(observed, image="colonnade/jobs:2"), at(61)).actions == (DeleteJob(observed.jobs[0].name),)
    asked = observed.metadata.model_copy(update={"annotations": {"colonnade.dev/retry": "1"}})
    (run,) = (
        action for action in plan(replace(observed, metadata=asked), at(61)).actions if isinstance(action, RunJob)
    )
    assert run.name != observed.jobs[0].name


def test_gates_are_kept_or_broken_with_numbers() -> None:
    gates = [{"metric": "roc_auc", "min": 0.7}, {"metric": "log_loss", "max": 0.5}]
    good = trained(version(gates=gates), roc_auc=0.9, log_loss=0.3)
    assert said(good, "Validated")[:2] == ("True", "GatesPassed")
    bad = trained(version(gates=gates), roc_auc=0.65, log_loss=0.3)
    assert said(bad, "Validated") == (
        "False",
        "GateFailed",
        "1 of 2 gates: roc_auc.min: roc_auc is 0.65 (at least 0.7)",
    )
    assert said(bad, "Ready")[:2] == ("False", "GateFailed")


@pytest.mark.parametrize("metrics", [{}, {"log_loss": 0.3}, {"roc_auc": float("nan")}])
def test_a_missing_metric_is_never_a_pass(metrics: dict[str, float]) -> None:
    observed = trained(version(gates=[{"metric": "roc_auc", "min": 0.7}]), **metrics)
    assert said(observed, "Ready")[0] == "False"
    assert observed.status.gates == () or observed.status.gates[0].verdict == "Error"


SERVING = ServingModel("flights-late-2", digest("serving"), "flights-late")


def against(metric: str, serving: float, difference: float, low: float, high: float, **given: Any) -> dict[str, Any]:
    """What a training Job says of what serves, on the rows that both were asked."""
    figures = {"value": serving + difference, "serving": serving, "difference": difference, "low": low, "high": high}
    named = {"modelVersion": "flights-late-2", "deployment": "flights-late", "digest": digest("serving")}
    return {**named, "rows": 5000, "metrics": {metric: figures}, "message": "", **given}


def gate(metric: str, slack: float, **given: Any) -> list[dict[str, Any]]:
    return [{"metric": metric, "comparedTo": "Serving", "maxRegression": slack, **given}]


def test_a_version_is_held_against_what_serves_on_the_same_rows() -> None:
    compared = against("rmse", 1.2, -0.1, -0.15, -0.05)
    training = {**TRAINING, "task": "Regression"}
    observed = answered(version(gates=gate("rmse", 0.1), training=training, serving=SERVING), compared, rmse=1.1)
    (verdict,) = observed.status.gates
    assert (verdict.verdict, verdict.bound) == ("Pass", 0.1)
    assert verdict.value == pytest.approx(-0.1)
    assert (verdict.low, verdict.high, verdict.n) == (-0.15, -0.05, 5000)
    assert verdict.message == (
        "rmse is 1.1, that of flights-late-2, which served, 1.2 on the same 5,000 rows: 0.1 better (95 % interval of "
        "the difference -0.15 to -0.05), may be 0.1 worse"
    )


@pytest.mark.parametrize(
    ("metric", "difference", "low", "high", "verdict"),
    [
        ("rmse", 0.05, 0.01, 0.09, "Pass"),
        ("rmse", 0.05, 0.01, 0.11, "Inconclusive"),
        ("rmse", 0.2, 0.11, 0.3, "Fail"),
        ("rmse", -0.5, -0.7, -0.3, "Pass"),
        ("roc_auc", -0.05, -0.09, -0.01, "Pass"),
        ("roc_auc", -0.05, -0.11, 0.01, "Inconclusive"),
        ("roc_auc", -0.2, -0.3, -0.11, "Fail"),
        ("roc_auc", 0.5, 0.3, 0.7, "Pass"),
    ],
)
def test_the_whole_interval_decides(metric: str, difference: float, low: float, high: float, verdict: str) -> None:
    compared = against(metric, 0.4, difference, low, high)
    training = {**TRAINING, "task": "Regression"} if metric == "rmse" else TRAINING
    observed = version(gates=gate(metric, 0.1), serving=SERVING, training=training)
    assert answered(observed, compared, **{metric: 0.4 + difference}).status.gates[0].verdict == verdict


def test_the_value_decides_where_that_is_asked_for() -> None:
    compared = against("roc_auc", 0.9, -0.005, -0.05, 0.04, rows=20)
    observed = answered(version(gates=gate("roc_auc", 0.01, bound="Value"), serving=SERVING), compared, roc_auc=0.895)
    assert said(observed, "Ready")[0] == "True"


@pytest.mark.parametrize(
    ("few", "words"), [({"rows": 49}, "49 rows"), ({"rarerClass": 9}, "9 rows of the rarer class")]
)
def test_too_few_rows_decide_nothing_and_ask_for_a_person(few: dict[str, int], words: str) -> None:
    compared = against("roc_auc", 0.9, 0.01, 0.005, 0.015, **few)
    observed = answered(version(gates=gate("roc_auc", 0.01), serving=SERVING), compared, roc_auc=0.91)
    state, reason, message = said(observed, "Validated")
    assert (state, reason) == ("False", "GateInconclusive")
    assert f"{words} are too few to tell" in message
    assert "set bound: Value" in message


def test_rows_that_what_serves_learnt_from_can_only_flatter_it() -> None:
    figures = {"value": 0.9, "serving": 0.93, "difference": -0.03, "low": -0.04, "high": -0.02}
    better = {"rows": 400, "metrics": {"roc_auc": {**figures, "difference": 0.02, "low": 0.0, "high": 0.04}}}
    learnt = "flights-late-2 learnt from 4,600 of them, which flatters it."

    def judged(difference: float, **unseen: Any) -> Any:
        compared = against("roc_auc", 0.9, difference, difference - 0.01, difference + 0.01, message=learnt, **unseen)
        observed = version(gates=gate("roc_auc", 0.02), serving=SERVING)
        return answered(observed, compared, roc_auc=0.9).status.gates[0]

    passed = judged(0.0, unseen={"rows": 0, "metrics": {}})
    assert (passed.verdict, passed.n) == ("Pass", 5000)
    assert "on the same 5,000 rows (flights-late-2 learnt from 4,600 of them, which flatters it): " in passed.message
    mended = judged(-0.05, unseen=better)
    assert (mended.verdict, mended.n) == ("Pass", 400)
    assert "on the 400 of 5,000 rows that it did not learn from: 0.02 better" in mended.message
    few = judged(-0.05, unseen={**better, "rows": 12})
    assert (few.verdict, "12 rows are too few to tell" in few.message) == ("Inconclusive", True)
    none = judged(-0.05, unseen={"rows": 0, "metrics": {}})
    assert (none.verdict, "0 rows are too few to tell" in none.message) == ("Inconclusive", True)


def test_what_could_not_be_compared_does_not_pass_and_says_why() -> None:
    why = "the bundle of flights-late-2, which serves, is gone from the store"
    compared = {**against("roc_auc", 0, 0, 0, 0), "rows": 0, "metrics": {}, "message": why}
    observed = answered(version(gates=gate("roc_auc", 0.01), serving=SERVING), compared, roc_auc=0.91)
    assert said(observed, "Validated") == ("False", "GateUndecided", f"1 of 1 gates: roc_auc.maxRegression: {why}")


def test_what_serves_only_since_is_not_passed_over() -> None:
    observed = answered(version(gates=gate("roc_auc", 0.01)), None, roc_auc=0.91)
    assert said(observed, "Ready")[0] == "True"
    late = overtaken()
    assert late.status.gates[0].verdict == "NoData"
    assert "flights-late-2, which serves flights-late, did not when this version was trained" in said(late, "Ready")[2]
    assert said(late, "Reconciling")[1] == "GateUndecided"


MADE = {
    "outcome": "Trained",
    "reason": "Trained",
    "digest": digest("model"),
    "artifactUri": "file:///store/models/m",
    "metrics": {"roc_auc": {"value": 0.9}},
}


def overtaken() -> ObservedModelVersion:
    """Another version began to serve while it was trained."""
    observed = started(version(gates=gate("roc_auc", 0.01)))
    done = replace(observed.jobs[0], succeeded=True, finished_at=at(60), result=MADE)
    return seen(replace(observed, jobs=(done,), serving=SERVING), 60)


def recompared(**answer: Any) -> ObservedModelVersion:
    """The Job that it is made once more by has answered."""
    observed = overtaken()
    (run,) = (action for action in plan(observed, at(61)).actions if isinstance(action, RunJob))
    assert isinstance(run.document, TrainJob)
    assert run.document.serving is not None
    assert run.document.dataset is not None
    assert run.name != observed.jobs[0].name
    second = Job(run.name, run.spec_hash, at(61), active=1)
    waiting = seen(replace(observed, jobs=(*observed.jobs, second)), 62)
    assert plan(waiting, at(62)).actions == ()
    done = replace(second, active=0, succeeded=True, finished_at=at(90), result=MADE | answer)
    return seen(replace(waiting, jobs=(observed.jobs[0], done)), 90)


def test_what_was_overtaken_is_made_once_more_to_be_compared() -> None:
    observed = recompared(comparison=against("roc_auc", 0.89, 0.01, 0.005, 0.015))
    assert observed.status.gates[0].verdict == "Pass"
    assert said(observed, "Ready")[0] == "True"
    assert plan(observed, at(100)).actions == ()
    assert seen(replace(observed, jobs=()), 100).status == observed.status


def test_a_comparison_of_another_bundle_says_nothing() -> None:
    compared = against("roc_auc", 0.89, 0.01, 0.005, 0.015)
    observed = recompared(comparison=compared, digest=digest("another"))
    assert observed.status.gates[0].verdict == "NoData"
    assert said(observed, "Stalled")[1] == "GateUndecided"
    assert plan(observed, at(100)).actions == ()


def test_the_job_is_told_what_serves() -> None:
    def told(observed: ObservedModelVersion) -> Any:
        run = next(action for action in plan(observed, at(0)).actions if isinstance(action, RunJob))
        return run.document.manifest().get("serving")

    assert told(version(serving=SERVING)) == {
        "modelVersion": "flights-late-2",
        "digest": digest("serving"),
        "deployment": "flights-late",
    }
    assert told(version()) is None


def test_a_comparison_is_settled_once() -> None:
    compared = against("roc_auc", 0.8, 0.01, 0.005, 0.02)
    observed = answered(version(gates=gate("roc_auc", 0.01), serving=SERVING), compared, roc_auc=0.81)
    later = seen(replace(observed, serving=ServingModel("flights-late-9", digest("better"), "flights-late")), 500)
    assert later.status == observed.status


def test_a_version_that_was_first_keeps_its_place_when_someone_agrees_later() -> None:
    observed = trained(version(gates=gate("roc_auc", 0.01), approval={"required": True}), roc_auc=0.6)
    agreed = version(gates=gate("roc_auc", 0.01), approval={"required": True, "decision": "Approved", "by": "ann"})
    metadata = observed.metadata.model_copy(update={"generation": 2})
    later = seen(replace(observed, spec=agreed.spec, metadata=metadata, serving=SERVING), 500)
    assert said(later, "Ready")[0] == "True"


def test_the_first_version_has_nothing_to_be_worse_than() -> None:
    assert said(trained(version(gates=gate("roc_auc", 0.01)), roc_auc=0.6), "Ready")[0] == "True"


def test_a_metric_of_which_nobody_said_what_is_better_is_refused_with_words() -> None:
    with pytest.raises(ValidationError, match="is none of a Classification's"):
        version(gates=gate("brier", 0.01))
    with pytest.raises(ValidationError, match="is none of a Classification's"):
        version(gates=gate("rmse", 0.01), training={**TRAINING, "task": "Classification"})


def test_someone_has_to_agree_where_it_is_asked_for() -> None:
    waiting = trained(version(approval={"required": True}), roc_auc=0.9)
    assert said(waiting, "Ready")[:2] == ("False", "PendingManualApproval")
    assert said(waiting, "Stalled")[0] == "absent"
    agreed = replace(waiting, spec=version(approval={"required": True, "decision": "Approved", "by": "ann"}).spec)
    agreed = seen(agreed, 100)
    assert said(agreed, "Ready")[0] == "True"
    assert agreed.status.approval is not None
    assert (agreed.status.approval.by, agreed.status.approval.at) == ("ann", at(100))
    assert seen(agreed, 200) == agreed


def test_a_rejected_version_is_not_ready() -> None:
    decision = {"decision": "Rejected", "by": "ann", "reason": "trained on the wrong year"}
    observed = trained(version(approval=decision), roc_auc=0.9)
    assert said(observed, "Ready") == ("False", "Rejected", "rejected by ann: trained on the wrong year")


def test_an_invalid_spec_is_stalled() -> None:
    observed = seen(replace(version(), spec=InvalidSpec("spec.training.target: say it")), 0)
    assert said(observed, "Stalled") == ("True", "InvalidSpec", "spec.training.target: say it")


def test_when_it_was_made_outlives_the_api_server_that_made_it() -> None:
    observed = seen(version(), 0)
    assert observed.status.created_at == START
    restored = replace(observed, metadata=observed.metadata.model_copy(update={"creation_timestamp": at(9_000)}))
    assert seen(restored, 9_000).status.created_at == START
