"""`drift`: what moved on a Deployment, feature by feature, then and now."""

import webbrowser
from pathlib import Path
from tempfile import mkdtemp
from typing import Annotated

import typer

from colonnade.cli.kinds import DEPLOYMENT, reference
from colonnade.cli.names import of_kinds
from colonnade.cli.options import connected
from colonnade.cli.terminal import say, show
from colonnade.cli.views.drift import drift_of
from colonnade_access.cluster import Cluster
from colonnade_access.references import Object
from colonnade_api import DeploymentStatus, pages

Open = Annotated[bool, typer.Option("--open", help="Draw it as a page, say where it is, and open it.")]
Output = Annotated[
    Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write the page there.", dir_okay=False)
]


@connected
def drift(
    cluster: Cluster,
    deployment: Annotated[
        str, typer.Argument(metavar="mdep/NAME", help="The Deployment.", autocompletion=of_kinds(DEPLOYMENT))
    ],
    opened: Open = False,
    output: Output = None,
) -> None:
    """What moved since training: for each feature its rows then and now, as the last verdicts have them."""
    item = cluster.get(reference(deployment, DEPLOYMENT))
    show(drift_of(item))
    if output:
        _write(item, output)
    if opened:
        page = Path(mkdtemp(prefix="colonnade-")) / f"{item['metadata']['name']}-drift.html"
        _write(item, page)
        webbrowser.open(page.as_uri())


def _write(item: Object, page: Path) -> None:
    status = DeploymentStatus.model_validate(item.get("status") or {})
    page.write_text(pages.drift(status.verdicts, item["metadata"]["name"]), encoding="utf-8")
    say(str(page))
