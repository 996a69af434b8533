"""`promote`, `abort`, `retry`: a person's word on a rollout, left as an annotation that names what was seen.

An annotation that names a revision (and a step) speaks of that alone: said too late, it does nothing. `abort` and
`retry` carry the time, since each is obeyed once and may be said again.
"""

from datetime import UTC, datetime
from typing import Annotated

import typer

from colonnade.cli.cluster import Cluster
from colonnade.cli.errors import CliError
from colonnade.cli.kinds import DEPLOYMENT, Reference, reference
from colonnade.cli.options import connected
from colonnade.cli.terminal import say
from colonnade_api import GROUP, DeploymentStatus

Which = Annotated[str, typer.Argument(metavar="mdep/NAME", help="The Deployment.")]


@connected
def promote(cluster: Cluster, what: Which) -> None:
    """Go on from the step at which the rollout stands. Signals still judge: a breach rolls back."""
    wanted, status = _read(cluster, what)
    if status.candidate is None:
        raise CliError(f"{wanted} has no candidate to promote: {_serving(status)}")
    index = status.step.index if status.step else 0
    _annotate(cluster, wanted, "promote", f"{status.candidate.revision}/{index}")
    say(f"{wanted}: {status.candidate.model_version} goes on from step {index + 1}; {_see(wanted)}")


@connected
def abort(cluster: Cluster, what: Which) -> None:
    """Send all requests back to stable, and remember the candidate as rejected."""
    wanted, status = _read(cluster, what)
    if status.candidate is None:
        raise CliError(f"{wanted} has no candidate to abort: {_serving(status)}")
    _annotate(cluster, wanted, "abort", _now(status.candidate.revision))
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
    _annotate(cluster, wanted, "retry", _now(chosen))
    say(f"{wanted}: {chosen} is tried again; {_see(wanted)}")


def _read(cluster: Cluster, what: str) -> tuple[Reference, DeploymentStatus]:
    wanted = reference(what, DEPLOYMENT)
    return wanted, DeploymentStatus.model_validate(cluster.get(wanted).get("status") or {})


def _annotate(cluster: Cluster, wanted: Reference, verb: str, value: str) -> None:
    cluster.merge(wanted, {"metadata": {"annotations": {f"{GROUP}/{verb}": value}}})


def _now(revision: str) -> str:
    return f"{revision}@{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _see(wanted: Reference) -> str:
    return f"see kubectl colonnade status {wanted} --watch"


def _serving(status: DeploymentStatus) -> str:
    return f"{status.stable.model_version} serves all requests" if status.stable else "nothing serves yet"
