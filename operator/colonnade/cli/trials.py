"""`trials`: what a search has tried, and what came of it."""

from typing import Annotated

import typer

from colonnade.cli.kinds import MODEL_VERSION, reference
from colonnade.cli.names import of_kinds
from colonnade.cli.options import connected
from colonnade.cli.output import AsOutput, dump
from colonnade.cli.terminal import say, show
from colonnade.cli.views.trials import trials_of
from colonnade_access.cluster import Cluster


@connected
def trials(
    cluster: Cluster,
    what: Annotated[
        str, typer.Argument(metavar="mv/NAME", help="A ModelVersion.", autocompletion=of_kinds(MODEL_VERSION))
    ],
    output: AsOutput = None,
) -> None:
    """Each trial's parameters and objective, and the best so far."""
    wanted = reference(what, MODEL_VERSION)
    item = cluster.get(wanted)
    found = (item.get("status") or {}).get("trials")
    if output:
        dump((found or {}).get("ended") or [], output)
    elif found:
        show(trials_of(item))
    else:
        say(f"{wanted} has no trials: it has no spec.training.tuning, or its Dataset has no version yet")
