"""Google's and Azure's object stores on this host: fake-gcs-server and azurite, which clients take for real."""

import base64
import hashlib
import hmac
import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.utils import formatdate
from pathlib import Path

import httpx

from cluster.build import Build, ensure_built, program
from cluster.debian import ensure_installed
from cluster.locks import locked
from cluster.paths import cache
from cluster.shell import run
from tests.ports import port

GCS_VERSION, AZURITE_VERSION = "1.56.1", "3.37.0"
FAKE_GCS = Build(
    "fake-gcs-server",
    GCS_VERSION,
    ("fake-gcs-server",),
    packages=(f"github.com/fsouza/fake-gcs-server@v{GCS_VERSION}",),
)
START_SECONDS = 60


@dataclass(frozen=True)
class Google:
    """Buckets without a lock."""

    endpoint: str

    @property
    def secret(self) -> dict[str, str]:
        key = {"gcs_base_url": self.endpoint, "disable_oauth": True}
        return {"GOOGLE_APPLICATION_CREDENTIALS": json.dumps(key | dict.fromkeys(KEY_FIELDS, ""))}

    def put(self, bucket: str, name: str, data: bytes) -> None:
        httpx.post(f"{self.endpoint}/storage/v1/b", json={"name": bucket})
        where = f"{self.endpoint}/upload/storage/v1/b/{bucket}/o"
        httpx.post(where, params={"uploadType": "media", "name": name}, content=data).raise_for_status()


KEY_FIELDS = ("client_email", "private_key", "private_key_id")


@dataclass(frozen=True)
class Azure:
    """Containers of one account, whose key any azurite has."""

    endpoint: str
    account: str = "colonnade"
    key: str = base64.b64encode(b"a key for tests alone").decode()

    @property
    def secret(self) -> dict[str, str]:
        return {
            "AZURE_STORAGE_ACCOUNT": self.account,
            "AZURE_STORAGE_KEY": self.key,
            "AZURE_STORAGE_ENDPOINT": f"{self.endpoint}/{self.account}",
        }

    def container(self, name: str, **headers: str) -> None:
        """Makes it; headers: x_ms_blob_public_access, say."""
        self._call("PUT", f"/{name}", {"restype": "container"}, headers, b"")

    def put(self, container: str, name: str, data: bytes) -> None:
        self._call("PUT", f"/{container}/{name}", {}, {"x_ms_blob_type": "BlockBlob"}, data)

    def _call(self, method: str, path: str, query: dict[str, str], more: dict[str, str], data: bytes) -> None:
        """Signed by the account's key: learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key."""
        headers = {"x-ms-date": formatdate(usegmt=True), "x-ms-version": "2023-11-03"}
        headers |= {key.replace("_", "-"): value for key, value in more.items()}
        canonical = "".join(f"{key}:{headers[key]}\n" for key in sorted(headers))
        resource = f"/{self.account}/{self.account}{path}" + "".join(f"\n{key}:{query[key]}" for key in sorted(query))
        length = str(len(data)) if data else ""
        text = f"{method}\n\n\n{length}\n\n\n\n\n\n\n\n\n{canonical}{resource}"
        made = hmac.new(base64.b64decode(self.key), text.encode(), hashlib.sha256).digest()
        headers["Authorization"] = f"SharedKey {self.account}:{base64.b64encode(made).decode()}"
        url = f"{self.endpoint}/{self.account}{path}"
        httpx.request(method, url, params=query, headers=headers, content=data).raise_for_status()


@contextmanager
def google() -> Iterator[Google]:
    ensure_built([FAKE_GCS])
    listening = port()
    told = ["-scheme", "http", "-host", "127.0.0.1", "-port", str(listening), "-backend", "memory"]
    command = [str(program(FAKE_GCS, "fake-gcs-server")), *told, "-public-host", f"127.0.0.1:{listening}"]
    with _running(command, listening):
        yield Google(f"http://127.0.0.1:{listening}")


@contextmanager
def azure() -> Iterator[Azure]:
    listening = port()
    store = Azure(f"http://127.0.0.1:{listening}")
    told = ["--blobHost", "127.0.0.1", "--blobPort", str(listening), "--inMemoryPersistence", "--silent"]
    accounts = os.environ | {"AZURITE_ACCOUNTS": f"{store.account}:{store.key}"}
    with _running(["node", str(_azurite()), *told, "--skipApiVersionCheck"], listening, accounts):
        yield store


def _azurite() -> Path:
    """Its program, installed once into the cache by npm."""
    home = cache() / "bin" / f"azurite-{AZURITE_VERSION}"
    with locked(cache() / "build.lock"):
        if not home.exists():
            if not shutil.which("npm"):
                ensure_installed(["nodejs", "npm"])
            unfinished = home.with_name(f"{home.name}.{os.getpid()}")
            run(["npm", "install", "--prefix", unfinished, "--no-audit", "--no-fund", f"azurite@{AZURITE_VERSION}"])
            unfinished.rename(home)
    return home / "node_modules/azurite/dist/src/blob/main.js"


@contextmanager
def _running(command: list[str], listening: int, env: dict[str, str] | None = None) -> Iterator[None]:
    server = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + START_SECONDS
        while not _listens(listening):
            assert server.poll() is None, f"{command[0]} exited {server.returncode}"
            assert time.monotonic() < deadline, f"{command[0]} was not there after {START_SECONDS} s"
            time.sleep(0.05)
        yield
    finally:
        server.kill()
        server.wait()


def _listens(at: int) -> bool:
    with socket.socket() as caller:
        return caller.connect_ex(("127.0.0.1", at)) == 0
