"""The conformance kit's gRPC part, by way of the router to the serving runtime as it runs in a pod."""

import asyncio
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from tests.conformance import kit, servers
from tests.e2e.router.household import Household
from tests.e2e.router.load import Client

NAME = "air/localhost"  # the kit's clients say whom they ask by where they connect to
CLIENTS = ["triton_grpc", "kserve_grpc", "grpc_stubs", "node"]


@dataclass
class Runtime:
    """A pod that is a process beside us."""

    port: int
    revision: str = "s1"
    address: str = "127.0.0.1"


async def test_foreign_clients_find_by_grpc_all_that_they_find_without_a_router(
    router: Household, client: Client
) -> None:
    with servers.running("ours") as server:
        router.join(NAME, Runtime(urlsplit(server.url).port or 0))
        await router.deploy(NAME, "s1")
        assert (await client.ask("localhost", "/v2/repository/index")).status == 200  # REST, of the same port
        through = replace(server, grpc=f"localhost:{router.settings.data_port}")
        results = await asyncio.to_thread(kit.run, through, CLIENTS)
    assert len(results) > 50
    assert [f"{one.client}: {one.title}: {one.failure}" for one in results if one.failure] == []
