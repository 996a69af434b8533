"""`verify`: whether what pods serve is what was made of those rows by who may make it."""

from dataclasses import asdict
from typing import Annotated

import typer

from colonnade.cli.errors import CliError
from colonnade.cli.kinds import MODEL_VERSION, reference
from colonnade.cli.names import of_kinds
from colonnade.cli.options import SystemNamespace, connected
from colonnade.cli.output import AsOutput, dump
from colonnade.cli.terminal import show
from colonnade.cli.views.proof import proof_of
from colonnade_access.cluster import Cluster
from colonnade_access.reading import Place, needed
from colonnade_access.store.installation import SYSTEM_NAMESPACE


@connected
def verify(
    cluster: Cluster,
    what: Annotated[
        str, typer.Argument(metavar="mv/NAME", help="A ModelVersion.", autocompletion=of_kinds(MODEL_VERSION))
    ],
    no_rows: Annotated[
        bool, typer.Option("--no-rows", help="Hold the Dataset version's manifest against its digest, not all rows.")
    ] = False,
    output: AsOutput = None,
    system_namespace: SystemNamespace = SYSTEM_NAMESPACE,
) -> None:
    """The digests from rows to pods, each link looked at now: the Dataset version, the statement of how the bundle was
    made, the bundle, its signature, and what each pod has loaded. Exit code 1 where a link is broken.
    """
    wanted = reference(what, MODEL_VERSION)
    item = cluster.get(wanted)
    if not (item.get("status") or {}).get("digest"):
        raise CliError(f"{wanted} has no bundle yet; see kubectl colonnade status {wanted}")
    with needed():
        from colonnade.cli.proof import chain_of  # noqa: PLC0415 - who verifies nothing needs no cryptography
    chain = chain_of(Place(cluster, system_namespace), item, rows=not no_rows)
    if output:
        served = {name: [asdict(link) for link in links] for name, links in chain.served.items()}
        told = {
            "modelVersion": wanted.name,
            "holds": not chain.is_broken,
            "stored": [asdict(each) for each in chain.stored],
        }
        dump(told | {"served": served}, output)
    else:
        seen = {name: [(each.name, each.state, each.said) for each in links] for name, links in chain.served.items()}
        show(proof_of(wanted.name, [(each.name, each.state, each.said) for each in chain.stored], seen))
    if chain.is_broken:
        raise typer.Exit(1)
