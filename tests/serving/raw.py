"""HTTP by hand: what a well-mannered client library would never send."""

import json
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from tests.serving.process import Served, until

INFER = "/v2/models/logistic/infer"


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


class Raw:
    """A connection; answers are read one by one."""

    def __init__(self, sock: socket.socket) -> None:
        self.socket = sock
        self._read = b""

    def send(self, *parts: bytes) -> None:
        for part in parts:
            self.socket.sendall(part)

    def read_by_server(self) -> None:
        """Waits until the server has taken all that was sent out of its socket."""
        ours, theirs = self.socket.getsockname()[1], self.socket.getpeername()[1]
        until(lambda: _waiting(ours, theirs) == 0)

    def answer(self) -> Answer:
        """The next answer. Raises ConnectionError when the connection ends before it."""
        while b"\r\n\r\n" not in self._read:
            self._more()
        head, _, self._read = self._read.partition(b"\r\n\r\n")
        first, *lines = head.decode().split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        body = (
            self._chunks()
            if headers.get("transfer-encoding") == "chunked"
            else self._take(int(headers.get("content-length", 0)))
        )
        return Answer(int(first.split()[1]), headers, body)

    def leave(self) -> None:
        """Ends the connection so that the server learns at once that nobody reads."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def ended(self) -> bool:
        """Whether the server closed the connection, with nothing left to say. Waits for it."""
        return not self._read and not self.socket.recv(1)

    def _chunks(self) -> bytes:
        body = b""
        while True:
            while b"\r\n" not in self._read:
                self._more()
            size, _, self._read = self._read.partition(b"\r\n")
            body += self._take(int(size, 16))
            self._take(2)
            if not int(size, 16):
                return body

    def _take(self, size: int) -> bytes:
        while len(self._read) < size:
            self._more()
        taken, self._read = self._read[:size], self._read[size:]
        return taken

    def _more(self) -> None:
        data = self.socket.recv(65536)
        if not data:
            raise ConnectionError("the server closed the connection")
        self._read += data


def _waiting(ours: int, theirs: int) -> int:
    """Bytes on their way from our port to theirs, and there but not read: proc(5), /proc/net/tcp."""
    waiting = 0
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        _, local, remote, _, queues = line.split()[:5]
        sent, came = (int(queue, 16) for queue in queues.split(":"))
        ports = int(local.partition(":")[2], 16), int(remote.partition(":")[2], 16)
        waiting += sent * (ports == (ours, theirs)) + came * (ports == (theirs, ours))
    return waiting


@contextmanager
def connected(served: Served) -> Iterator[Raw]:
    with socket.create_connection(("127.0.0.1", served.port), timeout=20) as sock:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        yield Raw(sock)


def body(*values: float, **fields: object) -> bytes:
    """A request of one row for the logistic model."""
    tensor = {"name": "X", "shape": [1, len(values)], "datatype": "FP32", "data": list(values)}
    return json.dumps({"inputs": [tensor], **fields}, separators=(",", ":")).encode()


def post(content: bytes, *headers: str, path: str = INFER, version: str = "1.1") -> bytes:
    lines = [f"POST {path} HTTP/{version}", "Host: x", f"Content-Length: {len(content)}", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + content


def get(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
