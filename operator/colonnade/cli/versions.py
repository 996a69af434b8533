"""`versions`: all versions of a Dataset, or of a model."""

from typing import Annotated

import typer

from colonnade.cli.kinds import DATASET, DEPLOYMENT, MODEL_VERSION, reference
from colonnade.cli.names import of_kinds
from colonnade.cli.options import connected
from colonnade.cli.output import AsOutput, Output, dump, listed
from colonnade.cli.terminal import say, show
from colonnade.cli.views.versions import of_dataset, of_model
from colonnade_access.cluster import Cluster, NotFound
from colonnade_access.references import Object, Reference
from colonnade_access.words import utc_now
from colonnade_api.models.modelversion import made_at

WHAT = "dset/NAME, or mv/NAME: the model of that ModelVersion, or of that name."


@connected
def versions(
    cluster: Cluster,
    what: Annotated[
        str,
        typer.Argument(metavar="KIND/NAME", help=WHAT, autocompletion=of_kinds(DATASET, MODEL_VERSION)),
    ],
    output: AsOutput = None,
) -> None:
    """A Dataset's versions with who learnt from each; a model's with their numbers and who serves them."""
    wanted = reference(what, DATASET, MODEL_VERSION)
    if wanted.kind == DATASET:
        _of_dataset(cluster, wanted, output)
    else:
        _of_model(cluster, wanted, output)


def _of_dataset(cluster: Cluster, wanted: Reference, output: Output | None) -> None:
    item = cluster.get(wanted)
    those = (item.get("status") or {}).get("versions") or []
    if output:
        dump(those, output)
    elif those:
        show(of_dataset(item, cluster.list(MODEL_VERSION), utc_now()))
    else:
        say(f"{wanted} has no version yet: see kubectl colonnade status {wanted}")


def _of_model(cluster: Cluster, wanted: Reference, output: Output | None) -> None:
    those = _newest_first(wanted, cluster.list(MODEL_VERSION), cluster.namespace)
    if output:
        dump(listed(those), output)
    else:
        show(of_model(those, cluster.list(DEPLOYMENT), utc_now()))


def _newest_first(wanted: Reference, every: list[Object], namespace: str) -> list[Object]:
    model = next((each["spec"]["model"] for each in every if each["metadata"]["name"] == wanted.name), wanted.name)
    its = [each for each in every if each["spec"]["model"] == model]
    if not its:
        raise NotFound(str(wanted), namespace, [each["metadata"]["name"] for each in every])
    return sorted(its, key=lambda each: (made_at(each), each["metadata"]["name"]), reverse=True)
