"""What the fast path takes for granted of uvicorn's insides, which uvicorn promises nobody: the next may differ."""

import ast
import asyncio
import inspect
import re
import tomllib
from collections import deque
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import httptools
import pytest
import uvicorn
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol
from uvicorn.server import ServerState

from colonnade_serving.server.fastpath.connection import HttpConnection
from colonnade_serving.server.protocol_detection import ProtocolDetection
from colonnade_serving.server.serve import Server

PROJECT = Path(__file__).parents[4] / "serving"
SOURCES = [
    PROJECT / "colonnade_serving" / "server" / name
    for name in ("fastpath/connection.py", "protocol_detection.py", "fastpath/pipeline.py")
]
CALLBACKS = ("on_message_begin", "on_url", "on_header", "on_headers_complete", "on_body", "on_message_complete")
OVERRIDDEN = {
    *(name for name in CALLBACKS if name not in ("on_url", "on_header")),
    *("connection_made", "data_received", "eof_received", "connection_lost", "pause_writing", "resume_writing"),
    *("shutdown", "on_response_complete", "send_400_response"),
}
REQUEST = b"POST /x HTTP/1.1\r\nhost: here\r\ncontent-length: 2\r\n\r\n{}"


class Transport:
    """Takes what is written."""

    def __init__(self) -> None:
        self.written, self.reading, self.closed = b"", True, False

    def get_extra_info(self, _name: str) -> None:
        return None

    def write(self, data: bytes) -> None:
        self.written += data

    def pause_reading(self) -> None:
        self.reading = False

    def resume_reading(self) -> None:
        self.reading = True

    def is_closing(self) -> bool:
        return self.closed

    def close(self) -> None:
        self.closed = True


class Plain(HttpToolsProtocol):
    """uvicorn's own, which writes down what it is called with."""

    def __init__(self, *uvicorns: Any, **uvicorn: Any) -> None:
        super().__init__(*uvicorns, **uvicorn)
        self.called: list[str] = []
        self.turned_away: list[str] = []
        for name in CALLBACKS:
            setattr(self, name, partial(self._note, name, getattr(self, name)))
        self.parser = httptools.HttpRequestParser(self)

    def _note(self, name: str, call: Callable[..., Any], *arguments: Any) -> Any:
        self.called.append(name)
        return call(*arguments)

    def send_400_response(self, msg: str) -> None:
        self.turned_away.append(msg)


async def app(_scope: Any, receive: Any, send: Any) -> None:
    while (await receive())["more_body"]:
        pass
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


@pytest.fixture
async def plain() -> Plain:
    """A connection that has just been made."""
    config = uvicorn.Config(app, ws="none", lifespan="off", log_config=None, access_log=False)
    made = Plain(config, ServerState(), {}, asyncio.get_running_loop())
    made.connection_made(Transport())  # type: ignore[arg-type]
    return made


def touched() -> set[str]:
    """Each attribute of a connection that our sources name and our own classes don't make."""
    found: set[str] = set()
    own = (set(vars(HttpConnection)) | set(vars(ProtocolDetection))) - OVERRIDDEN
    for source in SOURCES:
        whose = "connection" if source.name == "pipeline.py" else "self"
        for node in ast.walk(ast.parse(source.read_text())):
            if isinstance(node, ast.FunctionDef) and node.name == "__init__":
                own |= {one.attr for one in ast.walk(node) if isinstance(one, ast.Attribute) and _is_set(one)}
            if isinstance(node, ast.Attribute) and ast.unparse(node.value) in (whose, "self._connection"):
                found.add(node.attr)
    return found - own


def _is_set(one: ast.Attribute) -> bool:
    return isinstance(one.ctx, ast.Store) and ast.unparse(one.value) == "self"


async def test_a_connection_has_all_that_is_touched_of_it(plain: Plain) -> None:
    plain.data_received(REQUEST)
    names = touched()
    assert {"cycle", "flow", "parser", "pipeline", "transport", "url", "headers", "timeout_keep_alive"} <= names
    assert {name for name in names if not hasattr(plain, name)} == set()


@pytest.mark.parametrize("name", sorted(OVERRIDDEN))
def test_what_is_overridden_takes_what_uvicorns_own_takes(name: str) -> None:
    theirs = vars(HttpToolsProtocol)[name]
    ours = vars(HttpConnection).get(name)  # data_received is the pipeline's, set on each connection
    if ours is not None:
        assert list(inspect.signature(ours).parameters) == list(inspect.signature(theirs).parameters)


@pytest.mark.parametrize("name", ["startup", "on_tick", "shutdown", "handle_exit"])
def test_the_server_overrides_what_uvicorns_own_calls(name: str) -> None:
    theirs, ours = vars(uvicorn.Server)[name], vars(Server)[name]
    assert list(inspect.signature(ours).parameters) == list(inspect.signature(theirs).parameters)
    assert inspect.iscoroutinefunction(ours) == inspect.iscoroutinefunction(theirs)


def test_a_factory_may_stand_for_the_protocols_class() -> None:
    factory: Any = partial(ProtocolDetection, shared=None, http2=asyncio.Protocol)
    config = uvicorn.Config(app, http=factory, ws="none", log_config=None)
    config.load()
    assert config.http_protocol_class is factory
    assert list(inspect.signature(HttpToolsProtocol.__init__).parameters)[1:] == [
        "config", "server_state", "app_state", "_loop",
    ]  # fmt: skip


def test_the_state_has_the_connections_and_the_headers_of_each_answer() -> None:
    state = ServerState()
    assert (state.connections, state.default_headers) == (set(), [])
    assert STATUS_LINE[200] == b"HTTP/1.1 200 OK\r\n"


async def test_a_request_comes_in_its_order_and_makes_a_cycle(plain: Plain) -> None:
    assert plain.cycle is None
    plain.data_received(REQUEST)
    begun, *headers, complete, body, end = plain.called
    assert (begun, complete, body, end) == (CALLBACKS[0], *CALLBACKS[3:])
    assert set(headers) == {"on_url", "on_header"}
    assert (plain.url, plain.headers[0]) == (b"/x", (b"host", b"here"))
    assert plain.cycle.response_complete is False


async def test_an_answer_ends_the_cycle_and_begins_the_wait_for_another(plain: Plain) -> None:
    plain.data_received(REQUEST)
    await asyncio.gather(*plain.tasks)
    assert plain.cycle.response_complete is True
    assert plain.timeout_keep_alive_task is not None
    plain._unset_keepalive_if_required()
    assert plain.timeout_keep_alive_task is None


async def test_a_request_behind_one_that_is_not_answered_waits(plain: Plain) -> None:
    assert isinstance(plain.pipeline, deque)
    plain.data_received(REQUEST)
    begun = len(plain.tasks)
    plain.data_received(REQUEST)
    assert (len(plain.pipeline), len(plain.tasks), plain.flow.read_paused) == (1, begun, True)
    await asyncio.gather(*plain.tasks)
    assert (len(plain.pipeline), plain.flow.read_paused) == (0, False)


async def test_a_cycle_of_ours_holds_back_what_comes_behind_it(plain: Plain) -> None:
    class Before:
        response_complete = False

    plain.cycle = Before()  # type: ignore[assignment]
    plain.data_received(REQUEST)
    assert (len(plain.pipeline), len(plain.tasks)) == (1, 0)
    plain.on_response_complete()
    assert (len(plain.pipeline), len(plain.tasks)) == (0, 1)
    await asyncio.gather(*plain.tasks)


async def test_what_is_no_http_is_turned_away(plain: Plain) -> None:
    plain.data_received(b"what?\r\n\r\n")
    assert plain.turned_away == ["Invalid HTTP request received."]


@pytest.mark.parametrize("name", ["uvicorn", "httptools", "hpack"])
def test_whose_insides_are_used_has_an_upper_bound(name: str) -> None:
    wanted = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]["dependencies"]
    (found,) = (one for one in wanted if re.match(rf"{name}\b", one))
    assert re.fullmatch(rf"{name}>=[\d.]+,<[\d.]+", found)
