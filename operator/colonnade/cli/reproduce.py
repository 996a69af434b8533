"""`reproduce`: a version made once more, to see whether it is the same."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from colonnade.cli.errors import CliError
from colonnade.cli.kinds import MODEL_VERSION, reference
from colonnade.cli.names import of_kinds
from colonnade.cli.options import connected
from colonnade.cli.terminal import say
from colonnade.cli.waiting import looks
from colonnade_access.cluster import Cluster
from colonnade_access.references import Reference
from colonnade_access.words import short
from colonnade_api import ModelVersionStatus
from colonnade_api.models.provenance import Reproduced
from colonnade_api.wellknown import REPRODUCE_ANNOTATION

MADE_WITHIN_SECONDS = 24 * 3600.0


@connected
def reproduce(
    cluster: Cluster,
    what: Annotated[
        str, typer.Argument(metavar="mv/NAME", help="A ModelVersion.", autocompletion=of_kinds(MODEL_VERSION))
    ],
    no_wait: Annotated[bool, typer.Option("--no-wait", help="Ask, and don't wait for the answer.")] = False,
) -> None:
    """Make it once more, of the same spec and the same rows, and say whether the same bundle comes of it.

    A Job does it; the version stays as it is. Exit code 1 where it is another bundle, or none.
    """
    wanted = reference(what, MODEL_VERSION)
    status = _status(cluster, wanted)
    if not status.digest:
        raise CliError(f"{wanted} has no bundle yet; see kubectl colonnade status {wanted}")
    request = f"{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}"
    cluster.merge(wanted, {"metadata": {"annotations": {REPRODUCE_ANNOTATION: request}}})
    if no_wait:
        say(f"{wanted} is made once more; status.reproduced will say whether it is {short(status.digest)} again")
        return
    found = _answer(cluster, wanted, request)
    say(f"{wanted} {short(status.digest)}: {found.message}")
    if not found.same_digest:
        raise typer.Exit(1)


def _answer(cluster: Cluster, wanted: Reference, request: str) -> Reproduced:
    for _ in looks(MADE_WITHIN_SECONDS):
        found = _status(cluster, wanted).reproduced
        if found and found.request == request:
            return found
    raise CliError(f"{wanted}: no answer within a day; see kubectl colonnade status {wanted}")


def _status(cluster: Cluster, wanted: Reference) -> ModelVersionStatus:
    return ModelVersionStatus.model_validate(cluster.get(wanted).get("status") or {})
