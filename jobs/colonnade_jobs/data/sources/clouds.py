"""Buckets of Amazon S3, Google Cloud Storage and Azure Blob Storage, by the credentials of a source's Secret.

Where there is no Secret, a bucket that anyone may read is read so, and else as the pod itself is known to its cloud.
"""

import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any

from obstore.exceptions import BaseError
from obstore.store import AzureStore, GCSStore

from colonnade_serving.store import Store, open_store
from colonnade_serving.store.connect import client_options, retry_config

from ...errors import PermanentError

SOURCE_PREFIX = "COLONNADE_SOURCE_"
SECRET = "spec.source.secretRef"  # noqa: S105 - a field's name
OWN = ("AWS_ACCESS_KEY_ID", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CONTAINER_CREDENTIALS_FULL_URI")
ACCOUNT, GOOGLE_KEY = "AZURE_STORAGE_ACCOUNT", "GOOGLE_APPLICATION_CREDENTIALS"
AZURE = {
    "AZURE_STORAGE_KEY": "account_key",
    "AZURE_STORAGE_SAS_TOKEN": "sas_token",
    "AZURE_CLIENT_ID": "client_id",
    "AZURE_CLIENT_SECRET": "client_secret",
    "AZURE_TENANT_ID": "tenant_id",
}
Way = Callable[[], Store]


def ways(scheme: str, name: str) -> list[Way]:
    """How a bucket may be opened, to be tried in turn. scheme: s3, gs or az. Raises PermanentError."""
    given = _given(SOURCE_PREFIX)
    if scheme == "az" and not given.get(ACCOUNT):
        raise PermanentError(
            "InvalidSpec", f"{SECRET}: az:// needs a Secret with {ACCOUNT}, and with AZURE_STORAGE_KEY if it is private"
        )
    known, anyone = (partial(OPENERS[scheme], name, given, anonymous) for anonymous in (False, True))
    if any(key != ACCOUNT and not key.endswith(("ENDPOINT_URL", "ENDPOINT", "REGION")) for key in given):
        return [known]
    return [known, anyone] if scheme == "s3" and any(os.environ.get(key) for key in OWN) else [anyone, known]


def _s3(name: str, _: Mapping[str, str], anonymous: bool) -> Store:
    with credentials(SOURCE_PREFIX, {"AWS_SKIP_SIGNATURE": "true"} if anonymous else {}):
        return open_store(f"s3://{name}")


def _gs(name: str, given: Mapping[str, str], anonymous: bool) -> Store:
    key = given.get(GOOGLE_KEY, "")
    config: Any = {"service_account_key": key} if key else {}
    try:
        endpoint = str(json.loads(key or "{}").get("gcs_base_url", ""))
        client = GCSStore(
            name,
            config=config | ({"skip_signature": True} if anonymous else {}),
            client_options=client_options(endpoint),
            retry_config=retry_config(),
        )
    except (BaseError, ValueError, AttributeError) as error:
        raise PermanentError(
            "SourceNotReadable", f"{SECRET}: {GOOGLE_KEY} is no service account's key as Google writes it, in JSON"
        ) from error
    return Store(f"gs://{name}", client)


def _az(name: str, given: Mapping[str, str], anonymous: bool) -> Store:
    endpoint = given.get("AZURE_STORAGE_ENDPOINT", "")
    config: Any = {"account_name": given[ACCOUNT]} | ({"endpoint": endpoint} if endpoint else {})
    config |= {"skip_signature": True} if anonymous else {AZURE[key]: given[key] for key in AZURE if key in given}
    try:
        client = AzureStore(name, config=config, client_options=client_options(endpoint), retry_config=retry_config())
    except (BaseError, ValueError) as error:
        raise PermanentError(
            "SourceNotReadable", f"{SECRET}: its key or token isn't written as Azure writes it"
        ) from error
    return Store(f"az://{name}", client)


OPENERS: dict[str, Callable[[str, Mapping[str, str], bool], Store]] = {"s3": _s3, "gs": _gs, "az": _az}


def _given(prefix: str) -> dict[str, str]:
    return {key.removeprefix(prefix): value for key, value in os.environ.items() if key.startswith(prefix)}


@contextmanager
def credentials(prefix: str, more: Mapping[str, str] | None = None) -> Iterator[None]:
    """AWS_* of the environment are those that have this prefix, where there are any; and more."""
    own = _given(prefix) | dict(more or {})
    before = {key: value for key, value in os.environ.items() if key.startswith("AWS_")}
    if _given(prefix):
        for key in before:
            del os.environ[key]
    os.environ.update(own)
    try:
        yield
    finally:
        for key in own:
            os.environ.pop(key, None)
        os.environ.update(before)
