"""What the last audit and the last backup say of the versions."""

from colonnade.plan.common.conditions import ConditionUpdate, false, true, unknown
from colonnade.plan.dataset.keeping import cascade
from colonnade.plan.dataset.keeping.due import record_of
from colonnade.plan.dataset.observed import ObservedDataset
from colonnade_api import DatasetSpec, DatasetStatus
from colonnade_api.datasets.keeping import KeepingRecord


def of_keeping(spec: DatasetSpec, status: DatasetStatus) -> tuple[ConditionUpdate, ...]:
    """Audited and BackedUp, where they are wanted or were asked for."""
    return (*_audited(spec, status), *_backed_up(spec, status))


def of_descent(observed: ObservedDataset, status: DatasetStatus) -> tuple[ConditionUpdate, ...]:
    """Erased, as long as something is left that was made of rows of someone who is."""
    if held := cascade.held(observed, status):
        short = held[0].removeprefix("sha256:")[:10]
        said = (
            f"{len(held)} versions were made of rows of someone who is erased since, and stay while they are held: "
            f"kubectl colonnade release dset/{observed.metadata.name} {short}"
        )
        return (false("Erased", "VersionHeld", said),)
    going = cascade.going(observed, status)
    record = record_of(status, "Cascade")
    if going and record and record.outcome == "Failed":
        return (_as_said("Erased", record),)
    said = f"{len(going)} versions were made of rows of someone who is erased since; they are destroyed in a moment"
    return (false("Erased", "Cascading", said),) if going else ()


def _audited(spec: DatasetSpec, status: DatasetStatus) -> tuple[ConditionUpdate, ...]:
    record = record_of(status, "Audit")
    if record is not None:
        return (_as_said("Audited", record),)
    if spec.audit is None:
        return ()
    return (unknown("Audited", "NotAudited", f"no version was read again yet; {spec.audit.schedule} is the schedule"),)


def _backed_up(spec: DatasetSpec, status: DatasetStatus) -> tuple[ConditionUpdate, ...]:
    if spec.backup is None:
        return ()
    records = [record for kind in ("BackUp", "Verify") if (record := record_of(status, kind))]
    last = max(records, key=lambda record: str(record.at), default=None)
    if last is not None and last.outcome == "Failed":
        return (_as_said("BackedUp", last),)
    waits = sum(version.backed_up_at is None for version in status.versions)
    if last is None or waits:
        when = f"at the next tick of {spec.backup.schedule}" if spec.backup.schedule else "now"
        said = f"{waits} of {len(status.versions)} versions have no copy yet; they are copied {when}"
        return (unknown("BackedUp", "NotCopied", said),)
    return (_as_said("BackedUp", last),)


def _as_said(kind: str, record: KeepingRecord) -> ConditionUpdate:
    at = f"{record.at:%Y-%m-%d %H:%M} UTC: " if record.at else ""
    judged = true if record.outcome == "Succeeded" else false
    return judged(kind, record.reason, f"{at}{record.message}")
