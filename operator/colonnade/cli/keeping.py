"""`audit`, `backup`, `restore`, `diff`, `gc`: something is done once for a Dataset's versions, and its answer told."""

import json
from datetime import UTC, datetime
from typing import Annotated, NamedTuple, Self

import typer

from colonnade.cli.kinds import DATASET, DEPLOYMENT, MODEL_VERSION, reference
from colonnade.cli.names import of_kinds
from colonnade.cli.options import SystemNamespace, connected
from colonnade.cli.terminal import say, show
from colonnade.cli.views.garbage import of_units, referrers
from colonnade.cli.waiting import looks
from colonnade_access import reading
from colonnade_access.cluster import Cluster
from colonnade_access.errors import ColonnadeError
from colonnade_access.naming import version_of
from colonnade_access.reading import Place
from colonnade_access.references import Object, Reference
from colonnade_access.store.installation import SYSTEM_NAMESPACE
from colonnade_api import DatasetStatus
from colonnade_api.datasets.keepcommands import ALL, DRY_RUN, TAKE_OVER, parse, written
from colonnade_api.datasets.keeping import KeepingRecord
from colonnade_api.references import HOLD_DIGITS, holds, tags
from colonnade_api.wellknown import HOLD_PREFIX, KEEP_ANNOTATION

ANSWERED_WITHIN_SECONDS = 3600.0
HOLDS_ALL = ("InvalidSpec", "StoreMoved")
"""Reasons for which nothing is done for a Dataset before someone has mended it."""

Which = Annotated[str, typer.Argument(metavar="dset/NAME", help="The Dataset.", autocompletion=of_kinds(DATASET))]


@connected
def audit(cluster: Cluster, dataset: Which) -> None:
    """Read the stored versions again now: each byte against its digest; what is damaged comes from the backup."""
    _ask(cluster, dataset, "audit")


@connected
def backup(
    cluster: Cluster,
    dataset: Which,
    verify: Annotated[
        bool, typer.Option("--verify", help="Restore each copy into scratch, and compare digests.")
    ] = False,
) -> None:
    """Copy the versions to the backup now; what is there isn't sent again."""
    _ask(cluster, dataset, "verify" if verify else "backup")


@connected
def rotate(cluster: Cluster, dataset: Which) -> None:
    """Wrap each version's data key by the key that the spec names now, in store and backup; no rows are written.

    Another key is named in spec.privacy.encryption.keySecretRef, the one before in previousKeys, which happens then by
    itself too; once this has succeeded, the old key may go.
    """
    _ask(cluster, dataset, "rotate")


@connected
def restore(
    cluster: Cluster,
    dataset: Which,
    version: Annotated[
        str | None, typer.Option("--version", metavar="DIGEST", help="This version: a tag, or a digest.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="All that the backup has of the Dataset.")] = False,
) -> None:
    """Bring versions back from the backup; of one that is damaged, the damaged files."""
    if (version is None) != every:
        raise typer.BadParameter("say which by one of the two", param_hint="'--version' / '--all'")
    if version is None:
        _ask(cluster, dataset, "restore", ALL)
        return
    wanted = _Wanted.of(cluster, dataset)
    digits = version_of(wanted.item, version)
    hold = None if _stays(wanted, digits) else f"{HOLD_PREFIX}{digits[:HOLD_DIGITS]}"
    if hold:
        cluster.merge(wanted.named, {"metadata": {"annotations": {hold: f"restored {datetime.now(UTC):%Y-%m-%d}"}}})
    try:
        _ask(cluster, dataset, "restore", digits)
    except ColonnadeError:
        if hold:
            cluster.merge(wanted.named, {"metadata": {"annotations": {hold: None}}})
        raise
    if hold:
        say(f"it is held, so that it stays: kubectl colonnade release {wanted.named} {digits[:10]} ends that")


@connected
def diff(
    cluster: Cluster,
    dataset: Which,
    before: Annotated[str, typer.Argument(metavar="A", help="A version: a tag, or a digest's first digits.")],
    after: Annotated[str, typer.Argument(metavar="B", help="The one to compare with it.")],
) -> None:
    """What changed between two versions: rows, schema, how each column's values are spread."""
    record = _ask(cluster, dataset, "diff", before, after)
    say(f"as a page: {record.page_uri}; as JSON: {record.report_uri}")


@connected
def gc(
    cluster: Cluster,
    dataset: Which,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")] = False,
    take_over: Annotated[
        bool,
        typer.Option(
            "--take-over", help="Whichever installation collected this store before is no more; this one does now."
        ),
    ] = False,
    system_namespace: SystemNamespace = SYSTEM_NAMESPACE,
) -> None:
    """Collect the namespace's garbage now: what was marked a day ago and has no reference goes, more is marked.

    With --dry-run, each unit in the store is shown, what would become of it, and who refers to it.
    """
    if dry_run and take_over:
        raise typer.BadParameter("one of the two at a time", param_hint="'--dry-run' / '--take-over'")
    record = _ask(cluster, dataset, "gc", *([DRY_RUN] * dry_run), *([TAKE_OVER] * take_over))
    if dry_run:
        item = cluster.get(reference(dataset, DATASET))
        with reading.opened(Place(cluster, system_namespace), item) as files:
            report = reading.content(files, reading.path_of(record.report_uri, files), record.report_digest)
        objects = (each for kind in (DATASET, MODEL_VERSION, DEPLOYMENT) for each in cluster.list(kind))
        show(of_units(json.loads(report)["units"], referrers(objects)))
    say(f"each unit, and what becomes of it: {record.report_uri}")


class _Wanted(NamedTuple):
    """A Dataset as it was when the command began."""

    named: Reference
    item: Object

    @classmethod
    def of(cls, cluster: Cluster, dataset: str) -> Self:
        named = reference(dataset, DATASET)
        return cls(named, cluster.get(named))

    @property
    def annotations(self) -> dict[str, str]:
        return self.item["metadata"].get("annotations") or {}


def _stays(wanted: _Wanted, digits: str) -> bool:
    """Whether a version is listed, or is called or held by anybody, or will be the only one."""
    versions = (wanted.item.get("status") or {}).get("versions") or []
    listed = [str(version.get("digest") or "").removeprefix("sha256:") for version in versions]
    named = [digest.removeprefix("sha256:") for digest in tags(wanted.annotations).values()]
    return not listed or digits in (*listed, *named) or digits[:HOLD_DIGITS] in holds(wanted.annotations)


def _ask(cluster: Cluster, dataset: str, verb: str, *arguments: str) -> KeepingRecord:
    """Raises ColonnadeError where it failed, with the words of the Job."""
    wanted, item = _Wanted.of(cluster, dataset)
    words = (ALL, DRY_RUN, TAKE_OVER)
    named = (each if each in words else version_of(item, each) for each in arguments)
    return ask(cluster, wanted, verb, *named)


def ask(cluster: Cluster, wanted: Reference, verb: str, *arguments: str, **notes: str) -> KeepingRecord:
    """Asks, waits and tells the answer. arguments: as the annotation has them. notes: annotations beside it.

    Raises ColonnadeError where it failed, with the words of the Job, or can't be begun.
    """
    _must_go_on(cluster, wanted)
    word = written(verb, *arguments, at=f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%fZ}")
    cluster.merge(wanted, {"metadata": {"annotations": {**notes, KEEP_ANNOTATION: word}}})
    for _ in looks(ANSWERED_WITHIN_SECONDS):
        status = DatasetStatus.model_validate(cluster.get(wanted).get("status") or {})
        if record := _record(status, word):
            if record.outcome == "Failed":
                raise ColonnadeError(f"{wanted}: {record.reason}: {record.message}")
            say(f"{wanted}: {record.message}")
            return record
    raise ColonnadeError(f"{wanted}: no answer yet; it goes on: see kubectl colonnade status {wanted}")


def _must_go_on(cluster: Cluster, wanted: Reference) -> None:
    stalled = DatasetStatus.model_validate(cluster.get(wanted).get("status") or {}).condition("Stalled")
    if stalled and stalled.status == "True" and stalled.reason in HOLDS_ALL:
        raise ColonnadeError(f"{wanted}: {stalled.reason}: {stalled.message}; ask again then")


def _record(status: DatasetStatus, word: str) -> KeepingRecord | None:
    command = parse(word)
    return next((each for each in status.keeping if command and each.kind == command.kind and each.asked == word), None)
