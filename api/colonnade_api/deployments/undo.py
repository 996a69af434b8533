"""Undo: what serves is taken back, for a revision that was promoted before it.

The operator obeys it and the plugin asks before it writes, both by what the status tells.
"""

import re
from dataclasses import dataclass

from colonnade_api.datasets.history import draining, full_name, name_of, promoted_before, restores
from colonnade_api.deployments.deployment import DeploymentStatus
from colonnade_api.deployments.rollouts import CandidateRevision, Rollout, ServedRevision

VALUE = re.compile(r"^(?P<revision>[a-z0-9-]{1,63})(/(?P<to>[a-z0-9-]{1,63}))?(@[0-9A-Za-z:.+-]{1,64})?$")


@dataclass(frozen=True)
class Undo:
    """revision: the one that serves, as it was seen. to: the one that takes over; None for the one before it."""

    revision: str
    to: str | None = None


@dataclass(frozen=True)
class Refused:
    """Nothing is done, and why."""

    message: str


@dataclass(frozen=True)
class AlreadyDone:
    """What is asked for is so, or on its way."""

    message: str


def parse_undo(annotation: str) -> Undo | None:
    """What colonnade.dev/undo asks for; None for a value that can't be meant."""
    found = VALUE.match(annotation)
    return Undo(found["revision"], found["to"]) if found else None


def undo_target(status: DeploymentStatus, ask: Undo) -> Rollout | Refused | AlreadyDone:
    """The promoted revision that takes over from the one that serves."""
    stable, candidate = status.stable, status.candidate
    if stable is None:
        return Refused("nothing serves that could be undone")
    if stable.revision == ask.to:
        return AlreadyDone(f"{full_name(stable)} serves already")
    if stable.revision != ask.revision:
        return Refused(f"undo names {ask.revision}, and {full_name(stable)} serves: nothing was done")
    if candidate and not draining(status):
        return _comes_back(candidate, ask) if restores(status) else _under_way(candidate, stable)
    return _chosen(status, stable, ask.to)


def _comes_back(candidate: CandidateRevision, ask: Undo) -> Refused | AlreadyDone:
    if ask.to in (None, candidate.revision):
        return AlreadyDone(f"{full_name(candidate)} is on its way back")
    return Refused(f"{full_name(candidate)} is on its way back: undo it once it serves")


def _under_way(candidate: CandidateRevision, stable: ServedRevision) -> Refused:
    rolled_out, back = name_of(candidate, stable), name_of(stable, candidate)
    return Refused(
        f"{rolled_out} is being rolled out: kubectl colonnade abort takes it back to {back}, "
        "and undo then goes behind that"
    )


def _chosen(status: DeploymentStatus, stable: ServedRevision, to: str | None) -> Rollout | Refused:
    before = promoted_before(status)
    if to is None:
        nothing = f"status.history has no version promoted before {full_name(stable)} that wasn't rejected since"
        return before[0] if before else Refused(f"{nothing}: there is none to go back to")
    if found := next((each for each in before if each.revision == to), None):
        return found
    if rejected := next((each for each in status.rejected if each.revision == to), None):
        said = f"{full_name(rejected)} was rejected here ({rejected.reason})"
        return Refused(f"{said}: kubectl colonnade retry takes that back first")
    there = ", ".join(full_name(each) for each in before) or "none"
    return Refused(f"{to} is no promotion that status.history has; it has, before {name_of(stable)}: {there}")
