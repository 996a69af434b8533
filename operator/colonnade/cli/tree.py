"""`tree`: from data to pods."""

from typing import Annotated

import typer

from colonnade.cli.kinds import DATASET, DEPLOYMENT, MODEL_VERSION, POD, reference
from colonnade.cli.names import of_kinds
from colonnade.cli.options import connected
from colonnade.cli.output import AsOutput, dump, listed
from colonnade.cli.terminal import show
from colonnade.cli.views.tree import Family
from colonnade.cli.views.tree import tree as tree_of
from colonnade_access.cluster import Cluster
from colonnade_access.references import Reference

KINDS = (DEPLOYMENT, MODEL_VERSION, DATASET)
WHAT = "mdep/NAME (or NAME alone), mv/NAME or dset/NAME; all of the namespace when left out."


@connected
def tree(
    cluster: Cluster,
    what: Annotated[
        str | None, typer.Argument(metavar="[KIND/NAME]", help=WHAT, autocompletion=of_kinds(*KINDS))
    ] = None,
    output: AsOutput = None,
) -> None:
    """Dataset, ModelVersions, Deployments, revisions, pods, each with its state."""
    wanted = reference(what, *KINDS) if what else None
    if wanted:
        cluster.get(wanted)
    family = Family(
        datasets=tuple(cluster.list(DATASET)),
        versions=tuple(cluster.list(MODEL_VERSION)),
        deployments=tuple(cluster.list(DEPLOYMENT)),
        pods=tuple(cluster.list(POD, "app.kubernetes.io/managed-by=colonnade")),
    )
    narrowed = _narrowed(family, wanted)
    if output:
        dump(listed(narrowed.objects()), output)
    else:
        show(tree_of(narrowed))


def _narrowed(family: Family, wanted: Reference | None) -> Family:
    if wanted is None:
        return family
    narrow = {DATASET: family.of_dataset, MODEL_VERSION: family.of_version, DEPLOYMENT: family.of_deployment}
    return narrow[wanted.kind](wanted.name)
