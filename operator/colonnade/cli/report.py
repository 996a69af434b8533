"""`report`: which rules a Dataset's rows broke, and the rows that were set aside."""

import json
import shutil
import webbrowser
from pathlib import Path
from tempfile import mkdtemp
from typing import Annotated, Any

import typer

from colonnade.cli.errors import CliError
from colonnade.cli.keyoptions import KeyFile, KeyFromSecret
from colonnade.cli.kinds import DATASET, reference
from colonnade.cli.names import of_kinds
from colonnade.cli.options import SystemNamespace, connected
from colonnade.cli.terminal import say, show
from colonnade.cli.views.report import report_of
from colonnade_access import reading
from colonnade_access.cluster import Cluster
from colonnade_access.naming import version_of
from colonnade_access.reading import Place
from colonnade_access.references import Object
from colonnade_access.store.installation import SYSTEM_NAMESPACE
from colonnade_access.words import count, short
from colonnade_api import DatasetStatus, DatasetVersion, pages
from colonnade_api.datasets.encryption import SEALED_TABLE

Target = Annotated[
    Path | None,
    typer.Option("--quarantined", metavar="FILE", help="Write the rows that were set aside there.", dir_okay=False),
]
Version = Annotated[
    str | None,
    typer.Option("--version", metavar="DIGEST", help="Of this version; its first digits are enough."),
]


Open = Annotated[bool, typer.Option("--open", help="Draw the report as a page, say where it is, and open it.")]


@connected
def report(  # noqa: PLR0913, PLR0917 - an option each
    cluster: Cluster,
    dataset: Annotated[str, typer.Argument(metavar="dset/NAME", help="The Dataset.", autocompletion=of_kinds(DATASET))],
    quarantined: Target = None,
    version: Version = None,
    opened: Open = False,
    key_file: KeyFile = None,
    key_from_secret: KeyFromSecret = False,
    system_namespace: SystemNamespace = SYSTEM_NAMESPACE,
) -> None:
    """Rules hit, with examples; of the rows refused last, else of the current version.

    The rows that were set aside are written as parquet, each with the rules that it broke.
    """
    item = cluster.get(reference(dataset, DATASET))
    chosen = choose(item, version)
    place = Place(cluster, system_namespace, {}, tuple(key_file or ()), key_from_secret)
    found = json.loads(reading.report(place, item, chosen))
    if quarantined:
        _save(place, item, chosen, quarantined)
    show(report_of(found, item["metadata"]["name"], chosen))
    if opened:
        _open(found, item["metadata"]["name"], chosen)
    if quarantined:
        say(f"{count(chosen.invalid_rows, 'row')} written to {quarantined}, each with its reasons")


def choose(item: Object, prefix: str | None) -> DatasetVersion:
    """The version that the user means.

    Raises CliError when there is none, with those that there are.
    """
    status = DatasetStatus.model_validate(item.get("status") or {})
    name = f"dset/{item['metadata']['name']}"
    if prefix is None:
        newest = status.refused or next(iter(status.versions), None)
        if newest is None:
            raise CliError(f"{name} was not collected yet, so there is no report; see kubectl colonnade status {name}")
        return newest
    digest = f"sha256:{version_of(item, prefix)}"
    found = next((each for each in status.versions if each.digest == digest), None)
    if found is None:
        raise CliError(f"{name} lists {short(digest)} no more; kubectl colonnade restore {name} brings it back")
    return found


def _open(found: dict[str, Any], name: str, version: DatasetVersion) -> None:
    """Draws the page here, of the report that was proven: a page that lies in the store could have been changed."""
    digest = short(version.digest) if version.digest else ""
    page = Path(mkdtemp(prefix="colonnade-")) / f"{name}-{digest or 'refused'}.html"
    page.write_text(pages.dataset_report(found, name, digest), encoding="utf-8")
    say(str(page))
    webbrowser.open(page.as_uri())


def _save(place: Place, item: Object, version: DatasetVersion, target: Path) -> None:
    """The rows as they lie in the store; those that are encrypted in plain, and proven."""
    partial = target.with_name(f".{target.name}.partial")
    try:
        with reading.opened(place, item) as files, partial.open("wb") as file:
            files.fetch(reading.path_of(version.quarantine_uri, files), file, lambda _: None)
        if _is_encrypted(partial):
            shutil.copyfile(_in_plain(place, item, version), partial)
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)


def _is_encrypted(file: Path) -> bool:
    with file.open("rb") as start:
        return start.read(4) == SEALED_TABLE


def _in_plain(place: Place, item: Object, version: DatasetVersion) -> Path:
    """Raises CliError of rows that made no version: no digest covers them."""
    if version.digest is None:
        raise CliError(
            "these rows were refused and are encrypted, so that no digest proves them; read them by a Job with the key"
        )
    with reading.needed():
        from colonnade_access.reading import tables  # noqa: PLC0415 - what is plain needs no pyarrow
    return tables.table(place, item, version.digest, "quarantine.parquet")
