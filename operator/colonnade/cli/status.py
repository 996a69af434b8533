"""`status`: one object, whole, at a glance."""

from collections.abc import Callable
from contextlib import suppress
from typing import Annotated

import typer
from rich.live import Live

from colonnade.cli.kinds import DATASET, DEPLOYMENT, MODEL_VERSION, MONITOR_POLICY, reference
from colonnade.cli.names import of_kinds
from colonnade.cli.options import connected
from colonnade.cli.output import AsOutput, Output, dump, shown
from colonnade.cli.page import Page, Word, line, page
from colonnade.cli.rendering import rendered
from colonnade.cli.terminal import plain, show, stdout
from colonnade.cli.views import status_of
from colonnade.cli.views.verdicts import SignalTypes, signal_types
from colonnade.cli.waiting import looks
from colonnade_access.cluster import Cluster
from colonnade_access.errors import ColonnadeError
from colonnade_access.references import Object, Reference
from colonnade_access.words import utc_now

KINDS = (DEPLOYMENT, MODEL_VERSION, DATASET, MONITOR_POLICY)
WHAT = "mdep/NAME, mv/NAME, dset/NAME or mpol/NAME; a bare NAME is a Deployment."


@connected
def status(
    cluster: Cluster,
    what: Annotated[str, typer.Argument(metavar="KIND/NAME", help=WHAT, autocompletion=of_kinds(*KINDS))],
    watch: Annotated[bool, typer.Option("--watch", "-w", help="Go on showing it as it changes.")] = False,
    output: AsOutput = None,
) -> None:
    """Step, weight wanted and observed, verdicts with value, limit and n, conditions."""
    wanted = reference(what, *KINDS)
    if watch:
        follow(cluster, wanted, output)
    elif output:
        dump(shown(cluster.get(wanted)), output)
    else:
        show(seen(cluster, wanted))


def seen(cluster: Cluster, wanted: Reference) -> Page:
    item = cluster.get(wanted)
    return status_of(item, types_for(cluster, item), utc_now())


def types_for(cluster: Cluster, item: Object) -> SignalTypes:
    """Of the signals that judge a Deployment; none where its policy can't be read."""
    name = (item["spec"].get("monitorPolicyRef") or {}).get("name") if item["kind"] == "Deployment" else None
    return signal_types(cluster.find(MONITOR_POLICY, name)) if name else {}


def follow(cluster: Cluster, wanted: Reference, output: Output | None) -> None:
    """Until interrupted, which is how it is meant to end; on a terminal a cluster that is away is waited for."""
    with suppress(KeyboardInterrupt):
        if output:
            _follow_plainly(cluster, wanted, lambda item: dump(shown(item), output))
        elif stdout().is_terminal:
            _follow_live(cluster, wanted)
        else:
            _follow_plainly(cluster, wanted, lambda item: typer.echo(f"{_plainly(cluster, item)}\n"))


def _follow_live(cluster: Cluster, wanted: Reference) -> None:
    last = seen(cluster, wanted)
    with Live(rendered(last), console=stdout(), auto_refresh=False, vertical_overflow="crop") as live:
        for _ in looks():
            try:
                last = seen(cluster, wanted)
                live.update(rendered(last), refresh=True)
            except ColonnadeError as error:
                live.update(rendered(page(last, line(Word(str(error), "bad")))), refresh=True)


def _follow_plainly(cluster: Cluster, wanted: Reference, tell: Callable[[Object], None]) -> None:
    """Each change of the object is told once, the mere passing of time never."""
    told = ""
    for _ in looks():
        item = cluster.get(wanted)
        if item["metadata"]["resourceVersion"] != told:
            told = item["metadata"]["resourceVersion"]
            tell(item)


def _plainly(cluster: Cluster, item: Object) -> str:
    return plain(status_of(item, types_for(cluster, item), utc_now()))
