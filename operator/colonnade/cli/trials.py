"""`trials`: what a search has tried, and what came of it."""

import webbrowser
from pathlib import Path
from tempfile import mkdtemp
from typing import Annotated

import typer

from colonnade.cli.kinds import MODEL_VERSION, reference
from colonnade.cli.names import of_kinds
from colonnade.cli.options import connected
from colonnade.cli.output import AsOutput, dump
from colonnade.cli.terminal import say, show
from colonnade.cli.views.trials import trials_of
from colonnade_access.cluster import Cluster
from colonnade_access.references import Object
from colonnade_api import ModelVersionSpec, ModelVersionStatus, pages

Open = Annotated[bool, typer.Option("--open", help="Draw the search as a page, say where it is, and open it.")]
PageFile = Annotated[Path | None, typer.Option("--page", metavar="FILE", help="Write the page there.", dir_okay=False)]


@connected
def trials(
    cluster: Cluster,
    what: Annotated[
        str, typer.Argument(metavar="mv/NAME", help="A ModelVersion.", autocompletion=of_kinds(MODEL_VERSION))
    ],
    output: AsOutput = None,
    opened: Open = False,
    file: PageFile = None,
) -> None:
    """Each trial's parameters and objective, and the best so far."""
    wanted = reference(what, MODEL_VERSION)
    item = cluster.get(wanted)
    found = (item.get("status") or {}).get("trials")
    if output:
        dump((found or {}).get("ended") or [], output)
    elif found:
        show(trials_of(item))
        _draw(item, file, opened=opened)
    else:
        say(f"{wanted} has no trials: it has no spec.training.tuning, or its Dataset has no version yet")


def _draw(item: Object, file: Path | None, *, opened: bool) -> None:
    name = item["metadata"]["name"]
    targets = [file] if file else []
    if opened:
        targets.append(Path(mkdtemp(prefix="colonnade-")) / f"{name}-trials.html")
    for target in targets:
        _write(item, target)
        say(str(target))
    if opened:
        webbrowser.open(targets[-1].as_uri())


def _write(item: Object, target: Path) -> None:
    training = ModelVersionSpec.model_validate(item["spec"]).training
    found = ModelVersionStatus.model_validate(item["status"]).trials
    if training and found:
        target.write_text(pages.trials(item["metadata"]["name"], training, found), encoding="utf-8")
