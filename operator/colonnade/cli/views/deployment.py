"""A Deployment: who serves, where the rollout stands, and on what evidence."""

from datetime import datetime

from colonnade.cli.page import Page, Said, Table, Tone, Word, facts, page, table
from colonnade.cli.views.parts import conditions, heading
from colonnade.cli.views.steps import standing, strategy
from colonnade.cli.views.verdicts import SignalTypes, verdicts
from colonnade_access.references import Object
from colonnade_access.words import NOTHING, ago, percent
from colonnade_api import DeploymentStatus, Rollout, ServedRevision

SHOWN_ROLLOUTS = 5
OUTCOME_TONES: dict[str, Tone] = {"Promoted": "good", "RolledBack": "bad"}


def deployment(item: Object, types: SignalTypes, now: datetime) -> Page:
    status = DeploymentStatus.model_validate(item.get("status") or {})
    return page(
        heading(item, "Deployment", now),
        facts(
            [
                ("url", status.url),
                ("model", _model(item)),
                ("replicas", _replicas(item)),
                ("strategy", strategy(item)),
                ("step", standing(item, status, now)),
                ("waits for", _waits_for(status)),
            ]
        ),
        _revisions(status),
        verdicts(status.verdicts, types),
        _rejected(status, now),
        _history(status, now),
        conditions(status.conditions, now),
    )


def _model(item: Object) -> str:
    model = item["spec"]["model"]
    return f"{model['name']}, {model.get('version') or model.get('select') or 'LatestApproved'}"


def _replicas(item: Object) -> Word | None:
    """Only where there are none; else the revisions tell."""
    if item["spec"].get("replicas") != 0:
        return None
    return Word("0: no pod is asked for, and no request is answered", "waiting")


def _waits_for(status: DeploymentStatus) -> Word | None:
    if status.candidate is None or status.step is None or not status.step.reason:
        return None
    message = f": {status.step.message}" if status.step.message else ""
    return Word(f"{status.step.reason}{message}", "waiting")


def _revisions(status: DeploymentStatus) -> Table | None:
    observed = status.candidate.observed_weight if status.candidate else None
    left = None if observed is None else 100 - observed
    rows = []
    if status.stable:
        rows.append(_revision(Word("stable", "good"), status.stable, left))
    if status.candidate:
        rows.append(_revision(Word("candidate", "waiting"), status.candidate, observed))
    columns = ("", "revision", "version", "wanted", "observed", "ready")
    return table(columns, rows, right=("wanted", "observed", "ready")) if rows else None


def _revision(role: Word, one: ServedRevision, observed: float | None) -> tuple[Said, ...]:
    return role, one.revision, one.model_version, percent(one.weight), percent(observed, 1), str(one.ready)


def _rejected(status: DeploymentStatus, now: datetime) -> Table | None:
    rows = [
        (each.revision, each.model_version or NOTHING, each.reason, ago(each.at, now), each.message or "")
        for each in status.rejected[:SHOWN_ROLLOUTS]
    ]
    return table(("rejected", "version", "reason", "ago", ""), rows) if rows else None


def _history(status: DeploymentStatus, now: datetime) -> Table | None:
    rows = [
        (
            each.revision,
            each.model_version or NOTHING,
            Word(each.outcome, OUTCOME_TONES.get(each.outcome, "waiting")),
            each.reason or "",
            ago(each.ended_at or each.decided_at, now),
            _way_back(each) if each.outcome == "RolledBack" else each.message or "",
        )
        for each in status.history[:SHOWN_ROLLOUTS]
    ]
    return table(("rollout", "version", "outcome", "reason", "ago", ""), rows) if rows else None


def _way_back(rollout: Rollout) -> str:
    """From the scrape that showed the breach to all traffic on stable."""
    if not rollout.breached_at or not rollout.ended_at:
        return ""
    seconds = (rollout.ended_at - rollout.breached_at).total_seconds()
    return f"all traffic on stable {seconds:.1f} s after the breach was seen"
