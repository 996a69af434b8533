"""A database's address: a Secret's value, mounted as a file."""

import os
from pathlib import Path
from urllib.parse import quote, unquote

from colonnade_api.datasets.queries import Sql

from ....errors import PermanentError
from ..clouds import SOURCE_PREFIX

FIELD = "spec.source.sql.connectionSecretRef"
POSTGRESQL = ("postgresql://", "postgres://")
SQLITE = "sqlite:///"
TIMEOUTS = {"connect_timeout": "10", "keepalives_idle": "30", "tcp_user_timeout": "60000"}


def read(sql: Sql) -> str:
    """The address. Raises PermanentError where it is none that can be asked, without a word of it."""
    secret = sql.connection_secret_ref
    file = os.environ.get(f"{SOURCE_PREFIX}CONNECTION_FILE", "")
    if not file or not Path(file).is_file():
        raise PermanentError("InvalidSpec", f"{FIELD}: key {secret.key} of Secret {secret.name} is not mounted")
    address = Path(file).read_text(encoding="utf-8", errors="replace").strip()
    if address.startswith((*POSTGRESQL, SQLITE)):
        return address
    raise PermanentError(
        "InvalidSpec",
        f"{FIELD}: key {secret.key} of Secret {secret.name} is no address of a database; write "
        "postgresql://USER:PASSWORD@HOST:5432/DATABASE or sqlite:///PATH",
    )


def patient(address: str) -> str:
    """The same, with an end to waiting for a server that went away; what the address says itself stays."""
    more = [f"{key}={value}" for key, value in TIMEOUTS.items() if f"{key}=" not in address]
    return "&".join([address + ("" if "?" in address else "?"), *more]).replace("?&", "?") if more else address


def sqlite_file(address: str, sql: Sql) -> str:
    """A SQLite file as SQLite takes it, only to be read. Raises PermanentError where there is none."""
    path = Path("/" + unquote(address.removeprefix(SQLITE).partition("?")[0]).lstrip("/"))
    if not os.access(path, os.R_OK) or not path.is_file():
        secret = sql.connection_secret_ref.name
        raise PermanentError(
            "SourceNotFound", f"{FIELD}: Secret {secret} names a SQLite file that this Job doesn't see or may not read"
        )
    return f"file:{quote(str(path))}?mode=ro"
