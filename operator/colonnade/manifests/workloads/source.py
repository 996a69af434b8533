"""How a pod reaches what it reads beside the store: volumes, credentials, and what of the network."""

from urllib.parse import SplitResult, urlsplit

from colonnade.kube.kinds import Manifest
from colonnade.manifests.pod import bucket_credentials, from_secret
from colonnade_api import DataSource, ModelSource

CLAIMS_FOLDER = "/pvc"
PREFIX = "COLONNADE_SOURCE_"
REMOTE = ("s3", "https", "http")
Source = DataSource | ModelSource | None


def is_remote(source: Source) -> bool:
    return _address(source).scheme in REMOTE


def claim(source: Source) -> str | None:
    """The volume claim that it lies in."""
    address = _address(source)
    return address.netloc if address.scheme == "pvc" else None


def environment(source: Source) -> list[Manifest]:
    """Credentials, by reference to their Secret."""
    if source is None or source.secret_ref is None:
        return []
    secret = source.secret_ref.name
    if _address(source).scheme == "s3":
        return bucket_credentials(secret, prefix=PREFIX)
    return [
        from_secret(f"{PREFIX}{key.upper()}", secret, key, optional=True) for key in ("username", "password", "token")
    ]


def _address(source: Source) -> SplitResult:
    return urlsplit((source.storage_uri if source else None) or "")
