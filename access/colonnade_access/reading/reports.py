"""Small files in plain: reports, cards, what a version says of itself; proven where their digest is known."""

import hashlib
from collections.abc import Callable
from io import BytesIO

from colonnade_access.errors import Corrupt
from colonnade_access.reading.extra import needed
from colonnade_access.reading.files import Files, opened, path_of
from colonnade_access.reading.place import Place
from colonnade_access.references import Object
from colonnade_access.words import short
from colonnade_api import DatasetVersion
from colonnade_api.datasets.encryption import SEALED_FILE

RESTORE = "restore it from a backup, or collect the Dataset again"
KEYS = "keys.json"


def report(place: Place, dataset: Object, version: DatasetVersion) -> bytes:
    """report.json of a version, or of rows that were refused, in plain.

    Raises Corrupt when it isn't the one that status names by its digest; Encrypted; ColonnadeError.
    """
    with opened(place, dataset) as files:
        path = path_of(version.report_uri, files)
        about = version.digest or f"rejected/{dataset['metadata']['name']}"

        def key() -> bytes:
            with needed():
                from colonnade_access.reading import keys  # noqa: PLC0415 - who reads plain reports needs no cryptography
            keys_json = content(files, f"{path.rpartition('/')[0]}/{KEYS}", None)
            return keys.data_key(place, dataset, about, keys_json)

        return content(files, path, version.report_digest, key)


def content(files: Files, path: str, digest: str | None, key: Callable[[], bytes] | None = None) -> bytes:
    """A small file in plain. digest: sha256 of that, where it is known. key: the data key of its version.

    Raises Corrupt when it isn't that one; Encrypted.
    """
    target = BytesIO()
    files.fetch(path, target, lambda _: None)
    found = target.getvalue()
    if found.startswith(SEALED_FILE) and key is not None:
        found = _opened(found, path, key(), files.root)
    sha256 = f"sha256:{hashlib.sha256(found).hexdigest()}"
    if digest and sha256 != digest:
        raise Corrupt(
            f"{files.root}/{path} was changed since it was written: its digest is {short(sha256)}, and {short(digest)} "
            f"is due; {RESTORE}"
        )
    return found


def _opened(data: bytes, path: str, key: bytes, root: str) -> bytes:
    from colonnade_api.stored import sealing  # noqa: PLC0415 - as above

    try:
        return sealing.opened_file(data, path.rpartition("/")[2], key)
    except sealing.Changed as changed:
        raise Corrupt(f"{root}/{path} was changed since it was encrypted; {RESTORE}") from changed
