"""Whatever a client sends, it ends in answers or in GOAWAY, never in a fault of the server's."""

import asyncio

from hypothesis import given, settings
from hypothesis import strategies as st

from colonnade_serving.rpc.http2 import ErrorCode, frames
from colonnade_serving.rpc.http2.head import HeadReader
from tests.unit.serving.rpc.http2.talk import HEADERS, talk

KINDS = st.integers(0, 12)
FLAGS = st.sampled_from([0, 1, 4, 5, 8, 9, 12, 0x20, 0x25, 0x2D])
STREAMS = st.sampled_from([0, 1, 2, 3, 5, 7, 2**31 - 1])


@st.composite
def written(draw: st.DrawFn) -> bytes:
    """Frames, most of them nearly right."""
    block = b"\x83\x86\x84\x41\x04here"
    payload = st.one_of(
        st.binary(max_size=40), st.just(block), st.just(bytes(4)), st.just(b"\0\0\0\5"), st.just(bytes(8))
    )
    return b"".join(
        frames.frame(draw(KINDS), draw(FLAGS), draw(STREAMS), draw(payload)) for _ in range(draw(st.integers(1, 12)))
    )


@settings(max_examples=100, deadline=None)
@given(written(), st.lists(st.integers(1, 30), max_size=6))
def test_no_bytes_are_a_fault_of_the_servers(data: bytes, cuts: list[int]):
    faults: list[object] = []

    async def run() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, context: faults.append(context))
        async with talk() as client:
            start = 0
            for cut in cuts:
                client.write(data[start : start + cut])
                start += cut
                await asyncio.sleep(0)
            client.write(data[start:], frames.frame(frames.PING, 0, 0, b"the end!"))
            while True:
                try:
                    kind, _, _, payload = await client.frame()
                except (asyncio.IncompleteReadError, ConnectionResetError):
                    return
                if kind == frames.PING and payload == b"the end!":
                    return
                if kind == frames.GOAWAY:
                    assert frames.UINT32.unpack_from(payload, 4)[0] in set(ErrorCode)

    asyncio.run(run())
    assert faults == []


@given(st.lists(st.tuples(st.sampled_from(["a", "grpc-timeout", "b"]), st.integers(0, 3), st.booleans()), max_size=30))
def test_remembered_heads_say_what_hpack_says(fields: list[tuple[str, int, bool]]):
    from hpack import Decoder, Encoder  # noqa: PLC0415

    encoder, decoder, heads = Encoder(), Decoder(), HeadReader()
    for name, value, twice in fields:
        for _ in range(1 + twice):
            block = encoder.encode([*HEADERS, (name, str(value))])
            expected = {bytes(key): bytes(text) for key, text in decoder.decode(block, raw=True)}
            assert heads.read(block).fields == expected
