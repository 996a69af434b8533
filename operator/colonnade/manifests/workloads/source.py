"""How a pod reaches what it reads beside the store: volumes, credentials, and what of the network."""

from urllib.parse import SplitResult, urlsplit

from colonnade.kube.kinds import Manifest
from colonnade.manifests.pod import bucket_credentials, from_secret
from colonnade_api import DataSource, ModelSource
from colonnade_api.datasets.encryption import SecretKey
from colonnade_api.datasets.keeping import Backup

CLAIMS_FOLDER = "/pvc"
CONNECTION_FOLDER, CONNECTION_FILE = "/connection", "uri"
PSEUDONYMS_FOLDER = "/pseudonyms"
PREFIX = "COLONNADE_SOURCE_"
REMOTE = ("s3", "gs", "az", "https", "http")
CLOUD_KEYS = {
    "gs": ("GOOGLE_APPLICATION_CREDENTIALS",),
    "az": (
        "AZURE_STORAGE_ACCOUNT",
        "AZURE_STORAGE_KEY",
        "AZURE_STORAGE_SAS_TOKEN",
        "AZURE_STORAGE_ENDPOINT",
        "AZURE_CLIENT_ID",
        "AZURE_CLIENT_SECRET",
        "AZURE_TENANT_ID",
    ),
}
BACKUP_PREFIX = "COLONNADE_BACKUP_"
Source = DataSource | ModelSource | Backup | None


def is_remote(source: Source) -> bool:
    return _address(source).scheme in REMOTE or connection(source) is not None


def claim(source: Source) -> str | None:
    """The volume claim that it lies in."""
    address = _address(source)
    return address.netloc if address.scheme == "pvc" else None


def connection(source: Source) -> SecretKey | None:
    """Where a database's address lies."""
    return source.sql.connection_secret_ref if isinstance(source, DataSource) and source.sql else None


def connection_volume(secret: SecretKey) -> Manifest:
    """The address as a file: an environment would show it to whoever describes the pod's processes."""
    items = [{"key": secret.key, "path": CONNECTION_FILE}]
    return {"name": "connection", "secret": {"secretName": secret.name, "items": items, "defaultMode": 0o440}}


def is_written(source: Source) -> bool:
    """Whether more than reading is done there."""
    return isinstance(source, Backup)


def pseudonyms_volume(secret: SecretKey) -> Manifest:
    """The pseudonyms' key as a file; where it is missing the Job starts nevertheless, and says so."""
    items = [{"key": secret.key, "path": "key"}]
    found = {"secretName": secret.name, "items": items, "defaultMode": 0o440, "optional": True}
    return {"name": "pseudonyms", "secret": found}


def environment(source: Source) -> list[Manifest]:
    """Credentials, by reference to their Secret."""
    if connection(source):
        return [{"name": f"{PREFIX}CONNECTION_FILE", "value": f"{CONNECTION_FOLDER}/{CONNECTION_FILE}"}]
    if source is None or source.secret_ref is None:
        return []
    secret = source.secret_ref.name
    scheme = _address(source).scheme
    if scheme == "s3":
        return bucket_credentials(secret, prefix=BACKUP_PREFIX if isinstance(source, Backup) else PREFIX)
    if scheme in CLOUD_KEYS:
        return [from_secret(f"{PREFIX}{key}", secret, key, optional=True) for key in CLOUD_KEYS[scheme]]
    return [
        from_secret(f"{PREFIX}{key.upper()}", secret, key, optional=True) for key in ("username", "password", "token")
    ]


def _address(source: Source) -> SplitResult:
    return urlsplit((source.storage_uri if source else None) or "")
