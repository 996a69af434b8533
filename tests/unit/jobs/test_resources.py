"""A Job uses what its cgroup allows, not what the node has."""

import os
from pathlib import Path

import pytest

from colonnade_jobs import resources


@pytest.mark.parametrize(("quota", "expected"), [("50000 100000", 1), ("150000 100000", 2), ("max 100000", None)])
def test_a_quota_is_rounded_up_to_whole_processors(tmp_path: Path, quota: str, expected: int | None) -> None:
    (tmp_path / "cpu.max").write_text(quota)
    available = len(os.sched_getaffinity(0))
    assert resources.cpus(tmp_path) == min(available, expected or available)


def test_memory_is_the_limit_where_there_is_one(tmp_path: Path) -> None:
    machine = resources.memory_bytes(tmp_path)
    (tmp_path / "memory.max").write_text("1073741824\n")
    assert resources.memory_bytes(tmp_path) == 1 << 30
    (tmp_path / "memory.max").write_text("max\n")
    assert resources.memory_bytes(tmp_path) == machine


def test_a_node_with_cgroup_v1_bounds_a_job_as_well(tmp_path: Path) -> None:
    machine = resources.memory_bytes(tmp_path)
    (tmp_path / "memory").mkdir()
    (tmp_path / "cpu").mkdir()
    (tmp_path / "memory" / "memory.limit_in_bytes").write_text("1073741824\n")
    (tmp_path / "cpu" / "cpu.cfs_quota_us").write_text("50000\n")
    (tmp_path / "cpu" / "cpu.cfs_period_us").write_text("100000\n")
    assert (resources.memory_bytes(tmp_path), resources.cpus(tmp_path)) == (1 << 30, 1)
    (tmp_path / "memory" / "memory.limit_in_bytes").write_text("9223372036854771712\n")
    assert resources.memory_bytes(tmp_path) == machine
