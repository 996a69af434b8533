import os
from pathlib import Path

import pytest

from colonnade_serving.threads import cpu_limit, intra_op_threads

CPUS = len(os.sched_getaffinity(0))


@pytest.mark.parametrize(
    ("files", "limit"),
    [
        ({"cpu.max": "50000 100000\n"}, 0.5),
        ({"cpu.max": "100000 100000\n"}, 1.0),
        ({"cpu.max": "max 100000\n"}, CPUS),
        ({"cpu/cpu.cfs_quota_us": "50000\n", "cpu/cpu.cfs_period_us": "100000\n"}, 0.5),
        ({"cpu/cpu.cfs_quota_us": "-1\n", "cpu/cpu.cfs_period_us": "100000\n"}, CPUS),
        ({"cpu.max": "100000000 100000\n"}, CPUS),
        ({}, CPUS),
    ],
)
def test_the_quota_of_either_cgroup_version_is_the_limit(tmp_path: Path, files: dict[str, str], limit: float):
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    assert cpu_limit(tmp_path) == limit


def test_half_a_cpu_is_one_thread(tmp_path: Path):
    (tmp_path / "cpu.max").write_text("50000 100000")
    assert intra_op_threads(tmp_path) == 1
