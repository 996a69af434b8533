"""The processor's instructions that sums are made with: pinned, so that equal trainings make equal models on each node.

OpenBLAS and numpy pick the widest that a processor has, and a wider register adds in another order.
"""

import os
import platform
from collections.abc import MutableMapping
from pathlib import Path

# What nearly all machines have: AVX2 since 2013, and all of 64-bit Arm. What is set already stays.
X86 = {"OPENBLAS_CORETYPE": "Haswell", "NPY_DISABLE_CPU_FEATURES": "X86_V4 AVX512_ICL AVX512_SPR"}
ARM = {"OPENBLAS_CORETYPE": "ARMV8"}
CPUINFO = Path("/proc/cpuinfo")


def pin(environment: MutableMapping[str, str] = os.environ) -> None:
    """Sets what the libraries read while they load: to be called before numpy is imported."""
    for name, value in settings(platform.machine(), _flags(CPUINFO)).items():
        environment.setdefault(name, value)


def settings(machine: str, flags: frozenset[str]) -> dict[str, str]:
    """The environment for a machine (uname -m) whose processor has these flags; empty where it can't be pinned."""
    if machine in ("aarch64", "arm64"):
        return ARM
    return X86 if machine == "x86_64" and {"avx2", "fma"} <= flags else {}


def describe() -> str:
    """What this process computes with, such as `x86_64 OpenBLAS 0.3.31 Haswell`; of each BLAS that is loaded."""
    from threadpoolctl import threadpool_info  # type: ignore[import-untyped]  # noqa: PLC0415 - loads no library here

    found = sorted(
        {
            f"{of['internal_api']} {of['version']} {of.get('architecture', '')}".strip()
            for of in threadpool_info()
            if of["user_api"] == "blas"
        }
    )
    return f"{platform.machine()}: {', '.join(found) or 'no BLAS'}"


def _flags(cpuinfo: Path) -> frozenset[str]:
    try:
        lines = cpuinfo.read_text().splitlines()
    except OSError:
        return frozenset()
    return frozenset(next((line.partition(":")[2].split() for line in lines if line.startswith("flags")), []))
