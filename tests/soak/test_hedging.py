"""A client that means well and looks rude: it cancels half of its calls, and pings all the time."""

import asyncio
from pathlib import Path

import grpc
import numpy as np

from colonnade_serving.rpc.protos import inference_pb2 as pb
from tests.conformance import environments
from tests.serving.process import serving

INFER, STREAM = (f"/inference.GRPCInferenceService/{name}" for name in ("ModelInfer", "ModelStreamInfer"))
OPTIONS = [
    ("grpc.keepalive_time_ms", 10),
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.http2.max_pings_without_data", 0),
    ("grpc.max_receive_message_length", -1),
]
LINES, CALLS, LARGE, STREAMED = 32, 300, 30, 10_000


def question(rows: int) -> bytes:
    tensor = pb.ModelInferRequest.InferInputTensor(name="x", datatype="FP32", shape=(rows, 2))
    raw = np.zeros((rows, 2), np.float32).tobytes()
    return pb.ModelInferRequest(model_name="same_fp32", inputs=[tensor], raw_input_contents=[raw]).SerializeToString()


async def hedges(channel: grpc.aio.Channel) -> None:
    infer, asked = channel.unary_unary(INFER), question(1)
    for _ in range(CALLS):
        other = infer(asked, timeout=30)
        await asyncio.sleep(0)
        other.cancel()
        await infer(asked, timeout=30)


async def streams(channel: grpc.aio.Channel) -> int:
    stream, asked = channel.stream_stream(STREAM)(timeout=60), question(1)

    async def ask() -> None:
        for _ in range(STREAMED):
            await stream.write(asked)
        await stream.done_writing()

    asking = asyncio.create_task(ask())
    heard = sum([1 async for _ in stream])
    await asking
    return heard


async def test_it_is_never_let_go(tmp_path: Path):
    with serving(tmp_path, str(environments.models()), "--queue-limit=100000") as served:
        async with grpc.aio.insecure_channel(f"127.0.0.1:{served.port}", options=OPTIONS) as channel:
            await asyncio.gather(*(hedges(channel) for _ in range(LINES)))
            for _ in range(LARGE):
                assert len(await channel.unary_unary(INFER)(question(200_000), timeout=30)) > 1_600_000
            assert await streams(channel) == STREAMED
        assert "was cut off" not in served.log.read_text()
