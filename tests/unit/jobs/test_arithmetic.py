"""Equal trainings make equal models on each node: sums are made with the instructions that all nodes have."""

import subprocess
import sys

import pytest
from threadpoolctl import threadpool_info  # type: ignore[import-untyped]

from colonnade_jobs import arithmetic
from tests.unit.jobs.harness import Harness


@pytest.mark.parametrize(
    ("machine", "flags", "kernel"),
    [
        ("x86_64", {"avx2", "fma", "avx512f"}, "Haswell"),
        ("x86_64", {"avx2", "fma"}, "Haswell"),
        ("x86_64", {"sse4_2"}, None),
        ("aarch64", set(), "ARMV8"),
        ("riscv64", set(), None),
    ],
)
def test_the_kernel_is_one_that_the_machine_can_run(machine: str, flags: set[str], kernel: str | None) -> None:
    assert arithmetic.settings(machine, frozenset(flags)).get("OPENBLAS_CORETYPE") == kernel


def test_what_is_set_already_stays() -> None:
    environment = {"OPENBLAS_CORETYPE": "Zen"}
    arithmetic.pin(environment)
    assert environment["OPENBLAS_CORETYPE"] == "Zen"


def test_it_is_pinned_before_anything_that_sums_is_loaded() -> None:
    program = "import sys, colonnade_jobs; sys.exit('numpy' in sys.modules or 'threadpoolctl' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_a_model_says_what_it_was_computed_with(peoples_harness: Harness) -> None:
    answer = peoples_harness.train("linear_model.LogisticRegression", "flag", features={"include": ["age"]})
    kernels = {library["architecture"] for library in threadpool_info() if library["user_api"] == "blas"}
    assert all(kernel in answer["lineage"]["arithmetic"] for kernel in kernels)
    assert peoples_harness.bundle(answer).lineage | {"rounds": None} == answer["lineage"]
