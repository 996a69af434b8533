"""Ports: taken so that nobody else has them, and who has one that can't be taken."""

import errno
import os
import socket
from collections.abc import Iterator
from contextlib import suppress
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path
from typing import Final

PROC: Final = Path("/proc")
LISTENS: Final = "0A"
"""TCP_LISTEN, as /proc/net/tcp has it."""
BACKLOG: Final = 4096
WORKER: Final = b"colonnade_serving.workers.worker"

Address = IPv4Address | IPv6Address


class PortError(Exception):
    """A port can't be listened on; the message says why, on one line."""


def listen(host: str, port: int, shared: bool) -> socket.socket:
    """A listening socket, of both families for `::`. Raises PortError.

    shared: with processes over which the kernel spreads connections.
    """
    both = _is_every_address(host) and socket.has_dualstack_ipv6()
    try:
        return socket.create_server(
            (host, port), family=family(host), backlog=BACKLOG, reuse_port=shared, dualstack_ipv6=both
        )
    except OSError as error:
        raise _refused(host, port, error) from error


def hold(host: str, port: int) -> socket.socket:
    """A socket that keeps a port for this user's processes which share it (SO_REUSEPORT). Raises PortError.

    It doesn't listen, but it did: of all that bind an address to share it, none is told of the others, while only one
    that does not share may listen. From then on nobody binds the address who doesn't share it, restarts included. A
    port of 0 is one that the kernel knows to be free.
    """
    holder = socket.socket(family(host), socket.SOCK_STREAM)
    try:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        holder.bind((host, port))
        if port:
            holder.listen(1)
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 0)
        if port:
            holder.shutdown(socket.SHUT_RDWR)  # it stays bound
    except OSError as error:
        holder.close()
        raise _refused(host, port, error) from error
    return holder


def family(host: str) -> socket.AddressFamily:
    """The family of an address to listen on."""
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def _is_every_address(host: str) -> bool:
    try:
        return family(host) is socket.AF_INET6 and ip_address(host).is_unspecified
    except ValueError:
        return False


def _refused(host: str, port: int, error: OSError) -> PortError:
    if error.errno != errno.EADDRINUSE:
        said, _, _ = (error.strerror or str(error)).partition(" (while")
        return PortError(f"{host} port {port}: {said}")
    return PortError(f"port {port} is held by {_holder(host, port)}; end that, or choose another port")


def _holder(host: str, port: int) -> str:
    """Who listens there, as far as /proc shows it."""
    with suppress(OSError):
        sockets = {f"socket:[{inode}]" for inode in _listening(host, port)}
        if (pid := min(_having(sockets), default=None)) is not None:
            pid = _first_of(pid)
            return f"pid {pid} ({(PROC / str(pid) / 'comm').read_text().strip()})"
    return "a process that can't be seen from here (of another user or container, or about to start)"


def _listening(host: str, port: int) -> Iterator[str]:
    """The inodes of the sockets that listen on a port, at an address that meets the host's."""
    for table in ("net/tcp", "net/tcp6"):
        with suppress(OSError):
            for line in (PROC / table).read_text().splitlines()[1:]:
                fields = line.split()
                address, _, at = fields[1].partition(":")
                if fields[3] == LISTENS and int(at, 16) == port and _meet(_address(address), host):
                    yield fields[9]


def _address(digits: str) -> Address:
    """An address out of /proc/net/tcp: words of 32 bits, each in the machine's order."""
    words = [bytes.fromhex(digits[at : at + 8])[::-1] for at in range(0, len(digits), 8)]
    found = ip_address(b"".join(words))
    return getattr(found, "ipv4_mapped", None) or found


def _meet(address: Address, host: str) -> bool:
    try:
        wanted = ip_address(host)
    except ValueError:  # a name
        return True
    return address.is_unspecified or wanted.is_unspecified or address == wanted


def _having(sockets: set[str]) -> Iterator[int]:
    """The processes with one of these sockets open, of those that this user may look into."""
    for directory in PROC.glob("[0-9]*"):
        with suppress(OSError):
            if any(os.readlink(entry) in sockets for entry in (directory / "fd").iterdir()):
                yield int(directory.name)


def _first_of(pid: int) -> int:
    """A worker of ours is its supervisor's: to end it alone is in vain."""
    if WORKER not in (PROC / str(pid) / "cmdline").read_bytes():
        return pid
    status = (PROC / str(pid) / "status").read_text()
    return int(status.partition("PPid:")[2].split()[0])
