"""Answers that are late, broken off, or none."""

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from colonnade_client import PredictionError
from colonnade_client.prediction import Endpoint

Answer = tuple[int, dict[str, str], bytes] | None
"""None: the connection is closed without one."""


@pytest.fixture
def answering() -> Iterator[Callable[..., Endpoint]]:
    servers: list[ThreadingHTTPServer] = []

    def start(*answers: Answer) -> Endpoint:
        left = list(answers)

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                answer = left.pop(0)
                if answer is None:
                    self.close_connection = True
                    self.connection.close()
                    return
                status, headers, body = answer
                self.send_response(status)
                for name, value in {"Content-Length": str(len(body)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                pass

        servers.append(ThreadingHTTPServer(("127.0.0.1", 0), Handler))
        threading.Thread(target=servers[-1].serve_forever, daemon=True).start()
        return Endpoint.at(f"http://127.0.0.1:{servers[-1].server_address[1]}")

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


FINE: Answer = (200, {}, b'{"name": "it"}')
BUSY: Answer = (503, {"Retry-After": "0"}, b'{"error": "the queue is full"}')


def test_a_server_that_is_busy_is_asked_again(answering: Callable[..., Endpoint]) -> None:
    assert answering(BUSY, BUSY, FINE).get("/v2", 60) == {"name": "it"}


def test_one_that_stays_busy_says_so_in_its_own_words(answering: Callable[..., Endpoint]) -> None:
    busy: Answer = (503, {"Retry-After": "30"}, b'{"error": "the queue is full"}')
    with pytest.raises(PredictionError, match=r"the queue is full \(HTTP 503\)") as refused:
        answering(busy).get("/v2", 1)
    assert refused.value.status == 503


def test_a_connection_that_ends_without_an_answer_is_made_once_more(answering: Callable[..., Endpoint]) -> None:
    assert answering(None, FINE).get("/v2", 60) == {"name": "it"}
    with pytest.raises(PredictionError, match=r"does not answer: .*; see the Deployment's status"):
        answering(None, None).get("/v2", 60)


def test_what_is_no_words_of_ours_is_shown_in_short(answering: Callable[..., Endpoint]) -> None:
    with pytest.raises(PredictionError, match="HTTP 502: <html>bad gateway</html>"):
        answering((502, {}, b"<html>bad gateway</html>")).get("/v2", 60)


def test_a_redirect_is_not_followed(answering: Callable[..., Endpoint]) -> None:
    """A body would be lost on the way, or be sent to somebody else."""
    with pytest.raises(PredictionError, match="HTTP 302"):
        answering((302, {"Location": "http://127.0.0.1:1/"}, b"")).get("/v2", 60)


def test_a_page_that_is_no_answer_is_told_from_one(answering: Callable[..., Endpoint]) -> None:
    with pytest.raises(
        PredictionError, match="answers what no Deployment does: <html>log in</html>; is it the right URL"
    ):
        answering((200, {}, b"<html>log in</html>")).get("/v2", 60)


@pytest.mark.parametrize("wrong", ["flights-late.default", "ftp://host", "http://", ""])
def test_what_is_no_url_is_refused(wrong: str) -> None:
    with pytest.raises(PredictionError, match="is no URL of a Deployment"):
        Endpoint.at(wrong)
