"""Who has a port has it alone, and who can't have it hears of whom."""

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import pytest

from colonnade_serving.ports import PortError, hold, listen

HOST = "127.0.0.1"
Take = Callable[[str, int], socket.socket]
alone = partial(listen, shared=False)
shared = partial(listen, shared=True)
WAYS = pytest.mark.parametrize("take", [alone, hold], ids=["one", "several"])


@pytest.fixture
def opened() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def port_of(taken: socket.socket) -> int:
    return int(taken.getsockname()[1])


def held(opened: ExitStack) -> int:
    """A port that is held."""
    return port_of(opened.enter_context(hold(HOST, 0)))


def test_a_port_that_is_held_is_shared_by_who_shares_it(opened: ExitStack):
    port = held(opened)
    for _ in range(2):
        opened.enter_context(shared(HOST, port))


@WAYS
@pytest.mark.parametrize("host", [HOST, "0.0.0.0"])
def test_a_port_is_held_before_anyone_listens(opened: ExitStack, take: Take, host: str):
    with pytest.raises(PortError, match=rf"^port {(port := held(opened))} is held by .* choose another port$"):
        take(host, port)


@WAYS
def test_a_port_that_is_named_is_held_before_anyone_listens(opened: ExitStack, take: Take):
    with alone(HOST, 0) as other:
        port = port_of(other)
    opened.enter_context(hold(HOST, port))
    with pytest.raises(PortError, match=f"port {port} is held"):
        take(HOST, port)


@WAYS
@pytest.mark.parametrize("theirs", [alone, shared], ids=["alone", "shared"])
def test_who_listens_on_a_port_is_named(opened: ExitStack, take: Take, theirs: Take):
    port = port_of(opened.enter_context(theirs(HOST, 0)))
    name = Path("/proc/self/comm").read_text().strip()
    with pytest.raises(PortError) as refused:
        take(HOST, port)
    assert str(refused.value) == f"port {port} is held by pid {os.getpid()} ({name}); end that, or choose another port"


def test_who_listens_at_another_address_is_not_named(opened: ExitStack):
    port = held(opened)
    opened.enter_context(alone("127.0.0.2", port))
    with pytest.raises(PortError, match="a process that can't be seen from here"):
        alone(HOST, port)


@WAYS
def test_an_address_of_the_newer_family_is_held_too(opened: ExitStack, take: Take):
    port = port_of(opened.enter_context(alone("::1", 0)))
    with pytest.raises(PortError, match=f"port {port} is held by pid {os.getpid()} "):
        take("::1", port)


@WAYS
def test_a_port_can_be_had_again_at_once_after_its_server_hung_up(opened: ExitStack, take: Take):
    with alone(HOST, 0) as server:
        port = port_of(server)
        client = opened.enter_context(socket.create_connection((HOST, port)))
        server.accept()[0].close()  # first: what the kernel remembers of it is the server's
        assert client.recv(1) == b""
        client.close()
    opened.enter_context(take(HOST, port))


@WAYS
def test_an_address_that_is_not_of_this_machine_is_said(take: Take):
    with pytest.raises(PortError, match=r"^192\.0\.2\.1 port 8080: Cannot assign requested address$"):
        take("192.0.2.1", 8080)
