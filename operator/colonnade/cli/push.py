"""`push`: a local file becomes what a Dataset is collected from."""

from pathlib import Path
from typing import Annotated

import typer
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

from colonnade.cli.cluster import Cluster
from colonnade.cli.errors import CliError
from colonnade.cli.kinds import DATASET, Object, reference
from colonnade.cli.names import of_kinds
from colonnade.cli.options import SystemNamespace, connected
from colonnade.cli.store import LocalFile, StorePod, installation, mounted, send
from colonnade.cli.store.installation import SYSTEM_NAMESPACE
from colonnade.cli.terminal import say, stderr
from colonnade.cli.words import size
from colonnade_api.wellknown import REFRESH_ANNOTATION


@connected
def push(
    cluster: Cluster,
    dataset: Annotated[
        str,
        typer.Argument(metavar="dset/NAME", help="The Dataset that the file is for.", autocompletion=of_kinds(DATASET)),
    ],
    file: Annotated[Path, typer.Argument(metavar="FILE", help="csv or parquet.", exists=True, dir_okay=False)],
    system_namespace: SystemNamespace = SYSTEM_NAMESPACE,
) -> None:
    """Bring a local file into the store and have its Dataset collected from it.

    The Dataset's spec.source is `upload: {}`. The same file pushed twice makes no new version.
    """
    wanted = reference(dataset, DATASET)
    found = cluster.get(wanted)
    refuse_other_source(found)
    settings = installation(cluster, system_namespace)
    if settings.bucket:
        raise CliError(in_bucket(settings.bucket, cluster.namespace, wanted.name, file.name))
    local = LocalFile.read(file)
    with mounted(cluster, found, settings) as store:
        sent = _send(store, local, f"uploads/{wanted.name}/{local.name}")
    cluster.merge(wanted, {"metadata": {"annotations": {REFRESH_ANNOTATION: f"sha256:{local.digest}"}}})
    outcome = "stored, sha256 verified" if sent else "lay in the store already, byte for byte"
    say(f"{local.name}, {size(local.bytes)}: {outcome}")
    say(f"{wanted} is collected from it now: kubectl colonnade status {wanted} --watch")


def refuse_other_source(dataset: Object) -> None:
    """Raises CliError for a Dataset that wouldn't read what is pushed."""
    name, address = dataset["metadata"]["name"], dataset["spec"]["source"].get("storageUri")
    if address and not address.startswith(f"file:///store/uploads/{name}/"):
        raise CliError(
            f"dset/{name} is collected from {address}, not from what is pushed; write spec.source: {{upload: {{}}}}"
        )


def _send(store: StorePod, file: LocalFile, path: str) -> bool:
    with _bar() as bar:
        task = bar.add_task(file.name, total=file.bytes)
        sent = send(store, file, path, lambda count: bar.advance(task, count))
        bar.update(task, completed=file.bytes)
    return sent


def in_bucket(url: str, namespace: str, dataset: str, file: str) -> str:
    """What to do where the store is a bucket: no pod of ours is needed to write to it."""
    target = f"{url.rstrip('/')}/{namespace}/uploads/{dataset}/{file}"
    digest = f"sha256:$(sha256sum {file} | cut -d' ' -f1)"
    return (
        f"the store is the bucket {url}: upload to it directly, then say that there is something new:\n"
        f"  aws s3 cp {file} {target}\n"
        f"  kubectl annotate dset/{dataset} -n {namespace} --overwrite {REFRESH_ANNOTATION}={digest}"
    )


def _bar() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        DownloadColumn(binary_units=True),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
        console=stderr(),
    )
