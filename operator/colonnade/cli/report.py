"""`report`: which rules a Dataset's rows broke, and the rows that were set aside."""

import json
import webbrowser
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from tempfile import mkdtemp
from typing import Annotated, Any

import typer

from colonnade.cli.errors import CliError
from colonnade.cli.kinds import DATASET, reference
from colonnade.cli.names import of_kinds
from colonnade.cli.options import SystemNamespace, connected
from colonnade.cli.terminal import say, show
from colonnade.cli.views.report import report_of
from colonnade_access.cluster import Cluster
from colonnade_access.references import Object
from colonnade_access.store import StorePod, fetch, installation, mounted
from colonnade_access.store.installation import SYSTEM_NAMESPACE
from colonnade_access.store.manifests import MOUNT
from colonnade_access.words import count, short
from colonnade_api import DatasetStatus, DatasetVersion, pages
from colonnade_api.encryption import SEALED_FILE

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
    system_namespace: SystemNamespace = SYSTEM_NAMESPACE,
) -> None:
    """Rules hit, with examples; of the rows refused last, else of the current version.

    The rows that were set aside are written as parquet, each with the rules that it broke.
    """
    item = cluster.get(reference(dataset, DATASET))
    chosen = choose(item, version)
    settings = installation(cluster, system_namespace)
    if settings.bucket:
        raise CliError(f"the store is a bucket; read the report there: aws s3 cp {chosen.report_uri} -")
    with mounted(cluster, item, settings) as store:
        found = _read(store, chosen)
        if quarantined:
            _save(store, _path(chosen.quarantine_uri), quarantined)
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
    digits = prefix.removeprefix("sha256:")
    found = [each for each in status.versions if each.digest and each.digest.removeprefix("sha256:").startswith(digits)]
    if len(found) != 1:
        there = ", ".join(short(each.digest) for each in status.versions) or "none"
        raise CliError(f"{name} has {count(len(found), 'version')} that start with {digits}; there are: {there}")
    return found[0]


def _path(uri: str | None) -> str:
    if not uri:
        raise CliError("this version has no report in the store")
    return uri.removeprefix(f"file://{MOUNT}/")


def _read(store: StorePod, version: DatasetVersion) -> dict[str, Any]:
    """Raises CliError when it isn't the one that the Job's answer named."""
    path, content = _path(version.report_uri), BytesIO()
    fetch(store, path, content)
    if content.getvalue().startswith(SEALED_FILE):
        raise CliError(
            f"{path} is encrypted, and this command has no key: see docs/data/encryption.md for who can read it"
        )
    digest = f"sha256:{sha256(content.getvalue()).hexdigest()}"
    if version.report_digest and digest != version.report_digest:
        raise CliError(
            f"{path} was changed since it was written: its digest is {short(digest)}, and status has "
            f"{short(version.report_digest)}; restore it from a backup, or collect the Dataset again"
        )
    found: dict[str, Any] = json.loads(content.getvalue())
    return found


def _open(found: dict[str, Any], name: str, version: DatasetVersion) -> None:
    """Draws the page here, of the report that was proven: a page that lies in the store could have been changed."""
    digest = short(version.digest) if version.digest else ""
    page = Path(mkdtemp(prefix="colonnade-")) / f"{name}-{digest or 'refused'}.html"
    page.write_text(pages.dataset_report(found, name, digest), encoding="utf-8")
    say(str(page))
    webbrowser.open(page.as_uri())


def _save(store: StorePod, path: str, target: Path) -> None:
    partial = target.with_name(f".{target.name}.partial")
    try:
        with partial.open("wb") as file:
            fetch(store, path, file)
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
