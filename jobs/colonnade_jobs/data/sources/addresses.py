"""The parts of a source's address, taken as they stand: `?` and `*` are wildcards, and nothing is percent-encoded."""

from typing import NamedTuple

WILDCARDS = "*?["


class Address(NamedTuple):
    """scheme://host/path; host is a claim for pvc, a bucket for s3, empty for file."""

    scheme: str
    host: str
    path: str


def parse(address: str) -> Address:
    """The parts of an address; all are empty but the path where it has no scheme."""
    scheme, found, rest = address.partition("://")
    if not found:
        return Address("", "", address)
    host, _, path = rest.partition("/")
    return Address(scheme, host, path)


def fixed(path: str) -> str:
    """The folder that a path names before any wildcard: the path itself, where it has none."""
    wildcard = first_wildcard(path)
    return path if wildcard is None else path[:wildcard].rpartition("/")[0]


def first_wildcard(path: str) -> int | None:
    """Where a path's first wildcard stands; None where it has none."""
    return min((path.index(char) for char in WILDCARDS if char in path), default=None)
