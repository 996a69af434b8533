"""`approve`, `reject`: whether a ModelVersion may be served, with who and why."""

from typing import Annotated, Literal

import typer

from colonnade.cli.kinds import MODEL_VERSION, reference
from colonnade.cli.names import of_kinds
from colonnade.cli.options import connected
from colonnade.cli.terminal import say
from colonnade_access.cluster import Cluster

Which = Annotated[
    str, typer.Argument(metavar="mv/NAME", help="The ModelVersion.", autocompletion=of_kinds(MODEL_VERSION))
]
Reason = Annotated[str, typer.Option("--reason", help="Why, for those who ask later.")]


@connected
def approve(cluster: Cluster, what: Which, reason: Reason) -> None:
    """Let a ModelVersion be served by LatestApproved."""
    decide(cluster, what, "Approved", reason)


@connected
def reject(cluster: Cluster, what: Which, reason: Reason) -> None:
    """Keep a ModelVersion from being served."""
    decide(cluster, what, "Rejected", reason)


def decide(cluster: Cluster, what: str, decision: Literal["Approved", "Rejected"], reason: str) -> None:
    wanted = reference(what, MODEL_VERSION)
    cluster.get(wanted)
    by = cluster.whoami()
    cluster.merge(wanted, {"spec": {"approval": {"decision": decision, "by": by, "reason": reason}}})
    say(f"{wanted}: {decision} by {by}")
