"""`tag`, `hold`, `release`: what people call a Dataset's versions, and which of them stay."""

import re
from typing import Annotated

import typer

from colonnade.cli.keeping import Which
from colonnade.cli.kinds import DATASET, reference
from colonnade.cli.options import connected
from colonnade.cli.terminal import say
from colonnade_access.cluster import Cluster
from colonnade_access.errors import ColonnadeError
from colonnade_access.naming import version_of
from colonnade_api import DatasetStatus
from colonnade_api.references import HOLD_DIGITS, holds, tags
from colonnade_api.wellknown import HOLD_PREFIX, TAG_PREFIX

VERSION = Annotated[str, typer.Argument(metavar="VERSION", help="A tag, or a digest's first digits.")]
NAME = re.compile(r"[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?")
"""What the API server takes behind an annotation's slash."""


@connected
def tag(
    cluster: Cluster,
    dataset: Which,
    version: VERSION,
    name: Annotated[str, typer.Argument(metavar="TAG", help="The name.")],
) -> None:
    """Give a version a name; it stays while it has one. A name that another version has moves."""
    if not NAME.fullmatch(name):
        raise ColonnadeError(f'"{name}" can\'t be a tag: letters, digits, dots and dashes, 63 at most')
    digits = _annotated(cluster, dataset, version, f"{TAG_PREFIX}{name}", None)
    say(f"{dataset}: {digits[:10]} is {name}, and stays while it is")


@connected
def hold(
    cluster: Cluster,
    dataset: Which,
    version: VERSION,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why, for those who ask later.")],
) -> None:
    """A version stays, whatever spec.retention says, until it is released."""
    digits = _annotated(cluster, dataset, version, "", reason)
    say(f"{dataset}: {digits[:10]} stays: {reason}")


@connected
def release(
    cluster: Cluster,
    dataset: Which,
    what: Annotated[
        str, typer.Argument(metavar="{VERSION|TAG}", help="A tag to take away, or a version that is held.")
    ],
) -> None:
    """Take a tag, or a version's hold, away."""
    wanted = reference(dataset, DATASET)
    item = cluster.get(wanted)
    annotations = item["metadata"].get("annotations") or {}
    key = f"{TAG_PREFIX}{what}"
    if what not in tags(annotations):
        digits = version_of(item, what)[:HOLD_DIGITS]
        if digits not in holds(annotations):
            raise ColonnadeError(f"{wanted}: {what} is no tag and is not held")
        key = f"{HOLD_PREFIX}{digits}"
    cluster.merge(wanted, {"metadata": {"annotations": {key: None}}})
    say(f"{wanted}: {what} is released")


def _annotated(cluster: Cluster, dataset: str, version: str, key: str, reason: str | None) -> str:
    """The version's 64 hex digits. key: a tag's; of a hold it is made of the digits."""
    wanted = reference(dataset, DATASET)
    item = cluster.get(wanted)
    status = DatasetStatus.model_validate(item.get("status") or {})
    digits = version_of(item, version)
    if digits not in {(each.digest or "").removeprefix("sha256:") for each in status.versions}:
        raise ColonnadeError(f"{wanted} has no version {digits[:10]} (any more); kubectl colonnade versions {wanted}")
    named = {key: f"sha256:{digits}"} if reason is None else {f"{HOLD_PREFIX}{digits[:HOLD_DIGITS]}": reason}
    cluster.merge(wanted, {"metadata": {"annotations": named}})
    return digits
