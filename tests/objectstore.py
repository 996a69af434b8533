"""A real S3 server (versitygw, over a folder) on the host."""

import secrets
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import boto3

from cluster.build import Build, ensure_built, program
from tests.ports import port

VERSION = "1.8.0"
VERSITYGW = Build(
    "versitygw", VERSION, ("versitygw",), packages=(f"github.com/versity/versitygw/cmd/versitygw@v{VERSION}",)
)
REGION = "us-east-1"
START_SECONDS = 20


@dataclass(frozen=True)
class ObjectStore:
    """objects: the folder behind it; an object is a file there, by its bucket and key. In versions, beside it, are the
    old ones of buckets that are told to keep them."""

    endpoint: str
    objects: Path
    key: str = "colonnade"
    secret: str = field(default_factory=lambda: secrets.token_hex(16), repr=False)

    def client(self) -> Any:
        return boto3.client(
            "s3",
            endpoint_url=self.endpoint,
            region_name=REGION,
            aws_access_key_id=self.key,
            aws_secret_access_key=self.secret,
        )

    def credentials(self, name: str, **more: str) -> dict[str, Any]:
        """The Secret that a user makes for it."""
        keys = {"AWS_ACCESS_KEY_ID": self.key, "AWS_SECRET_ACCESS_KEY": self.secret}
        return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}, "stringData": keys | more}

    def tenant(self, bucket: str) -> "ObjectStore":
        """The same server as somebody knows it who has this new bucket and no other."""
        own = replace(self, key=bucket, secret=secrets.token_hex(16))
        self._administer("create-user", "--access", own.key, "--secret", own.secret, "--role", "user")
        self._administer("create-bucket", "--bucket", bucket, "--owner", own.key)
        return own

    def _administer(self, *command: str) -> None:
        known = ["--access", self.key, "--secret", self.secret, "--endpoint-url", self.endpoint]
        whole = [str(program(VERSITYGW, "versitygw")), "admin", *known, *command]
        ended = subprocess.run(whole, capture_output=True, text=True, timeout=START_SECONDS, check=False)
        assert ended.returncode == 0, ended.stderr

    def keys(self, bucket: str) -> set[str]:
        return {item["Key"] for item in self.client().list_objects_v2(Bucket=bucket).get("Contents", [])}


@contextmanager
def object_store(folder: Path, address: str = "127.0.0.1") -> Iterator[ObjectStore]:
    """Runs until left. address: of this machine, where it listens."""
    ensure_built([VERSITYGW])
    store = ObjectStore(f"http://{address}:{port()}", folder / "objects")
    objects, metadata, accounts = str(store.objects), str(folder / "metadata"), str(folder / "accounts")
    versions = str(folder / "versions")
    for made in (objects, metadata, accounts, versions):
        Path(made).mkdir(parents=True)
    listening = [str(program(VERSITYGW, "versitygw")), "--port", store.endpoint.removeprefix("http://")]
    listening += ["--iam-dir", accounts]
    environment = {"ROOT_ACCESS_KEY": store.key, "ROOT_SECRET_KEY": store.secret}
    with (folder / "versitygw.log").open("wb") as log:
        over = ["posix", "--sidecar", metadata, "--versioning-dir", versions, objects]
        running = subprocess.Popen([*listening, *over], env=environment, stdout=log, stderr=log)
    try:
        _answers(store, folder / "versitygw.log")
        yield store
    finally:
        running.terminate()
        running.wait(10)


def _answers(store: ObjectStore, log: Path) -> None:
    host, listening = store.endpoint.removeprefix("http://").rsplit(":", 1)
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex((host, int(listening))) == 0:
                return
        time.sleep(0.05)
    raise AssertionError(f"versitygw does not answer: {log.read_text()}")
