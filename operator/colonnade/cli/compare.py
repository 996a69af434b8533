"""`compare`: what two or more versions do differently, and what they were made of differently."""

from typing import Annotated

import typer

from colonnade.cli.errors import UsageError
from colonnade.cli.kinds import DATASET, MODEL_VERSION, reference
from colonnade.cli.names import of_kinds
from colonnade.cli.options import connected
from colonnade.cli.output import AsOutput, dump
from colonnade.cli.terminal import show
from colonnade.cli.views.compare import compared
from colonnade.cli.views.unlike import comparison
from colonnade_access.cluster import Cluster


@connected
def compare(
    cluster: Cluster,
    what: Annotated[
        list[str],
        typer.Argument(metavar="mv/NAME mv/NAME…", help="ModelVersions.", autocompletion=of_kinds(MODEL_VERSION)),
    ],
    output: AsOutput = None,
) -> None:
    """Metrics with their intervals, size and latency side by side; then where specs, data and circumstances differ.

    Whether a metric really differs is told where a training compared the two on the same rows.
    """
    if len(set(what)) < 2:
        raise UsageError("name two ModelVersions or more: kubectl colonnade compare mv/A mv/B")
    items = [cluster.get(reference(each, MODEL_VERSION)) for each in dict.fromkeys(what)]
    found = comparison(items, cluster.list(DATASET))
    if output:
        dump(found, output)
    else:
        show(compared(found))
