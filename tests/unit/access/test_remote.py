"""The programs that run inside the pod, run here by the same Python."""

import hashlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path

from colonnade_access.store.remote import RECEIVE

CONTENT = b"carrier,delay\nUA,7\n"


def receive(target: Path, content: bytes, size: int | None = None, digest: str | None = None) -> list[str]:
    """The states that the program spoke of."""
    size = len(content) if size is None else size
    digest = digest or hashlib.sha256(content).hexdigest()
    command = [sys.executable, "-c", RECEIVE, str(target), str(size), digest]
    ended = subprocess.run(command, input=content, capture_output=True, check=True, timeout=300)
    return [json.loads(line)["state"] for line in ended.stdout.splitlines()]


def test_a_file_is_stored_readable_for_the_jobs(tmp_path: Path) -> None:
    target = tmp_path / "flights" / "flights.csv"
    assert receive(target, CONTENT) == ["ready", "stored"]
    assert target.read_bytes() == CONTENT
    assert target.stat().st_mode & 0o777 == 0o644


def test_a_file_that_stops_half_way_leaves_nothing(tmp_path: Path) -> None:
    target = tmp_path / "flights" / "flights.csv"
    assert receive(target, CONTENT, size=len(CONTENT) + 1) == ["ready", "damaged"]
    assert not list(target.parent.iterdir())
    assert not list((tmp_path / ".incoming").iterdir())


def test_a_file_that_arrives_changed_leaves_the_one_before(tmp_path: Path) -> None:
    target = tmp_path / "flights" / "flights.csv"
    target.parent.mkdir()
    target.write_bytes(b"before")
    assert receive(target, CONTENT, digest="0" * 64) == ["ready", "damaged"]
    assert target.read_bytes() == b"before"


def test_a_store_without_room_says_so_before_anything_is_sent(tmp_path: Path) -> None:
    assert receive(tmp_path / "flights" / "flights.csv", CONTENT, size=1 << 60) == ["full"]


def test_a_file_uploaded_anew_is_the_one_uploaded_last(tmp_path: Path) -> None:
    first, second = tmp_path / "flights" / "first.csv", tmp_path / "flights" / "second.csv"
    receive(first, CONTENT)
    os.utime(first, (1, 1))
    receive(second, b"other")
    assert receive(first, CONTENT) == ["present"]
    assert first.stat().st_mtime >= second.stat().st_mtime


def test_leftovers_of_killed_pushes_are_swept_once_they_are_old(tmp_path: Path) -> None:
    incoming = tmp_path / ".incoming"
    incoming.mkdir()
    old, young = incoming / "old", incoming / "young"
    old.touch()
    young.touch()
    an_hour_ago = time.time() - 3700
    os.utime(old, (an_hour_ago, an_hour_ago))
    receive(tmp_path / "flights" / "flights.csv", CONTENT)
    assert [each.name for each in incoming.iterdir()] == ["young"]
