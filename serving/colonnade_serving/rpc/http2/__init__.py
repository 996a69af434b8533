"""HTTP/2 for a server of short messages (RFC 9113), over an asyncio transport; it knows nothing of gRPC.

hpack keeps the header tables; the frames are read and written here, since python-hyper's h2 takes 0.4 ms a request.
"""

from .connection import Connection
from .frames import ConnectionFault, ErrorCode
from .head import Head
from .stream import Receiver, Stream

__all__ = ["Connection", "ConnectionFault", "ErrorCode", "Head", "Receiver", "Stream"]
