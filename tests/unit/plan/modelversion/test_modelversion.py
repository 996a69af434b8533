"""Trained once, judged by its gates, agreed to by someone."""

from dataclasses import replace
from typing import Any

import pytest

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
FLIGHTS = DatasetSummary("flights", digest("data"), ready=True)


def version(**given: Any) -> ObservedModelVersion:
    dataset, serving = given.pop("dataset", FLIGHTS), given.pop("serving", None)
    spec = ModelVersionSpec.model_validate({"model": "flights-late", "training": TRAINING, **given})
    metadata = ObjectMeta(name="flights-late-3", namespace="demo", generation=1, creation_timestamp=START)
    return ObservedModelVersion(
        metadata, spec, ModelVersionStatus(), dataset=dataset, serving=serving, image="colonnade/jobs:1"
    )


def trained(observed: ObservedModelVersion, **metrics: float) -> ObservedModelVersion:
    """Its Job ran and answered, and a pass has seen it."""
    observed = started(observed)
    result = {
        "outcome": "Trained",
        "digest": digest("model"),
        "artifactUri": "file:///store/models/m",
        "bytes": 1000,
        "metrics": {name: {"value": value} for name, value in metrics.items()},
        "parity": {"rows": 100, "worst": 1e-7},
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


@pytest.mark.parametrize("token", ["", "1", "sha256:abc", "../../x"])
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


def test_a_version_must_not_be_worse_than_what_serves() -> None:
    gates = [{"metric": "rmse", "comparedTo": "Serving", "maxRegression": 0.1}]
    serving = ServingModel("flights-late-2", {"rmse": 1.0})
    assert trained(version(gates=gates, serving=serving), rmse=1.05).status.gates[0].verdict == "Pass"
    worse = trained(version(gates=gates, serving=serving), rmse=1.2)
    assert worse.status.gates[0].verdict == "Fail"
    assert worse.status.gates[0].message == "rmse is 1.2, flights-late-2 has 1 (at most 1.1)"
    unknown = trained(version(gates=gates, serving=ServingModel("flights-late-2", {})), rmse=1.0)
    assert unknown.status.gates[0].verdict == "Error"


def test_a_comparison_is_settled_once() -> None:
    gates = [{"metric": "roc_auc", "comparedTo": "Serving", "maxRegression": 0.01}]
    observed = trained(version(gates=gates, serving=ServingModel("flights-late-2", {"roc_auc": 0.8})), roc_auc=0.81)
    later = seen(replace(observed, serving=ServingModel("flights-late-9", {"roc_auc": 0.99})), 500)
    assert later.status == observed.status


def test_the_first_version_has_nothing_to_be_worse_than() -> None:
    gates = [{"metric": "roc_auc", "comparedTo": "Serving", "maxRegression": 0.01}]
    assert said(trained(version(gates=gates), roc_auc=0.6), "Ready")[0] == "True"


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
