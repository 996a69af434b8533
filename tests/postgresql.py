"""A real PostgreSQL (Debian's package) on this host, for whoever reads from one."""

import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from cluster.debian import ensure_installed
from tests.ports import port

PROGRAMS = Path("/usr/lib/postgresql")


@dataclass(frozen=True)
class Postgresql:
    """A server of this machine; `uri` of the user who owns everything, `reader` of one with no rights yet."""

    port: int
    folder: Path
    address: str = "127.0.0.1"
    user: str = "owner"
    password: str = field(default_factory=lambda: f"marker-{secrets.token_hex(8)}")
    reader_password: str = field(default_factory=lambda: f"marker-{secrets.token_hex(8)}")

    @property
    def uri(self) -> str:
        return self.of(self.user, self.password, "postgres")

    @property
    def reader(self) -> str:
        return self.of("reader", self.reader_password, "postgres")

    def of(self, user: str, password: str, database: str) -> str:
        """The address for that user and database."""
        return f"postgresql://{user}:{password}@{self.address}:{self.port}/{database}"

    def run(self, statements: str, uri: str = "") -> None:
        """By psql, as the owner, or as whoever the address is of."""
        asked = ["psql", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", uri or self.uri]
        subprocess.run(asked, input=statements, text=True, check=True, capture_output=True)


@contextmanager
def postgresql(address: str = "127.0.0.1") -> Iterator[Postgresql]:
    """Runs until left, under a user of its own where we are root, whom PostgreSQL refuses.

    address: of this machine, where it listens, to whoever knows a password.
    """
    ensure_installed(["postgresql"])
    programs = max(PROGRAMS.glob("*/bin"), key=lambda path: int(path.parent.name))
    account = pwd.getpwnam("postgres") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
    folder = Path(tempfile.mkdtemp(prefix="colonnade-postgresql-"))
    server = Postgresql(port(), folder, address)
    try:
        (folder / "password").write_text(server.password)
        for path in (folder, folder / "password"):
            os.chown(path, account.pw_uid, account.pw_gid)
        as_them = {"user": account.pw_uid, "group": account.pw_gid} if os.geteuid() == 0 else {}
        made = [f"--pgdata={folder}/data", f"--username={server.user}", f"--pwfile={folder}/password"]
        subprocess.run(
            [programs / "initdb", *made, "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"],
            check=True,
            capture_output=True,
            cwd=folder,
            **as_them,  # type: ignore[call-overload]
        )
        with (folder / "data/pg_hba.conf").open("a") as allowed:
            allowed.write("host all all samehost scram-sha-256\nhost all all 0.0.0.0/0 scram-sha-256\n")
        control = [programs / "pg_ctl", f"--pgdata={folder}/data", "--wait", "--silent", "--timeout=60"]
        options = f"-p {server.port} -k {folder} -c listen_addresses={address} -c fsync=off"
        started = [*control, f"--log={folder}/log", f"--options={options}", "start"]
        subprocess.run(started, check=True, cwd=folder, **as_them)  # type: ignore[call-overload]
        try:
            server.run(f"CREATE ROLE reader LOGIN PASSWORD '{server.reader_password}'")
            yield server
        finally:
            subprocess.run(  # type: ignore[call-overload]
                [*control, "--mode=immediate", "stop"], check=True, cwd=folder, **as_them
            )
    finally:
        shutil.rmtree(folder)
