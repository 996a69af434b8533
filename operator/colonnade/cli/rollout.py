"""`promote`, `abort`, `retry`, `undo`: a person's word on a rollout, left as an annotation that names what was seen.

An annotation that names a revision (and a step) speaks of that alone: said too late, it does nothing. All but
`promote` carry the time, since each is obeyed once and may be said again.
"""

from datetime import UTC, datetime
from typing import Annotated

import typer

from colonnade.cli.errors import CliError
from colonnade.cli.kinds import DEPLOYMENT, reference
from colonnade.cli.names import of_kinds
from colonnade.cli.options import connected
from colonnade.cli.terminal import say
from colonnade_access.cluster import Cluster
from colonnade_access.references import Reference
from colonnade_api import DeploymentStatus, Rollout
from colonnade_api.datasets.history import draining, name_of, promoted_before, restores
from colonnade_api.deployments.undo import AlreadyDone, Refused, Undo, undo_target
from colonnade_api.wellknown import ABORT_ANNOTATION, PROMOTE_ANNOTATION, RETRY_ANNOTATION, UNDO_ANNOTATION

Which = Annotated[str, typer.Argument(metavar="mdep/NAME", help="The Deployment.", autocompletion=of_kinds(DEPLOYMENT))]


@connected
def promote(cluster: Cluster, what: Which) -> None:
    """Go on from the step at which the rollout stands. Signals still judge: a breach rolls back."""
    wanted, status = _read(cluster, what)
    if status.candidate is None:
        raise CliError(f"{wanted} has no candidate to promote: {_serving(status)}")
    if why := _takes_no_steps(status):
        raise CliError(f"{wanted}: {status.candidate.model_version} {why}: there is nothing to promote")
    index = status.step.index if status.step else 0
    _annotate(cluster, wanted, PROMOTE_ANNOTATION, f"{status.candidate.revision}/{index}")
    say(f"{wanted}: {status.candidate.model_version} goes on from step {index + 1}; {_see(wanted)}")


def _takes_no_steps(status: DeploymentStatus) -> str:
    if restores(status):
        return "is on its way back, without steps"
    return "was taken back, and only drains" if draining(status) else ""


@connected
def abort(cluster: Cluster, what: Which) -> None:
    """Send all requests back to stable, and remember the candidate as rejected."""
    wanted, status = _read(cluster, what)
    if status.candidate is None:
        raise CliError(f"{wanted} has no candidate to abort: {_serving(status)}")
    _annotate(cluster, wanted, ABORT_ANNOTATION, _now(status.candidate.revision))
    say(f"{wanted}: {status.candidate.model_version} is taken back")


@connected
def retry(
    cluster: Cluster,
    what: Which,
    revision: Annotated[str | None, typer.Argument(help="The rejected revision; the latest when left out.")] = None,
) -> None:
    """Try a rejected revision again."""
    wanted, status = _read(cluster, what)
    names = [each.revision for each in status.rejected]
    if not names:
        raise CliError(f"{wanted} has rejected no revision: {_serving(status)}")
    chosen = revision or names[0]
    if chosen not in names:
        raise CliError(f"{wanted} has not rejected {chosen}; rejected: {', '.join(names)}")
    _annotate(cluster, wanted, RETRY_ANNOTATION, _now(chosen))
    say(f"{wanted}: {chosen} is rejected no more, and starts where spec.model asks for it; {_see(wanted)}")


@connected
def undo(
    cluster: Cluster,
    what: Which,
    to: Annotated[
        str | None,
        typer.Option(
            "--to",
            metavar="REVISION",
            help="A revision promoted before, or its ModelVersion's name; the one before the one that serves when "
            "left out.",
        ),
    ] = None,
) -> None:
    """Take the version that serves back, at once, for one promoted before it.

    What is undone, and all that was promoted between the two, is remembered as rejected, whatever the spec says: retry
    takes that back.
    """
    wanted, status = _read(cluster, what)
    serving = status.stable.revision if status.stable else ""
    target = undo_target(status, Undo(serving, _revision(status, to) if to else None))
    if isinstance(target, Refused):
        raise CliError(f"{wanted}: {target.message}")
    if isinstance(target, AlreadyDone):
        say(f"{wanted}: {target.message}; {_see(wanted)}")
        return
    _annotate(cluster, wanted, UNDO_ANNOTATION, _now(f"{serving}/{target.revision}"))
    say(f"{wanted}: {_undone(status, target)}; {_see(wanted)}")


def _revision(status: DeploymentStatus, to: str) -> str:
    """Of the revision or the version that the user names; where it is neither, the word itself."""
    known = [each for each in (status.stable, *promoted_before(status), *status.rejected) if each]
    return next((each.revision for each in known if to in (each.revision, each.model_version)), to)


def _undone(status: DeploymentStatus, target: Rollout) -> str:
    stable, before = status.stable, promoted_before(status)
    skipped = [name_of(each, target) for each in before[: before.index(target)]]
    between = f"; so is what was promoted since: {', '.join(skipped)}" if skipped else ""
    gone = name_of(stable, target) if stable else ""
    return f"{gone} is taken back, all requests go to {name_of(target, stable)}{between}"


def _read(cluster: Cluster, what: str) -> tuple[Reference, DeploymentStatus]:
    wanted = reference(what, DEPLOYMENT)
    return wanted, DeploymentStatus.model_validate(cluster.get(wanted).get("status") or {})


def _annotate(cluster: Cluster, wanted: Reference, annotation: str, value: str) -> None:
    cluster.merge(wanted, {"metadata": {"annotations": {annotation: value}}})


def _now(revision: str) -> str:
    return f"{revision}@{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _see(wanted: Reference) -> str:
    return f"see kubectl colonnade status {wanted} --watch"


def _serving(status: DeploymentStatus) -> str:
    return f"{status.stable.model_version} serves all requests" if status.stable else "nothing serves yet"
