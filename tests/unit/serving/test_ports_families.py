"""The address families of what is listened on."""

import socket
from contextlib import closing

import pytest

from colonnade_serving.ports import hold, listen


def reached(port: int, host: str) -> bool:
    try:
        with socket.create_connection((host, port), timeout=5):
            return True
    except OSError:
        return False


@pytest.mark.parametrize("shared", [False, True])
def test_the_address_of_all_takes_both_families(shared: bool):
    with closing(listen("::", 0, shared)) as listener:
        port = listener.getsockname()[1]
        assert (reached(port, "127.0.0.1"), reached(port, "::1")) == (True, True)


def test_another_address_of_ipv6_takes_its_own():
    with closing(listen("::1", 0, False)) as listener:
        port = listener.getsockname()[1]
        assert (reached(port, "127.0.0.1"), reached(port, "::1")) == (False, True)


def test_workers_of_a_held_port_take_both_families():
    with closing(hold("::", 0)) as holder:
        port = holder.getsockname()[1]
        with closing(listen("::", port, True)), closing(listen("::", port, True)):
            assert (reached(port, "127.0.0.1"), reached(port, "::1")) == (True, True)


def test_a_port_that_is_held_in_both_families_is_nobody_elses():
    with closing(hold("::", 0)) as holder, socket.socket() as other, pytest.raises(OSError, match="in use"):
        other.bind(("127.0.0.1", holder.getsockname()[1]))
