"""A retraining that has begun, taken as far as it goes: rows waited for, a ModelVersion made, a rollout followed."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from colonnade.plan.common.actions import Action, EnsureModelVersion, RecordStatus, RequestRefresh
from colonnade.plan.monitorpolicy.observed import DatasetState, VersionState, WatchedDeployment
from colonnade.plan.monitorpolicy.retraining.successor import name_of, spec_of
from colonnade_api.monitoring.retraining import Outcome, Retrain, Retraining

ASK_AGAIN = timedelta(hours=1)
"""For a look at the source, while there are no new rows."""


@dataclass(frozen=True)
class Step:
    record: Retraining
    actions: tuple[Action, ...] = ()


@dataclass(frozen=True)
class Situation:
    """target: None where its Deployment no longer names the policy. passes: the signal says that all is well.
    taken: names that no new ModelVersion may have."""

    target: WatchedDeployment | None
    settings: Retrain
    passes: bool
    taken: Collection[str]
    policy: str
    now: datetime


def step(record: Retraining, seen: Situation) -> Step:
    if seen.target is None:
        return _ended(record, seen, "Withdrawn", f"mdep/{record.deployment} no longer names this policy")
    if record.model_version is None:
        return _waiting(record, seen, seen.target)
    made = seen.target.versions.get(record.model_version)
    if made is None:
        return _making(record, seen, seen.target, record.model_version)
    record = record if record.made_at else record.model_copy(update={"made_at": seen.now})
    return _following(record, seen, seen.target, made)


def _waiting(record: Retraining, seen: Situation, target: WatchedDeployment) -> Step:
    if seen.settings.mode == "Off":
        return _ended(record, seen, "Withdrawn", "spec.retrain.mode was set to Off before there were new rows")
    if seen.passes:
        return _ended(record, seen, "Withdrawn", f"{record.signal} passes again, before there were new rows")
    if record.serving not in target.versions:
        return _ended(record, seen, "Withdrawn", f"mv/{record.serving} is gone, whose spec it would have had")
    dataset = target.datasets.get(record.dataset)
    if dataset is None:
        return Step(_saying(record, f"waits for dset/{record.dataset}: there is none of that name"))
    if lacking := _lacking(record, dataset, seen.settings):
        return Step(_saying(record, lacking), _refresh(record, dataset, seen.now))
    chosen = record.model_copy(update={"model_version": name_of(_model(target, record), seen.taken)})
    return _making(chosen, seen, target, str(chosen.model_version))


def _model(target: WatchedDeployment, record: Retraining) -> str:
    return str(target.versions[record.serving].spec["model"])


def _lacking(record: Retraining, dataset: DatasetState, settings: Retrain) -> str:
    """What the Dataset's version still lacks; empty where it is to be trained on."""
    was = f"the version that mv/{record.serving} was trained on"
    if dataset.current in (None, record.dataset_digest):
        by = "upload rows" if dataset.uploaded else "its source is looked at every hour"
        return f"waits for new rows: dset/{dataset.name} still has {was}; {by}"
    if not settings.min_new_rows:
        return ""
    before, after = dataset.rows.get(record.dataset_digest), dataset.rows.get(str(dataset.current))
    if before is None or after is None or (more := after - before) >= settings.min_new_rows:
        return ""
    wanted = f"{settings.min_new_rows:,} (spec.retrain.minNewRows)"
    return f"waits for new rows: dset/{dataset.name} has {more:,} more than {was}, {wanted} are wanted"


def _refresh(record: Retraining, dataset: DatasetState, now: datetime) -> tuple[Action, ...]:
    """Once an hour: the same hour asks by the same word, which the Dataset does once."""
    if dataset.uploaded:
        return ()
    moment = record.begun_at + (now - record.begun_at) // ASK_AGAIN * ASK_AGAIN
    token = f"retrain-{moment:%Y%m%dT%H%M%SZ}"
    return () if dataset.refresh == token else (RecordStatus(), RequestRefresh(dataset.name, token))


def _making(record: Retraining, seen: Situation, target: WatchedDeployment, name: str) -> Step:
    if record.made_at:
        return _ended(record, seen, "NotPromoted", f"mv/{name} was deleted")
    base = target.versions.get(record.serving)
    if base is None:
        return _ended(record, seen, "Withdrawn", f"mv/{record.serving} is gone, whose spec it would have had")
    because = f"{record.signal}: {record.because}"
    wanted = EnsureModelVersion(name, seen.policy, record.serving, because, spec_of(base.spec, base.headline))
    return Step(_saying(record, f"mv/{name} is being made"), (RecordStatus(), wanted))


def _following(record: Retraining, seen: Situation, target: WatchedDeployment, made: VersionState) -> Step:
    name = str(record.model_version)
    if target.stable == name:
        return _ended(record, seen, "Promoted", f"mv/{name} serves mdep/{target.deployment}")
    if rejected := next((each for each in target.rejected if each.model_version == name), None):
        return _ended(record, seen, "NotPromoted", f"mv/{name} was rolled back: {rejected.message or rejected.reason}")
    if made.stalled:
        return _ended(record, seen, "NotPromoted" if made.unfit else "Failed", f"mv/{name}: {made.message}")
    if not made.ready:
        return Step(_saying(record, f"mv/{name}: {made.message}"))
    if target.pinned and target.pinned != name:
        pinned = f"mdep/{target.deployment} serves {target.pinned} alone: set its spec.model.version to {name}"
        return Step(_saying(record, f"mv/{name} is ready, and {pinned}"))
    state = "takes over" if target.candidate == name else "is ready, and is to take over"
    return Step(_saying(record, f"mv/{name} {state} in mdep/{target.deployment}"))


def _saying(record: Retraining, message: str) -> Retraining:
    return record.model_copy(update={"message": message})


def _ended(record: Retraining, seen: Situation, outcome: Outcome, message: str) -> Step:
    return Step(record.model_copy(update={"outcome": outcome, "message": message, "ended_at": seen.now}))
