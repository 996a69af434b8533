"""The rules of RFC 9113, one by one, over a real socket. (tests/soak/test_h2spec.py has all of h2spec.)"""

import asyncio

import pytest

from colonnade_serving.rpc.http2 import ErrorCode, frames
from colonnade_serving.rpc.http2.connection import STREAMS
from colonnade_serving.rpc.http2.stream import WINDOW
from tests.unit.serving.rpc.http2.talk import HEADERS, Hold, talk


async def test_a_request_is_answered():
    async with talk() as client:
        client.ask(1, b"hello")
        assert await client.body(1) == b"hello"


async def test_bytes_may_come_one_by_one():
    async with talk(greet=False) as client:
        block = client.encoder.encode(HEADERS)
        sent = frames.PREFACE + frames.settings({}) + frames.frame(frames.HEADERS, frames.END_HEADERS, 1, block)
        for byte in sent + frames.frame(frames.DATA, frames.END_STREAM, 1, b"hello"):
            client.write(bytes([byte]))
            await asyncio.sleep(0)
        assert await client.body(1) == b"hello"


async def test_a_header_block_may_come_in_parts_with_padding_and_priority():
    async with talk() as client:
        block = client.encoder.encode(HEADERS)
        flags = frames.PADDED | frames.WITH_PRIORITY
        client.write(
            frames.frame(frames.HEADERS, flags, 1, b"\3\0\0\0\0\x10" + block[:4] + bytes(3)),
            frames.frame(frames.CONTINUATION, 0, 1, block[4:9]),
            frames.frame(frames.CONTINUATION, frames.END_HEADERS, 1, block[9:]),
            frames.frame(frames.DATA, frames.PADDED | frames.END_STREAM, 1, b"\2hello\0\0"),
        )
        assert await client.body(1) == b"hello"


async def test_heads_that_repeat_are_known_and_mean_the_same_until_the_table_changes():
    async with talk() as client:
        for stream in range(1, 40, 2):
            client.ask(stream, b"%d" % stream, [("x-odd", str(stream // 8))])
            assert await client.body(stream) == b"%d" % stream


async def test_an_answer_waits_for_the_windows():
    async with talk() as client:
        client.write(frames.settings({frames.INITIAL_WINDOW: 10}))
        client.ask(1, bytes(range(25)))
        _, _, first = await client.read(frames.DATA)
        assert first == bytes(range(10))
        client.write(frames.window_update(1, 5))
        assert (await client.read(frames.DATA))[2] == bytes(range(10, 15))
        client.write(frames.settings({frames.INITIAL_WINDOW: 20}))
        assert (await client.read(frames.DATA))[2] == bytes(range(15, 25))
        assert (await client.read(frames.HEADERS))[1] & frames.END_STREAM


async def test_a_window_may_become_negative_and_the_answer_waits():
    async with talk() as client:
        client.write(frames.settings({frames.INITIAL_WINDOW: 10}))
        client.ask(1, bytes(20))
        await client.read(frames.DATA)
        client.write(frames.settings({frames.INITIAL_WINDOW: 4}), frames.window_update(1, 6))
        client.write(frames.frame(frames.PING, 0, 0, b"is there"))
        assert (await client.frame())[0] in (frames.SETTINGS, frames.PING)
        client.write(frames.window_update(1, 3))
        assert (await client.read(frames.DATA))[2] == bytes(3)


async def test_a_large_body_goes_through_every_window():
    body = bytes(range(256)) * (4 * WINDOW // 256)
    async with talk() as client:
        client.write(frames.frame(frames.HEADERS, frames.END_HEADERS, 1, client.encoder.encode(HEADERS)))
        for start in range(0, len(body), frames.MAX_FRAME):
            client.write(frames.frame(frames.DATA, 0, 1, body[start : start + frames.MAX_FRAME]))
        client.write(frames.frame(frames.DATA, frames.END_STREAM, 1))
        updates, seen = 0, b""
        while len(seen) < len(body):
            kind, stream, _, payload = await client.frame()
            updates += kind == frames.WINDOW_UPDATE and stream == 1
            if kind == frames.DATA:
                seen += payload
                client.write(frames.window_update(0, len(payload)), frames.window_update(1, len(payload)))
        assert seen == body
        assert updates >= 4


async def test_a_reset_stream_is_forgotten_and_its_receiver_hears():
    async with talk(Hold) as client:
        client.ask(1)
        client.write(frames.reset(1, ErrorCode.CANCEL), frames.frame(frames.PING, 0, 0, b"ping...."))
        assert (await client.read(frames.PING))[2] == b"ping...."
        assert client.server.gone == [1]
        client.server.receivers[1].stream.answer(b"\x88", b"late", b"")
        client.write(frames.frame(frames.PING, 0, 0, b"nothing."))
        kind, _, _, payload = await client.frame()
        assert (kind, payload) == (frames.PING, b"nothing.")


async def test_who_is_gone_leaves_nothing_behind():
    async with talk(Hold) as client:
        client.ask(1)
        client.ask(3)
        client.write(frames.frame(frames.PING, 0, 0, b"ping...."))
        await client.read(frames.PING)
        (connection,) = client.server.connections
        client.close()
        async with asyncio.timeout(10):
            await connection.closed
        assert sorted(client.server.gone) == [1, 3]


async def test_too_many_streams_are_refused_and_may_be_tried_again():
    async with talk(Hold) as client:
        for n in range(STREAMS + 1):
            client.ask(2 * n + 1)
        stream, _, payload = await client.read(frames.RST_STREAM)
        assert stream == 2 * STREAMS + 1
        assert frames.UINT32.unpack(payload)[0] == ErrorCode.REFUSED_STREAM


async def test_a_client_that_is_asked_to_leave_gets_what_it_asked_for():
    async with talk(Hold) as client:
        client.ask(1)
        client.write(frames.frame(frames.PING, 0, 0, b"ping...."))
        await client.read(frames.PING)
        (connection,) = client.server.connections
        connection.leave()
        _, _, payload = await client.read(frames.GOAWAY)
        assert frames.UINT32.unpack_from(payload)[0] == frames.STREAM_BITS
        _, _, ping = await client.read(frames.PING)
        client.ask(3)  # opened before it heard
        client.write(frames.frame(frames.PING, frames.ACK, 0, ping))
        client.write(frames.frame(frames.PING, 0, 0, b"ping...."))
        await client.read(frames.PING)
        client.server.receivers[1].stream.answer(b"\x88", b"one", b"")
        client.server.receivers[3].stream.answer(b"\x88", b"three", b"")
        assert (await client.read(frames.DATA))[2] == b"one"
        assert (await client.read(frames.DATA))[2] == b"three"
        assert await client.ended() == ErrorCode.NO_ERROR


async def test_a_client_that_stalls_is_given_up():
    async with talk(Hold) as client:
        client.write(frames.frame(frames.HEADERS, frames.END_HEADERS, 1, client.encoder.encode(HEADERS)))
        client.write(frames.frame(frames.PING, 0, 0, b"ping...."))
        await client.read(frames.PING)
        client.server.receivers[1].owed = True
        (connection,) = client.server.connections
        connection.sweep()
        client.write(frames.frame(frames.DATA, 0, 1, b"more"), frames.frame(frames.PING, 0, 0, b"ping...."))
        await client.read(frames.PING)
        connection.sweep()
        assert client.server.gone == []
        connection.sweep()
        assert client.server.gone == [1]


async def test_a_connection_without_a_word_is_given_up():
    async with talk(greet=False) as client:
        await client.read(frames.SETTINGS)
        (connection,) = client.server.connections
        connection.sweep()
        connection.sweep()
        async with asyncio.timeout(10):
            await connection.closed


FAULTS = {
    "a frame that is too long": (frames.FRAME.pack((frames.MAX_FRAME + 1) << 8, 0, 1), ErrorCode.FRAME_SIZE_ERROR),
    "data on stream 0": (frames.frame(frames.DATA, 0, 0, b"x"), ErrorCode.PROTOCOL_ERROR),
    "data on an idle stream": (frames.frame(frames.DATA, 0, 5, b"x"), ErrorCode.PROTOCOL_ERROR),
    "headers on an even stream": (frames.frame(frames.HEADERS, 4, 2, b"\x83"), ErrorCode.PROTOCOL_ERROR),
    "headers that point nowhere": (frames.frame(frames.HEADERS, 4, 1, b"\xff\x7f"), ErrorCode.COMPRESSION_ERROR),
    "a continuation of nothing": (frames.frame(frames.CONTINUATION, 4, 1, b""), ErrorCode.PROTOCOL_ERROR),
    "padding over its frame": (frames.frame(frames.HEADERS, 4 | 8, 1, b"\x09\x83"), ErrorCode.PROTOCOL_ERROR),
    "a push": (frames.frame(frames.PUSH_PROMISE, 4, 1, bytes(4)), ErrorCode.PROTOCOL_ERROR),
    "settings of a stream": (frames.frame(frames.SETTINGS, 0, 1), ErrorCode.PROTOCOL_ERROR),
    "half a setting": (frames.frame(frames.SETTINGS, 0, 0, bytes(3)), ErrorCode.FRAME_SIZE_ERROR),
    "an unheard-of window": (frames.settings({frames.INITIAL_WINDOW: 2**31}), ErrorCode.FLOW_CONTROL_ERROR),
    "a tiny frame size": (frames.settings({frames.MAX_FRAME_SIZE: 100}), ErrorCode.PROTOCOL_ERROR),
    "a short ping": (frames.frame(frames.PING, 0, 0, b"x"), ErrorCode.FRAME_SIZE_ERROR),
    "a window update by 0": (frames.window_update(0, 0), ErrorCode.PROTOCOL_ERROR),
    "a window over its limit": (frames.window_update(0, 2**31 - 1), ErrorCode.FLOW_CONTROL_ERROR),
    "a reset of an idle stream": (frames.reset(7, ErrorCode.CANCEL), ErrorCode.PROTOCOL_ERROR),
    "endless headers": (
        frames.frame(frames.HEADERS, 0, 1) + frames.frame(frames.CONTINUATION, 0, 1, bytes(16384)) * 5,
        ErrorCode.ENHANCE_YOUR_CALM,
    ),
    "a header bomb": (
        frames.frame(frames.HEADERS, 4, 1, b"\x40\x01a\x7f\xa1\x1d" + bytes(3872) + b"\xbe" * 12000),
        ErrorCode.ENHANCE_YOUR_CALM,
    ),
}


@pytest.mark.parametrize("name", FAULTS)
async def test_who_breaks_the_rules_is_told_and_let_go(name: str):
    sent, code = FAULTS[name]
    async with talk() as client:
        client.write(sent)
        assert await client.ended() == code


async def test_what_is_no_http2_is_let_go():
    async with talk(greet=False) as client:
        client.write(b"GET / HTTP/1.1\r\nhost: here\r\n\r\n")
        assert await client.ended() == ErrorCode.PROTOCOL_ERROR


async def test_more_than_the_connections_window_ends_it():
    async with talk(Hold) as client:
        await client.read(frames.SETTINGS)
        (connection,) = client.server.connections
        connection._allowed = 10
        client.write(frames.frame(frames.HEADERS, frames.END_HEADERS, 1, client.encoder.encode(HEADERS)))
        client.write(frames.frame(frames.DATA, 0, 1, bytes(11)))
        assert await client.ended() == ErrorCode.FLOW_CONTROL_ERROR


@pytest.mark.parametrize(
    "headers",
    [
        [("X-Upper", "1")],
        [("connection", "keep-alive")],
        [("te", "gzip")],
        [(":path", "/again")],
        [("content-length", "7")],
        [("content-length", "many")],
    ],
)
async def test_a_malformed_request_is_reset_and_the_connection_goes_on(headers: list[tuple[str, str]]):
    async with talk() as client:
        client.ask(1, b"hello", headers)
        stream, _, payload = await client.read(frames.RST_STREAM)
        assert (stream, frames.UINT32.unpack(payload)[0]) == (1, ErrorCode.PROTOCOL_ERROR)
        client.ask(3, b"hello")
        assert await client.body(3) == b"hello"
