"""A serving pod calls nobody, and its engine keeps no notes."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

LOADS = (
    "from pathlib import Path; from colonnade_serving.engine import Engine; Engine(Path({path!r}))",
    "import colonnade_serving.bundle, onnxruntime; onnxruntime.InferenceSession({path!r})",
)


@pytest.mark.parametrize("program", LOADS)
@pytest.mark.parametrize("wish", [None, "0"])
def test_onnxruntime_leaves_no_telemetry_behind(logistic: Path, tmp_path: Path, program: str, wish: str | None):
    hidden = ("ORT_DISABLE_TELEMETRY", "XDG_CACHE_HOME", "CI", "GITHUB_ACTIONS")
    environment = {name: value for name, value in os.environ.items() if name not in hidden} | {"HOME": str(tmp_path)}
    if wish is not None:
        environment["ORT_DISABLE_TELEMETRY"] = wish
    subprocess.run([sys.executable, "-c", program.format(path=str(logistic))], env=environment, check=True, timeout=120)
    assert list(tmp_path.rglob("*")) == []
