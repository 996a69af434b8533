"""`refresh`: a Dataset's source is looked at now, whatever its schedule says."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from colonnade.cli.errors import CliError
from colonnade.cli.kinds import DATASET, reference
from colonnade.cli.names import of_kinds
from colonnade.cli.options import connected
from colonnade.cli.terminal import say
from colonnade.cli.waiting import looks
from colonnade_access.cluster import Cluster
from colonnade_access.references import Object, Reference
from colonnade_api import DatasetStatus
from colonnade_api.wellknown import REFRESH_ANNOTATION

GOES_ON = "Collecting"


@connected
def refresh(
    cluster: Cluster,
    dataset: Annotated[str, typer.Argument(metavar="dset/NAME", help="The Dataset.", autocompletion=of_kinds(DATASET))],
    wait: Annotated[
        bool, typer.Option("--wait", "-w", help="Until it was looked at; exit 1 where that led to no valid version.")
    ] = False,
) -> None:
    """Look at a Dataset's source now. Changed content makes a new version, the same content none.

    With --wait, a look that is under way ends first: it may have read what was there before.
    """
    wanted = reference(dataset, DATASET)
    item = cluster.get(wanted)
    _check_pushed(item)
    before = _ended(cluster, wanted) if wait else _status(item)
    token = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"
    cluster.merge(wanted, {"metadata": {"annotations": {REFRESH_ANNOTATION: token}}})
    if not wait:
        say(f"{wanted} is looked at: kubectl colonnade status {wanted} --watch")
        return
    say(f"{wanted}: {_outcome(before, _looked_at(cluster, wanted, before))}")


def _check_pushed(item: Object) -> None:
    """Raises CliError for an upload that nobody has pushed."""
    name, annotations = item["metadata"]["name"], item["metadata"].get("annotations") or {}
    if "upload" in item["spec"]["source"] and not annotations.get(REFRESH_ANNOTATION):
        raise CliError(f"dset/{name} has nothing to look at yet: kubectl colonnade push dset/{name} FILE")


def _ended(cluster: Cluster, wanted: Reference) -> DatasetStatus:
    """The status once no Job looks any more."""
    told = ""
    for _ in looks():
        status = _status(cluster.get(wanted))
        words = _collecting(status)
        if not words:
            break
        told = _progress(wanted, words, told)
    return status


def _looked_at(cluster: Cluster, wanted: Reference, before: DatasetStatus) -> DatasetStatus:
    """The status once a look that began later has ended. Raises CliError where it can't."""
    told = ""
    for _ in looks():
        status = _status(cluster.get(wanted))
        if status.checked_at != before.checked_at:
            break
        words = _collecting(status)
        if not words and (why := _holds_up(status)) and why != _holds_up(before):
            raise CliError(f"{wanted}: {why}")
        told = _progress(wanted, words, told)
    return status


def _progress(wanted: Reference, words: str, told: str) -> str:
    if words and words != told:
        say(f"{wanted}: {words}")
    return words or told


def _outcome(before: DatasetStatus, after: DatasetStatus) -> str:
    """Raises CliError where the rows were not accepted."""
    valid, ready = after.condition("Valid"), after.condition("Ready")
    if valid is not None and valid.status == "False":
        raise CliError(f"{valid.reason}: {valid.message}")
    words = ready.message if ready else ""
    return f"unchanged, {words}" if after.current == before.current else words


def _status(item: Object) -> DatasetStatus:
    return DatasetStatus.model_validate(item.get("status") or {})


def _collecting(status: DatasetStatus) -> str:
    going = status.condition("Reconciling")
    return going.message if going and going.reason == GOES_ON else ""


def _holds_up(status: DatasetStatus) -> str:
    found = status.condition("Stalled") or status.condition("Reconciling")
    return f"{found.reason}: {found.message}" if found and found.reason != GOES_ON else ""
