import gzip
import tracemalloc
import zlib
from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colonnade_serving.protocol.coding import WORTH_BYTES, deflated, inflate, preferred
from colonnade_serving.protocol.errors import ProtocolError

MIB = 1 << 20


def raw_deflate(data: bytes) -> bytes:
    compressor = zlib.compressobj(wbits=-15)
    return compressor.compress(data) + compressor.flush()


FORMS = [("gzip", gzip.compress), ("X-GZip", gzip.compress), ("deflate", zlib.compress), ("deflate", raw_deflate)]


@pytest.mark.parametrize(("encoding", "squeeze"), FORMS)
@given(data=st.binary(max_size=3000))
def test_a_body_is_what_it_was_before(encoding: str, squeeze: Callable[[bytes], bytes], data: bytes):
    assert inflate(squeeze(data), encoding, 3000) == data


@given(st.lists(st.binary(max_size=100), max_size=4))
def test_gzip_members_follow_one_another(members: list[bytes]):
    assert inflate(b"".join(map(gzip.compress, members)), "gzip", 400) == b"".join(members)


@pytest.mark.parametrize(("encoding", "squeeze"), FORMS)
def test_a_bomb_is_refused_before_it_goes_off(encoding: str, squeeze: Callable[[bytes], bytes]):
    bomb = squeeze(bytes(50 * MIB))
    assert len(bomb) < MIB // 8
    tracemalloc.start()
    with pytest.raises(ProtocolError) as refused:
        inflate(bomb, encoding, MIB)
    made = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert refused.value.status == 413
    assert made < 4 * MIB


def test_a_bomb_in_many_members_is_refused_too():
    with pytest.raises(ProtocolError, match="more than 1000 bytes when inflated"):
        inflate(gzip.compress(bytes(999)) * 3, "gzip", 1000)


@pytest.mark.parametrize(("encoding", "squeeze"), FORMS)
@given(data=st.binary(min_size=1, max_size=300), cut=st.integers(1, 8))
def test_a_body_cut_short_is_a_400(encoding: str, squeeze: Callable[[bytes], bytes], data: bytes, cut: int):
    whole = squeeze(data)
    with pytest.raises(ProtocolError) as refused:
        inflate(whole[: max(1, len(whole) - cut)], encoding, 300)
    assert refused.value.status == 400


@given(st.sampled_from(["gzip", "deflate"]), st.binary(max_size=100))
def test_rubbish_is_a_body_or_a_refusal(encoding: str, rubbish: bytes):
    with suppress(ProtocolError):
        assert len(inflate(rubbish, encoding, 1000)) <= 1000


@pytest.mark.parametrize("encoding", ["br", "gzip, gzip", "zstd"])
def test_an_encoding_that_is_not_known_is_a_415_that_names_those_that_are(encoding: str):
    with pytest.raises(ProtocolError) as refused:
        inflate(b"x", encoding, 10)
    assert (refused.value.status, refused.value.headers) == (415, {"Accept-Encoding": "gzip, deflate"})


@pytest.mark.parametrize("encoding", ["", "identity", "Identity "])
def test_a_plain_body_is_left_alone(encoding: str):
    body = b"as it is"
    assert inflate(body, encoding, 10) is body


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("", None),
        ("br", None),
        ("identity", None),
        ("gzip", "gzip"),
        ("gzip, deflate, br", "gzip"),
        ("deflate", "deflate"),
        ("gzip;q=0.5, Deflate;q=0.8", "deflate"),
        ("gzip;q=0", None),
        ("gzip; q=0, *", "deflate"),
        ("*;q=0", None),
        ("gzip;q=high", None),
        (",;=,", None),
    ],
)
def test_the_client_says_which_encoding_it_likes(accepted: str, coding: str | None):
    assert preferred(accepted) == coding


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_a_long_answer_is_deflated_for_who_asks(coding: str):
    body = b"0.5, " * 1000
    small, said = deflated(body, coding)
    assert said == coding
    assert len(small) < len(body) // 10
    assert inflate(small, coding, len(body)) == body


def test_a_short_answer_stays_as_it_is():
    assert deflated(b"x" * (WORTH_BYTES - 1), "gzip") == (b"x" * (WORTH_BYTES - 1), None)
