"""A router that answers is alive, whatever else keeps it busy."""

import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager

from tests.e2e.router.household import Household
from tests.e2e.router.load import Client

FLIGHTS, HOST = "air/flights", "flights.air"
PTRACE_DETACH, PTRACE_SEIZE, PTRACE_INTERRUPT = 17, 0x4206, 0x4207
WAIT_ALL = 0x40000000


@contextmanager
def held(thread: int) -> Iterator[None]:
    """A thread that gets nothing done, as one with too much to do; its process goes on."""
    libc = ctypes.CDLL(None, use_errno=True)
    for request in (PTRACE_SEIZE, PTRACE_INTERRUPT):
        assert libc.ptrace(request, thread, None, None) == 0, os.strerror(ctypes.get_errno())
    os.waitpid(thread, WAIT_ALL)
    try:
        yield
    finally:
        libc.ptrace(PTRACE_DETACH, thread, None, None)


async def test_an_envoy_whose_main_thread_is_busy_answers_clients_and_is_alive(router: Household, client: Client):
    await router.pod(FLIGHTS, "s1")
    await router.deploy(FLIGHTS, "s1")
    with held(router.pid("envoy")):
        assert (await client.ask(HOST)).status == 200
        assert await router.live()


async def test_an_envoy_whose_agent_is_busy_answers_clients_and_is_alive(router: Household, client: Client):
    await router.pod(FLIGHTS, "s1")
    await router.deploy(FLIGHTS, "s1")
    with held(router.pid("agent")):
        assert (await client.ask(HOST)).status == 200
        assert await router.live()
