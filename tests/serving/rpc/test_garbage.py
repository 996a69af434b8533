"""A call frees what it took by itself: with cycles, memory would grow until the collector comes, and then all wait."""

import asyncio
import gc
from pathlib import Path

import grpc

from colonnade_serving.rpc.protos import inference_pb2 as pb
from colonnade_serving.server.process import Process
from colonnade_serving.server.worker_context import ALONE
from colonnade_serving.settings import Settings
from tests.serving.rpc.client import raw_row

CALLS = 200
PATH = "/inference.GRPCInferenceService/ModelInfer"


async def test_calls_leave_nothing_to_the_garbage_collector(logistic: Path):
    process = Process(Settings(bundle=str(logistic)), ALONE)
    await process.models.begin()
    server = await asyncio.get_running_loop().create_server(process.rpc.connection, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]

    def ask(count: int) -> None:
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            infer = channel.unary_unary(PATH, pb.ModelInferRequest.SerializeToString, pb.ModelInferResponse.FromString)
            for _ in range(count):
                infer(raw_row(0.1, 0.2, 0.3), timeout=20)

    await asyncio.to_thread(ask, 5)
    process.telemetry.metrics.flush()
    gc.collect()
    gc.disable()
    try:
        await asyncio.to_thread(ask, CALLS)
        process.telemetry.metrics.flush()
        gc.set_debug(gc.DEBUG_SAVEALL)
        gc.collect()
        ours = [thing for thing in gc.garbage if type(thing).__module__.startswith("colonnade_serving.rpc")]
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()
    process.rpc.close()
    server.close()
    assert len(ours) < CALLS / 10, {type(thing).__name__ for thing in ours}
