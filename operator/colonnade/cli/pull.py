"""`pull`: the rows of a version, proven, into a local file."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from colonnade.cli.errors import UsageError
from colonnade.cli.keyoptions import KeyFile, KeyFromSecret
from colonnade.cli.kinds import DATASET, reference
from colonnade.cli.names import of_kinds
from colonnade.cli.options import SystemNamespace, connected
from colonnade.cli.terminal import say
from colonnade_access.cluster import Cluster
from colonnade_access.naming import version_of
from colonnade_access.reading import Place, needed
from colonnade_access.store.installation import SYSTEM_NAMESPACE
from colonnade_access.words import size

BATCH_ROWS = 65_536
Version = Annotated[
    str | None,
    typer.Option("--version", metavar="VERSION", help="A tag, or a digest's first digits. Left out: current."),
]


@connected
def pull(  # noqa: PLR0913, PLR0917 - an option each
    cluster: Cluster,
    dataset: Annotated[str, typer.Argument(metavar="dset/NAME", help="The Dataset.", autocompletion=of_kinds(DATASET))],
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FILE", help="NAME.parquet or NAME.csv.", dir_okay=False)
    ],
    version: Version = None,
    key_file: KeyFile = None,
    key_from_secret: KeyFromSecret = False,
    system_namespace: SystemNamespace = SYSTEM_NAMESPACE,
) -> None:
    """Write a version's rows to a local file, each value proven by the version's digest.

    A store that is a bucket is read with your own credentials for it (AWS_ACCESS_KEY_ID, ...).
    """
    write = FORMATS.get(output.suffix.lower())
    if write is None:
        raise UsageError(f"{output}: the name ends in .parquet or .csv, which says what is written")
    item = cluster.get(reference(dataset, DATASET))
    digest = f"sha256:{version_of(item, version)}"
    with needed():
        from colonnade_access.reading import tables  # noqa: PLC0415 - only this command needs pyarrow
    place = Place(cluster, system_namespace, {}, tuple(key_file or ()), key_from_secret)
    found = tables.table(place, item, digest, "data.parquet")
    partial = output.with_name(f".{output.name}.partial")
    try:
        write(found, partial)
        partial.replace(output)
    finally:
        partial.unlink(missing_ok=True)
    say(f"{dataset}: version {digest[7:17]} is in {output}, {size(output.stat().st_size)}, each value proven")


def _csv(table: Path, target: Path) -> None:
    """A missing value is empty, all others are quoted: so an empty text isn't taken for one that is missing."""
    import pyarrow.parquet as pq  # noqa: PLC0415
    from pyarrow import csv  # noqa: PLC0415 - as above

    told = csv.WriteOptions(quoting_style="all_valid")
    with pq.ParquetFile(table) as file, csv.CSVWriter(target, file.schema_arrow, write_options=told) as writer:
        for batch in file.iter_batches(BATCH_ROWS):
            writer.write_batch(batch)


FORMATS: dict[str, Callable[[Path, Path], object]] = {".parquet": shutil.copyfile, ".csv": _csv}
