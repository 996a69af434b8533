"""What `import colonnade_client` brings into a notebook."""

import subprocess
import sys

HEAVY = (
    "pandas",
    "polars",
    "duckdb",
    "sklearn",
    "onnx",
    "onnxruntime",
    "kopf",
    "aiohttp",
    "grpc",
    "rich",
    "typer",
    "IPython",
)


def test_nothing_heavy_is_loaded_before_it_is_needed() -> None:
    program = "import sys, colonnade_client; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    assert not set(HEAVY) & set(loaded)
