import gzip
import zlib

import pytest

from colonnade_serving.protocol.errors import ProtocolError
from colonnade_serving.rpc.messages import inflate

PLAIN = b"prediction " * 100


@pytest.mark.parametrize(("encoding", "deflate"), [("gzip", gzip.compress), ("deflate", zlib.compress)])
def test_what_was_compressed_is_as_it_was(encoding: str, deflate: object):
    assert inflate(deflate(PLAIN), encoding, len(PLAIN)) == PLAIN  # type: ignore[operator]


@pytest.mark.parametrize(
    ("data", "encoding", "limit", "status", "says"),
    [
        (gzip.compress(bytes(1 << 24), mtime=0), "gzip", 1 << 20, 413, "more than 1048576 bytes"),
        (gzip.compress(PLAIN, mtime=0)[:-9], "gzip", 1 << 20, 400, "gzip data ends early"),
        (b"plain", "gzip", 1 << 20, 400, "not gzip"),
        (b"plain", "snappy", 1 << 20, 501, "grpc-encoding: snappy is unknown here"),
        (b"plain", "identity", 1 << 20, 501, "grpc-encoding: identity"),
    ],
)
def test_what_cannot_be_inflated_is_refused(data: bytes, encoding: str, limit: int, status: int, says: str):
    with pytest.raises(ProtocolError, match=says) as refused:
        inflate(data, encoding, limit)
    assert refused.value.status == status
