"""`push`: a local file becomes what a Dataset is collected or a ModelVersion imported from."""

from pathlib import Path
from typing import Annotated, NamedTuple

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

from colonnade.cli.errors import CliError
from colonnade.cli.kinds import DATASET, MODEL_VERSION, reference
from colonnade.cli.names import of_kinds
from colonnade.cli.options import SystemNamespace, connected
from colonnade.cli.terminal import say, stderr
from colonnade.cli.views.dataset import source as source_of
from colonnade_access.cluster import Cluster
from colonnade_access.references import Object
from colonnade_access.store import LocalFile, StorePod, installation, mounted, send
from colonnade_access.store.installation import SYSTEM_NAMESPACE
from colonnade_access.words import size
from colonnade_api.datasets.sources import dataset_uploads, model_upload
from colonnade_api.wellknown import REFRESH_ANNOTATION, UPLOAD_ANNOTATION


@connected
def push(
    cluster: Cluster,
    wanted: Annotated[
        str,
        typer.Argument(
            metavar="{dset|mv}/NAME",
            help="The Dataset or ModelVersion that the file is for.",
            autocompletion=of_kinds(DATASET, MODEL_VERSION),
        ),
    ],
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE", help="csv or parquet; onnx for a ModelVersion.", exists=True, dir_okay=False),
    ],
    system_namespace: SystemNamespace = SYSTEM_NAMESPACE,
) -> None:
    """Bring a local file into the store, and have its Dataset collected or its ModelVersion imported from it.

    The spec.source is `upload: {}`. The same file pushed twice makes nothing new.
    """
    target = reference(wanted, DATASET, MODEL_VERSION)
    found, local = cluster.get(target), LocalFile.read(file)
    upload = dataset_upload(found, local) if target.kind == DATASET else model_version_upload(found, local)
    settings = installation(cluster, system_namespace)
    if bucket := settings.bucket_of(found):
        raise CliError(in_bucket(bucket, cluster.namespace, str(target), local, upload))
    with mounted(cluster, found, settings) as store:
        sent = _send(store, local, upload.path)
    cluster.merge(target, {"metadata": {"annotations": {upload.annotation: f"sha256:{local.digest}"}}})
    outcome = "stored, sha256 verified" if sent else "lay in the store already, byte for byte"
    say(f"{local.name}, {size(local.bytes)}: {outcome}")
    say(f"{target} is {upload.becomes} from it now: kubectl colonnade status {target} --watch")


class Upload(NamedTuple):
    """path: within the namespace's store. annotation: what tells the object of it, by the file's digest."""

    path: str
    annotation: str
    becomes: str


def dataset_upload(dataset: Object, file: LocalFile) -> Upload:
    """Raises CliError for a Dataset that wouldn't read what is pushed."""
    name, folder = dataset["metadata"]["name"], dataset_uploads(dataset["metadata"]["name"])
    source, address = dataset["spec"]["source"], source_of(dataset)
    if "upload" not in source and not address.startswith(f"file:///store/{folder}/"):
        raise CliError(
            f"dset/{name} is collected from {address}, not from what is pushed; write spec.source: {{upload: {{}}}}"
        )
    return Upload(f"{folder}/{file.name}", REFRESH_ANNOTATION, "collected")


def model_version_upload(version: Object, file: LocalFile) -> Upload:
    """Raises CliError for a ModelVersion that wouldn't import what is pushed, or has its model already."""
    name, source = version["metadata"]["name"], version["spec"].get("source")
    if source is None:
        raise CliError(
            f"mv/{name} is trained, not imported; write spec.source: {{upload: {{}}}} in another ModelVersion"
        )
    if "upload" not in source:
        raise CliError(
            f"mv/{name} is imported from {source.get('storageUri')}, not from what is pushed; "
            "write spec.source: {upload: {}} in another ModelVersion"
        )
    told = f"sha256:{file.digest}"
    before = (version["metadata"].get("annotations") or {}).get(UPLOAD_ANNOTATION)
    if (version.get("status") or {}).get("digest") and before != told:
        raise CliError(f"mv/{name} has its model, which never changes: push to a ModelVersion of another name")
    return Upload(model_upload(name, told), UPLOAD_ANNOTATION, "imported")


def _send(store: StorePod, file: LocalFile, path: str) -> bool:
    with _bar() as bar:
        task = bar.add_task(file.name, total=file.bytes)
        sent = send(store, file, path, lambda count: bar.advance(task, count))
        bar.update(task, completed=file.bytes)
    return sent


def in_bucket(root: str, namespace: str, wanted: str, file: LocalFile, upload: Upload) -> str:
    """What to do where the store is a bucket: no pod of ours is needed to write to it. root: of the namespace."""
    return (
        f"the store is the bucket {root}: upload to it directly, then say that there is something new:\n"
        f"  aws s3 cp {file.name} {root}/{upload.path}\n"
        f"  kubectl annotate {wanted} -n {namespace} --overwrite {upload.annotation}=sha256:{file.digest}"
    )


def _bar() -> Progress:
    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TaskProgressColumn(),
        DownloadColumn(binary_units=True),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
        console=stderr(),
    )
