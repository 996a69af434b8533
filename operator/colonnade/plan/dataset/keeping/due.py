"""What is due: what someone asked for, else the first of backup, proof of the backup, audit and collection whose time
has come."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from colonnade.plan.common.digests import short_hash
from colonnade.plan.common.job_results import RETRY_AFTER
from colonnade.plan.dataset import schedule
from colonnade.plan.dataset.keeping import cascade
from colonnade.plan.dataset.observed import ObservedDataset
from colonnade_api import DatasetSpec, DatasetStatus
from colonnade_api.datasets.keepcommands import parse
from colonnade_api.datasets.keeping import KeepingKind, KeepingRecord
from colonnade_api.wellknown import KEEP_ANNOTATION

COLLECTED = "@daily"
NOT_DONE = ("JobFailed", "AnswerUnreadable")
"""Reasons of what is tried again before its next tick."""


class Due(NamedTuple):
    """asked: a tick of its schedule, or the word of a command."""

    kind: KeepingKind
    asked: str


def due(observed: ObservedDataset, spec: DatasetSpec, status: DatasetStatus, now: datetime) -> Due | None:
    """None when nothing is."""
    word = observed.metadata.annotations.get(KEEP_ANNOTATION, "")
    if word and word != status.kept_command and (command := parse(word)):
        return Due(command.kind, word)
    if erases := _erasure(observed, status, now):
        return erases
    if not status.versions:
        return None
    if asked := _unrotated(spec, status, now):
        return Due("Rotate", asked)
    if spec.backup and spec.backup.schedule is None and (asked := _uncopied(status, now)):
        return Due("BackUp", asked)
    ticks = ((kind, _tick(text, observed, record_of(status, kind), now)) for kind, text in _scheduled(observed, spec))
    return next((Due(kind, tick) for kind, tick in ticks if tick), None)


def next_at(spec: DatasetSpec, status: DatasetStatus, now: datetime) -> datetime | None:
    """When something is due that isn't yet."""
    texts = [text for _, text in schedules(spec)] + ([COLLECTED] if spec.retention else [])
    times = [tick for text in texts if (tick := schedule.parse(text).next(now))]
    times += [again for record in status.keeping if (again := _again_at(record)) and again > now]
    return min(times, default=None)


def schedules(spec: DatasetSpec) -> Iterator[tuple[str, str]]:
    """By the field that has it."""
    if spec.backup and spec.backup.schedule:
        yield "spec.backup.schedule", spec.backup.schedule
    if spec.backup and spec.backup.verify:
        yield "spec.backup.verify", spec.backup.verify
    if spec.audit:
        yield "spec.audit.schedule", spec.audit.schedule


def record_of(status: DatasetStatus, kind: KeepingKind) -> KeepingRecord | None:
    """The last that was done of this kind."""
    return next((record for record in status.keeping if record.kind == kind), None)


def _scheduled(observed: ObservedDataset, spec: DatasetSpec) -> Iterator[tuple[KeepingKind, str]]:
    kinds: dict[str, KeepingKind] = {
        "spec.backup.schedule": "BackUp",
        "spec.backup.verify": "Verify",
        "spec.audit.schedule": "Audit",
    }
    yield from ((kinds[field], text) for field, text in schedules(spec))
    if observed.collection and not observed.collection.unreadable:
        yield "Collect", COLLECTED


def _tick(text: str, observed: ObservedDataset, record: KeepingRecord | None, now: datetime) -> str:
    """The tick that is still to be done; empty where there is none."""
    tick, made = schedule.parse(text).last(now), observed.metadata.creation_timestamp
    if tick is None or made is None or tick <= made:
        return ""
    if record is None or record.at is None or record.at < tick:
        return tick.isoformat()
    again = _again_at(record)
    return tick.isoformat() if again and now >= again else ""


def _unrotated(spec: DatasetSpec, status: DatasetStatus, now: datetime) -> str:
    """Which keys the spec names, as long as no Job has wrapped the versions and their copies by the first of them. Of a
    first key, where there are copies: they may be in plain."""
    keys, copied = spec.encryption_keys(), any(version.backed_up_at for version in status.versions)
    if not keys or (len(keys) == 1 and not (spec.backup and copied)):
        return ""
    asked, record = f"keys/{short_hash([str(key) for key in keys])}", record_of(status, "Rotate")
    if record is None or (record.asked != asked and not record.asked.startswith("rotate@")):
        return asked
    again = _again_at(record)
    return asked if again and now >= again else ""


def _erasure(observed: ObservedDataset, status: DatasetStatus, now: datetime) -> Due | None:
    if (record := record_of(status, "Forget")) and (again := _again_at(record)) and now >= again:
        return Due("Forget", record.asked)
    asked = _descended(observed, status, now)
    return Due("Cascade", asked) if asked else None


def _descended(observed: ObservedDataset, status: DatasetStatus, now: datetime) -> str:
    """Which versions beneath this Dataset are destroyed, as long as no Job has destroyed what was made of them."""
    if not (status.versions or status.refused):
        return ""
    made, going = observed.metadata.creation_timestamp, cascade.going(observed, status)
    since = {each.digest for each in observed.descent.destroyed if not (made and each.at and each.at < made)}
    if not (going or since):
        return ""
    word, record = f"descent/{short_hash(sorted(since))}", record_of(status, "Cascade")
    asked = f"{word}/{short_hash(sorted(going))}" if going else word
    if record is None or not record.asked.startswith(word):
        return asked
    if record.outcome == "Succeeded":
        return asked if going else ""
    again = _again_at(record)
    return asked if record.asked != asked or (again and now >= again) else ""


def _uncopied(status: DatasetStatus, now: datetime) -> str:
    missing = [version.digest for version in status.versions if version.digest and version.backed_up_at is None]
    if not missing:
        return ""
    asked, record = f"new/{short_hash(missing)}", record_of(status, "BackUp")
    if record is None or record.asked != asked or record.outcome == "Succeeded":
        return asked
    again = _again_at(record)
    return asked if again and now >= again else ""


def _again_at(record: KeepingRecord) -> datetime | None:
    """When what failed is tried again by itself: soon where nothing was found out, else an hour later."""
    if record.outcome == "Succeeded" or record.at is None or record.kind in ("Restore", "Diff"):
        return None
    if record.kind == "Forget" and record.reason not in NOT_DONE:
        return None
    return record.at + (RETRY_AFTER if record.reason in NOT_DONE else timedelta(hours=1))
