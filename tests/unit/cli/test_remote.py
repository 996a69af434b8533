"""The programs that run inside the pod, run here by the same Python."""

import hashlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path

from colonnade.cli.store.remote import RECEIVE

CONTENT = b"carrier,delay\nUA,7\n"


def receive(target: Path, content: bytes, size: int | None = None, digest: str | None = None) -> list[str]:
    """The states that the program spoke of."""
    size = len(content) if size is None else size
    digest = digest or hashlib.sha256(content).hexdigest()
    command = [sys.executable, "-c", RECEIVE, str(target), str(size), digest]
    ended = subprocess.run(command, input=content, capture_output=True, check=True, timeout=20)
    return [json.loads(line)["state"] for line in ended.stdout.splitlines()]


def test_a_file_is_stored_readable_for_the_jobs(tmp_path: Path) -> None:
    target = tmp_path / "uploads" / "flights.csv"
    assert receive(target, CONTENT) == ["ready", "stored"]
    assert target.read_bytes() == CONTENT
    assert target.stat().st_mode & 0o777 == 0o644


def test_a_file_that_stops_half_way_leaves_nothing(tmp_path: Path) -> None:
    target = tmp_path / "flights.csv"
    assert receive(target, CONTENT, size=len(CONTENT) + 1) == ["ready", "damaged"]
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_arrives_changed_leaves_the_one_before(tmp_path: Path) -> None:
    target = tmp_path / "flights.csv"
    target.write_bytes(b"before")
    assert receive(target, CONTENT, digest="0" * 64) == ["ready", "damaged"]
    assert target.read_bytes() == b"before"


def test_a_store_without_room_says_so_before_anything_is_sent(tmp_path: Path) -> None:
    assert receive(tmp_path / "flights.csv", CONTENT, size=1 << 60) == ["full"]


def test_leftovers_of_killed_pushes_are_swept_once_they_are_old(tmp_path: Path) -> None:
    old, young = tmp_path / ".push-old", tmp_path / ".push-young"
    old.touch()
    young.touch()
    an_hour_ago = time.time() - 3700
    os.utime(old, (an_hour_ago, an_hour_ago))
    receive(tmp_path / "flights.csv", CONTENT)
    assert sorted(each.name for each in tmp_path.iterdir()) == [".push-young", "flights.csv"]
