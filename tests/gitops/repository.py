"""A Git repository of manifests, served on loopback by Git's own program for HTTP."""

import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import yaml

Manifest = dict[str, Any]
AUTHOR = ("-c", "user.name=ada", "-c", "user.email=ada@example.org", "-c", "commit.gpgsign=false")
GIT_SECONDS = 30


@dataclass(frozen=True)
class Repository:
    """Files of manifests on the branch `main`. url: where it is served."""

    folder: Path
    url: str

    def commit(self, message: str, **files: list[Manifest] | str | None) -> str:
        """Each file as manifests or as text, or None where it goes; the commit's hash."""
        for name, content in files.items():
            path = self.folder / f"{name.replace('_', '-')}.yaml"
            if content is None:
                path.unlink()
            else:
                path.write_text(content if isinstance(content, str) else yaml.safe_dump_all(content))
        git(self.folder, "add", "--all")
        git(self.folder, *AUTHOR, "commit", "--quiet", "--allow-empty", "--message", message)
        return self.head()

    def revert(self) -> str:
        """The last commit is taken back, as by the button that people press; the hash of the commit that does so."""
        git(self.folder, *AUTHOR, "revert", "--no-edit", "HEAD")
        return self.head()

    def head(self) -> str:
        return git(self.folder, "rev-parse", "HEAD").strip()


def git(folder: Path, *arguments: str) -> str:
    command = ["git", "-C", str(folder), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=GIT_SECONDS, check=False)
    assert done.returncode == 0, f"{' '.join(command)}: {done.stderr}"
    return done.stdout


@contextmanager
def repository(folder: Path) -> Iterator[Repository]:
    """An empty one, served until the end."""
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch=main")
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Served", (_Handler,), {"root": folder.parent}))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield Repository(folder, f"http://127.0.0.1:{server.server_port}/{folder.name}/.git")
    finally:
        server.shutdown()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    """CGI, for the one program."""

    root: Path

    def do_GET(self) -> None:
        self._answer(b"")

    def do_POST(self) -> None:
        self._answer(self.rfile.read(int(self.headers["Content-Length"])))

    def _answer(self, body: bytes) -> None:
        path, _, query = self.path.partition("?")
        asked = {
            "GIT_PROJECT_ROOT": str(self.root),
            "GIT_HTTP_EXPORT_ALL": "1",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "REQUEST_METHOD": self.command,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
            "REMOTE_ADDR": "127.0.0.1",
        }
        command = ["git", "-c", "safe.directory=*", "http-backend"]
        done = subprocess.run(
            command, input=body, env=os.environ | asked, capture_output=True, timeout=GIT_SECONDS, check=True
        )
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        fields = [line.split(": ", 1) for line in head.decode().split("\r\n")]
        status = next((value for name, value in fields if name == "Status"), "200 OK")
        self.send_response(int(status.split()[0]))
        for name, value in fields:
            if name != "Status":
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *arguments: object) -> None:
        """Nothing: a test that fails shows what Flux said."""
