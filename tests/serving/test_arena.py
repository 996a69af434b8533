"""What a large run took is given back to the system; a process of its own, since others' memory would count too."""

import subprocess
import sys
from pathlib import Path

from tests.unit.serving.batching.tasks import doubled

MEASURED = """
import sys
from pathlib import Path
import numpy as np
from colonnade_serving.engine import Engine
from colonnade_serving.models.memory import keep_large_apart, trim

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 >> 20

keep_large_apart()
engine = Engine(Path(sys.argv[1]), 1)
row = {"X": np.ones((1, 1), np.float32)}
engine.infer(row)
before = resident()
for columns in (1 << 20, 1 << 24, 1 << 22):
    engine.infer({"X": np.ones((1, columns), np.float32)})
trim()
after = resident()
assert engine.shrink(row)
trim()
print(after - before, resident() - before)
"""


def test_memory_goes_back_to_the_system(tmp_path: Path):
    model = doubled(tmp_path / "model.onnx")
    ended = subprocess.run(
        [sys.executable, "-c", MEASURED, str(model)], capture_output=True, text=True, timeout=60, check=True
    )
    kept, left = map(int, ended.stdout.split())
    assert kept > 60  # MiB: its output of 2 ** 24 floats
    assert left < kept / 4
