"""Names for the shell to offer: those that there are, in the namespace that the line so far names."""

from collections.abc import Callable

import typer

from colonnade.cli.options import FLAGS
from colonnade.kube.kinds import Resource
from colonnade_access.connection import connect
from colonnade_access.errors import ColonnadeError


def of_kinds(*kinds: Resource) -> Callable[[typer.Context, str], list[str]]:
    """`KIND/NAME` of these kinds; of the first, NAME alone where the word begins so. None where nobody answers."""

    def offer(here: typer.Context, incomplete: str) -> list[str]:
        before = here.obj or (here.parent.params if here.parent else {})
        chosen = {flag: here.params.get(flag) or before.get(flag) for flag in FLAGS}
        try:
            cluster = connect(**chosen)
            found = {kind: [str(each["metadata"]["name"]) for each in cluster.list(kind)] for kind in kinds}
        except ColonnadeError:
            return []
        full = [f"{kind.short}/{name}" for kind in kinds for name in found[kind]]
        offered = [each for each in full if each.startswith(incomplete)]
        return offered or [name for name in found[kinds[0]] if name.startswith(incomplete)]

    return offer
