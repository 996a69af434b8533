"""Old versions of objects: in a bucket that keeps them, what was deleted or written over could still be read.

They go with whoever is forgotten, all in the namespace's part of the bucket: nobody can tell whose rows they hold.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from colonnade_serving.store import Store

from ...data.sources.clouds import credentials
from ...errors import PermanentError, TransientError
from ..copies import PREFIX, Copies

AT_ONCE = 1000
"""How many objects S3 deletes by one request."""
RIGHTS = "s3:ListBucketVersions and s3:DeleteObjectVersion"


@dataclass(frozen=True)
class History:
    """What a bucket keeps of one store's past. prefix: where the store lies, with a slash at its end."""

    client: Any
    bucket: str
    prefix: str

    def forget(self) -> tuple[int, str]:
        """Deletes it; returns how many old versions went, and the first reason why one stays, empty where all went.

        What marks an object as deleted goes last: before that, its last version would be there again.
        Raises TransientError, PermanentError.
        """
        with _answers(self.bucket):
            gone, why = self._delete(self._listed("Versions", lambda version: not version["IsLatest"]))
            if not why:
                _, why = self._delete(self._listed("DeleteMarkers", lambda _: True))
        return gone, why

    def check(self) -> None:
        """Raises PermanentError where these credentials may not see it, TransientError."""
        with _answers(self.bucket):
            self.client.list_object_versions(Bucket=self.bucket, Prefix=self.prefix, MaxKeys=1)

    def _listed(self, kind: str, goes: Any) -> list[dict[str, str]]:
        pages = self.client.get_paginator("list_object_versions").paginate(Bucket=self.bucket, Prefix=self.prefix)
        found = (each for page in pages for each in page.get(kind, ()) if goes(each))
        return [{"Key": each["Key"], "VersionId": each["VersionId"]} for each in found]

    def _delete(self, objects: Sequence[dict[str, str]]) -> tuple[int, str]:
        failed: list[dict[str, str]] = []
        for start in range(0, len(objects), AT_ONCE):
            some = {"Objects": objects[start : start + AT_ONCE], "Quiet": True}
            answer = self.client.delete_objects(Bucket=self.bucket, Delete=some)
            failed += answer.get("Errors", ())
        first = failed[0] if failed else None
        why = f"{len(failed)} old versions in s3://{self.bucket} stay: {first['Key']}: {first['Code']}" if first else ""
        return len(objects) - len(failed), why


def opened(store: Store, copies: Copies | None) -> list[History]:
    """Of store and backup, those whose buckets keep old versions. Raises PermanentError, TransientError, StoreError."""
    found = [_opened(store)] if store.keeps_versions() else []
    if copies and copies.store.keeps_versions():
        with credentials(PREFIX):
            found.append(_opened(copies.store))
    return found


def _opened(store: Store) -> History:
    import boto3  # noqa: PLC0415 - only where a bucket keeps old versions
    from botocore.config import Config  # noqa: PLC0415

    parts = urlsplit(store.url)
    region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or "us-east-1"
    endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")
    style = {"addressing_style": "path"} if endpoint else {}
    settings = Config(connect_timeout=5, read_timeout=60, retries={"mode": "standard", "max_attempts": 8}, s3=style)
    client = boto3.Session().client("s3", region_name=region, endpoint_url=endpoint or None, config=settings)
    found = History(client, parts.netloc, f"{parts.path.strip('/')}/".lstrip("/"))
    found.check()
    return found


@contextmanager
def _answers(bucket: str) -> Iterator[None]:
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - only where a bucket keeps versions

    try:
        yield
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] in (401, 403):
            raise PermanentError(
                "VersionsKept",
                f"s3://{bucket} keeps old versions of objects, in which who is forgotten could still be read, and "
                f"these credentials may not delete them; give them {RIGHTS}, then ask again",
            ) from error
        raise TransientError("StoreUnreachable", f"s3://{bucket}: {error}") from error
    except BotoCoreError as error:
        raise TransientError("StoreUnreachable", f"s3://{bucket}: {error}") from error
