"""A ModelVersion: one training Job for its spec, gates on what came of it, and someone's agreement."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from colonnade.formatting import clipped
from colonnade.plan.common.actions import Action, DeleteJob, EnsureStore, RecordStatus, RunJob
from colonnade.plan.common.conditions import ConditionUpdate, carried_over, false, true, with_transition_time
from colonnade.plan.common.decision import Decision, Event
from colonnade.plan.common.digests import short_hash
from colonnade.plan.common.finalizer import finalize
from colonnade.plan.common.job_results import (
    answer,
    by_annotation,
    failure,
    gave_up,
    is_stuck,
    makes_room,
    retry_at,
    suspect_at,
    working,
)
from colonnade.plan.common.observed import InvalidSpec, Job
from colonnade.plan.common.places import MOVED
from colonnade.plan.modelversion import moving, recomparison, reproduction, tuning
from colonnade.plan.modelversion.approval import approval_state, approved
from colonnade.plan.modelversion.erasure import erased
from colonnade.plan.modelversion.gates import judge_gates, left_open, validated
from colonnade.plan.modelversion.observed import DatasetSummary, ObservedModelVersion, ServingModel
from colonnade.plan.modelversion.tuning import Search
from colonnade.plan.modelversion.upload import expects_upload, pushed
from colonnade_api import ModelVersionSpec, ModelVersionStatus, PinnedDataset
from colonnade_api.jobs import ServingVersion, TrainingData, TrainJob, TrainResult
from colonnade_api.models.training import Training
from colonnade_api.wellknown import RETRY_ANNOTATION

REPORTED = (
    "digest",
    "artifact_uri",
    "bytes",
    "signature",
    "metrics",
    "held_out",
    "threshold",
    "fairness",
    "latency",
    "warnings",
    "cross_validation",
    "parity",
    "lineage",
    "provenance",
    "comparison",
)

KEPT = ("Ready", "Tuned", "Trained", "Validated", "Approved", "Erased")
"""Conditions that stay while a spec can't be read."""


@dataclass(frozen=True)
class Work:
    """What runs, or ran, for a spec: the training Job, and the search before it where one is asked for."""

    job: Job | None
    search: Search | None


def plan(observed: ObservedModelVersion, now: datetime) -> Decision[ModelVersionStatus]:
    """What the ModelVersion needs now. Once trained it stays trained: no later pass makes another bundle of it."""
    if observed.metadata.deletion_timestamp:
        return finalize(observed.metadata, observed.status)
    made = observed.status.created_at or observed.metadata.creation_timestamp
    before = moving.relocated(observed.status, observed.place)
    observed = replace(observed, status=before.model_copy(update={"created_at": made}))
    spec = observed.spec
    if isinstance(spec, InvalidSpec):
        kept = carried_over(observed.status.conditions, KEPT)
        return _decide(observed, observed.status, (*kept, true("Stalled", "InvalidSpec", spec.message)), now)
    if said := moving.elsewhere(before, observed.place):
        return _decide(observed, observed.status, moving.conditions(before, said), now)
    job, again = _due_job(observed, spec), recomparison.job_of(observed, spec_hash(spec))
    status = _pinned(_with_answer(observed.status, job), observed, spec, job)
    status = recomparison.with_comparison(status, answer(again, TrainResult))
    remade = reproduction.job_of(observed, spec_hash(spec))
    status = reproduction.with_reproduction(status, observed, remade, now)
    work = Work(job, tuning.search(observed, spec, spec_hash(spec), now))
    status = status.model_copy(update={"trials": work.search.trials if work.search else None})
    verdicts = judge_gates(spec.gates, status, observed)
    approval = approval_state(spec.approval, observed.status, left_open(verdicts), now)
    status = status.model_copy(update={"gates": verdicts, "approval": approval})
    decision = _decide(observed, status, (*_judge(status, observed, spec, work, now), *erased(observed)), now)
    actions = _actions(observed, status, spec, work, now)
    again_in = _look_again(job, now) or tuning.look_again(work.search, now)
    return Decision(actions, decision.status, decision.events, again_in)


def _look_again(job: Job | None, now: datetime) -> timedelta | None:
    if job and gave_up(job, TrainResult):
        moment = retry_at(job)
        return max(moment - now, timedelta(seconds=1)) if moment else None
    suspect = suspect_at(job)
    return suspect - now if suspect and suspect > now else None


def job_name(observed: ObservedModelVersion, spec: ModelVersionSpec) -> str:
    """One for the spec and what was pushed; the annotation colonnade.dev/retry asks for another."""
    token, upload = observed.metadata.annotations.get(RETRY_ANNOTATION, ""), pushed(observed.metadata.annotations, spec)
    asked = [spec_hash(spec), *filter(None, (token, upload))]
    return f"{observed.metadata.name}-{short_hash(asked if len(asked) > 1 else asked[0])}"


def spec_hash(spec: ModelVersionSpec) -> str:
    """Of what makes the model: gates and approval may change without another training."""
    return short_hash({key: value for key, value in spec.manifest().items() if key in ("model", "training", "source")})


def _waits_for_upload(observed: ObservedModelVersion, spec: ModelVersionSpec) -> bool:
    return expects_upload(spec) and not pushed(observed.metadata.annotations, spec)


def _due_job(observed: ObservedModelVersion, spec: ModelVersionSpec) -> Job | None:
    name = job_name(observed, spec)
    return next((job for job in observed.jobs if job.name == name), None)


def _with_answer(status: ModelVersionStatus, job: Job | None) -> ModelVersionStatus:
    said = answer(job, TrainResult)
    if status.digest or said is None or said.outcome != "Trained":
        return status
    return status.model_copy(update={field: getattr(said, field) for field in REPORTED})


def _pinned(
    status: ModelVersionStatus, observed: ObservedModelVersion, spec: ModelVersionSpec, job: Job | None
) -> ModelVersionStatus:
    dataset = observed.dataset
    if spec.training is None or status.dataset or job or status.digest or not dataset or not dataset.digest:
        return status
    pinned = PinnedDataset(name=dataset.name, digest=dataset.digest)
    return status.model_copy(update={"dataset": pinned})


def _actions(
    observed: ObservedModelVersion,
    status: ModelVersionStatus,
    spec: ModelVersionSpec,
    work: Work,
    now: datetime,
) -> tuple[Action, ...]:
    job, search = work.job, work.search
    if observed.dataset and observed.dataset.moved:
        return ()
    if status.digest:
        again = (*_compare_again(observed, status, spec), *_make_again(observed, status, spec))
        return (*again, *tuning.swept(observed))
    if job is not None:
        return (DeleteJob(job.name),) if makes_room(job, TrainResult, observed.image, now) else ()
    if (spec.training is not None and status.dataset is None) or _waits_for_upload(observed, spec):
        return ()
    if search and not search.won:
        data = _training_data(status.dataset, observed.dataset)
        trials = tuning.actions(observed, spec, search, data, now) if data else ()
        return (RecordStatus(), EnsureStore(), *trials) if trials else ()
    return (RecordStatus(), EnsureStore(), _run_job(job_name(observed, spec), observed, status, spec))


def _compare_again(
    observed: ObservedModelVersion, status: ModelVersionStatus, spec: ModelVersionSpec
) -> tuple[Action, ...]:
    name = recomparison.job_name(observed, spec_hash(spec))
    if name is None or recomparison.job_of(observed, spec_hash(spec)) or not recomparison.is_due(spec, status):
        return ()
    return (EnsureStore(), _run_job(name, observed, status, spec))


def _make_again(
    observed: ObservedModelVersion, status: ModelVersionStatus, spec: ModelVersionSpec
) -> tuple[Action, ...]:
    if not reproduction.is_due(observed, status) or reproduction.job_of(observed, spec_hash(spec)):
        return ()
    alone = replace(observed, serving=None)  # nothing is compared: what serves makes no other bundle
    return (EnsureStore(), _run_job(reproduction.job_name(observed, spec_hash(spec)), alone, status, spec))


def _run_job(name: str, observed: ObservedModelVersion, status: ModelVersionStatus, spec: ModelVersionSpec) -> RunJob:
    about = observed.metadata
    document = TrainJob(
        namespace=about.namespace,
        name=about.name,
        image=observed.image,
        spec=tuning.settled(spec, status.trials),
        dataset=_training_data(status.dataset, observed.dataset),
        upload=pushed(observed.metadata.annotations, spec) or None,
        serving=_serving(observed.serving) if spec.training else None,
    )
    return RunJob(name, spec_hash(spec), document)


def _serving(serving: ServingModel | None) -> ServingVersion | None:
    if serving is None:
        return None
    return ServingVersion(model_version=serving.model_version, digest=serving.digest, deployment=serving.deployment)


def _training_data(pinned: PinnedDataset | None, dataset: DatasetSummary | None) -> TrainingData | None:
    """What is pinned; whose it is and on what terms, for the model's card."""
    if pinned is None:
        return None
    if dataset is None:
        return TrainingData(name=pinned.name, digest=pinned.digest)
    return TrainingData(
        name=pinned.name, digest=pinned.digest, owner=dataset.owner, license=dataset.license, keys=dataset.keys
    )


def _judge(
    status: ModelVersionStatus,
    observed: ObservedModelVersion,
    spec: ModelVersionSpec,
    work: Work,
    now: datetime,
) -> tuple[ConditionUpdate, ...]:
    job, search = work.job, work.search
    tuned = (tuning.condition(search, observed.metadata),) if search and status.dataset else ()
    trained = _trained(status, observed, spec, job, now)
    if tuned and tuned[0].status != "True" and not status.digest:
        trained = false("Trained", tuned[0].reason, tuned[0].message)
    judged = (*tuned, trained, validated(status, spec.gates), approved(status.approval))
    objection = next((each for each in judged if each.status != "True"), None)
    if objection is None:
        return (true("Ready", "Approved", f"{trained.message}; gates passed, approved"), *judged)
    ready = false("Ready", objection.reason, objection.message)
    if objection.reason in WAITS_FOR_A_PERSON:
        return (ready, *judged)
    compares = recomparison.is_due(spec, status) and recomparison.goes_on(
        recomparison.job_of(observed, spec_hash(spec))
    )
    works = objection.type in ("Tuned", "Trained") and not (
        status.digest or _is_over(job) or (search and search.failed)
    )
    waits = compares or works
    kstatus = true("Reconciling" if waits else "Stalled", objection.reason, objection.message)
    return (ready, *judged, kstatus)


def _is_over(job: Job | None) -> bool:
    """Nothing more comes of it by waiting."""
    return is_stuck(job, TrainResult) or answer(job, TrainResult) is not None


def _trained(
    status: ModelVersionStatus, observed: ObservedModelVersion, spec: ModelVersionSpec, job: Job | None, now: datetime
) -> ConditionUpdate:
    if status.digest:
        made = status.headline or f"bundle {status.version}"
        look = f". Look at this: {' '.join(status.warnings)}" if status.warnings else ""
        return true("Trained", "Trained", f"{made}{look}")
    if said := answer(job, TrainResult):
        return false("Trained", said.reason, said.message)
    if job and gave_up(job, TrainResult):
        command = by_annotation("mv", observed.metadata, RETRY_ANNOTATION)
        return false("Trained", *failure(job, f"train again with another image, or by {command}"))
    waits = None if job else _waits(observed, spec, status)
    return false("Trained", *(waits or ("Training", _training(spec, job, now))))


def _waits(
    observed: ObservedModelVersion, spec: ModelVersionSpec, status: ModelVersionStatus
) -> tuple[str, str] | None:
    """What has to be there before a Job can begin, and isn't."""
    if _waits_for_upload(observed, spec):
        push = f"kubectl colonnade push mv/{observed.metadata.name} FILE.onnx"
        return "WaitingForUpload", f"no model yet; upload it: {push}"
    if spec.training is None or (status.dataset and not (observed.dataset and observed.dataset.moved)):
        return None
    return "WaitingForDataset", _waits_for(observed, spec.training.dataset_ref.name)


def _training(spec: ModelVersionSpec, job: Job | None, now: datetime) -> str:
    source = (spec.source.storage_uri if spec.source else None) or "what was pushed"
    what = _learner(spec.training) if spec.training else source
    if job is None:
        return f"a Job for {what} is being started"
    return f"Job {job.name} works on {what}{working(job, now)}"


def _learner(training: Training) -> str:
    return training.estimator.name if training.estimator else "the best of its trials"


def _waits_for(observed: ObservedModelVersion, name: str) -> str:
    if observed.dataset is None:
        return f"waits for Dataset {name}: it doesn't exist; apply it"
    return f"waits for Dataset {name}: {observed.dataset.message or 'it has no version yet'}"


def _decide(
    observed: ObservedModelVersion, status: ModelVersionStatus, updates: tuple[ConditionUpdate, ...], now: datetime
) -> Decision[ModelVersionStatus]:
    generation, place = observed.metadata.generation, observed.place
    conditions = with_transition_time(updates, observed.status.conditions, generation, now)
    after = status.model_copy(update={"conditions": conditions, "observed_generation": generation})
    if place and not moving.elsewhere(after, place):
        after = after.model_copy(update={"store_uri": place.root})
    return Decision((), after, _events(observed.status, after))


def _events(before: ModelVersionStatus, after: ModelVersionStatus) -> tuple[Event, ...]:
    events = []
    for kind in ("Ready", "Tuned", "Trained", "Validated", "Approved", "Erased"):
        was, now_is = before.condition(kind), after.condition(kind)
        if kind == "Ready" and not (now_is and now_is.reason == MOVED):
            continue
        if kind == "Trained" and now_is and now_is.reason in OF_THE_SEARCH:
            continue  # Tuned said it
        if now_is is None or (was and (was.status, was.reason) == (now_is.status, now_is.reason)):
            continue
        if now_is.status == "True":
            events.append(Event("Normal", kind, clipped(now_is.message)))
        elif now_is.reason not in ("WaitingForDataset", "WaitingForUpload", "NotTrained"):
            events.append(
                Event("Normal" if now_is.reason in QUIET else "Warning", now_is.reason, clipped(now_is.message))
            )
    return tuple(events)


WAITS_FOR_A_PERSON = frozenset({"GateInconclusive", "PendingManualApproval"})
OF_THE_SEARCH = frozenset({"Tuning", "SearchFailed"})
QUIET = WAITS_FOR_A_PERSON | {"Training", "Tuning"}
