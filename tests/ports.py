"""Ports for servers that are told where to listen."""

import socket

_held: list[socket.socket] = []


def port() -> int:
    """One that nobody else is given as long as this process lives.

    Bound and not listened at: the kernel gives it to no one who asks for any, and whoever reuses addresses, as servers
    do, may listen there, time and again.
    """
    holder = socket.socket()
    holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    holder.bind(("127.0.0.1", 0))
    _held.append(holder)
    return int(holder.getsockname()[1])
