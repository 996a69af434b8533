"""Between a client and an honest server: each answer is handed on, unless the manners of the day make another of it."""

import http.client
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Asked:
    """A request. number: of those of its method and path, from 1."""

    method: str
    path: str
    headers: dict[str, str]
    number: int


@dataclass(frozen=True)
class Answer:
    """What is sent. cut: after how many bytes of the body the connection is closed."""

    status: int
    headers: dict[str, str]
    body: bytes
    cut: int | None = None

    def says(self, **headers: str) -> "Answer":
        """The same, with other headers; a `_` stands for `-`."""
        return replace(self, headers=self.headers | {name.replace("_", "-"): value for name, value in headers.items()})


Manners = Callable[[Asked, Answer], Answer]


def honest(asked: Asked, answer: Answer) -> Answer:
    return answer


def never(asked: Asked) -> bool:
    return False


@dataclass
class Rude:
    """The server between. asked: what came, in order. withheld: whether a request goes no further."""

    endpoint: str
    manners: Manners = honest
    withheld: Callable[[Asked], bool] = never
    asked: list[Asked] = field(default_factory=list)

    def about(self, part: str) -> list[Asked]:
        return [each for each in self.asked if part in each.path]


@contextmanager
def rude(upstream: str) -> Iterator[Rude]:
    """Runs until left. upstream: http://HOST:PORT."""
    state = Rude("")

    class Between(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def hand_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            number = 1 + sum((each.method, each.path) == (self.command, self.path) for each in state.asked)
            asked = Asked(self.command, self.path, headers, number)
            state.asked.append(asked)
            if state.withheld(asked):
                self.close_connection = True
                return
            self.send(state.manners(asked, forwarded(upstream, asked, body)))

        do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = hand_on

        def send(self, answer: Answer) -> None:
            self.send_response_only(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(answer.body[: answer.cut])
            said = int(answer.headers.get("content-length", len(answer.body)))
            self.close_connection = answer.cut is not None or said != len(answer.body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Between)
    state.endpoint = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()


def forwarded(upstream: str, asked: Asked, body: bytes) -> Answer:
    """The honest answer."""
    connection = http.client.HTTPConnection(upstream.removeprefix("http://"), timeout=30)
    try:
        connection.request(asked.method, asked.path, body or None, asked.headers)
        found = connection.getresponse()
        hop_by_hop = ("connection", "transfer-encoding", "keep-alive")
        headers = {name.lower(): value for name, value in found.getheaders() if name.lower() not in hop_by_hop}
        data = found.read()
        headers.setdefault("content-length", str(len(data)))
        return Answer(found.status, headers, data)
    finally:
        connection.close()
