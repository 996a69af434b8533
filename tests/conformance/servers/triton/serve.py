"""Triton from pytriton's wheel, its Python backend for the kit's models: serve.py HTTP_PORT GRPC_PORT SCRATCH."""

import os
import shutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import pytriton
import repository

http, grpc, scratch = sys.argv[1], sys.argv[2], Path(sys.argv[3])
here = Path(__file__).resolve().parent
bundle = Path(pytriton.__file__).parent / "tritonserver"
version = f"{sys.version_info[0]}.{sys.version_info[1]}"


def tensors(side, found):
    """One side of a model's config."""
    kinds = {name: "STRING" if datatype == "BYTES" else datatype for name, datatype in found.items()}
    listed = (f'{{ name: "{name}", data_type: TYPE_{kind}, dims: [2] }}' for name, kind in kinds.items())
    return f"{side} [{', '.join(listed)}]\n"


shutil.copytree(bundle / "backends", scratch / "backends")
shutil.copy(bundle / "python_backend_stubs" / version / "triton_python_backend_stub", scratch / "backends" / "python")
for name in (*repository.SAME, repository.SUMS):
    folder = scratch / "models" / name
    (folder / "1").mkdir(parents=True)
    shutil.copy(here / "model.py", folder / "1" / "model.py")
    sides = tensors("input", repository.inputs(name)) + tensors("output", repository.outputs(name))
    config = f'backend: "python"\nmax_batch_size: 65536\n{sides}instance_group [{{ count: 1, kind: KIND_CPU }}]\n'
    (folder / "config.pbtxt").write_text(config)
site = Path(pytriton.__file__).parent.parent
os.environ["PYTHONPATH"] = os.pathsep.join([str(here.parent), str(site)])
libraries = [
    str(site / "nvidia_pytriton.libs"),
    str(Path(sys.base_prefix, "lib")),
    os.environ.get("LD_LIBRARY_PATH", ""),
]
os.environ["LD_LIBRARY_PATH"] = os.pathsep.join(libraries)
options = {
    "model-repository": scratch / "models", "backend-directory": scratch / "backends", "http-port": http,
    "http-address": "127.0.0.1", "grpc-port": grpc, "grpc-address": "127.0.0.1", "allow-metrics": "false",
    "cache-directory": bundle / "caches", "model-control-mode": "explicit", "load-model": "*",
    "exit-on-error": "false", "strict-readiness": "false",
}  # fmt: skip
server = str(bundle / "bin" / "tritonserver")
os.execv(server, [server, *(f"--{name}={value}" for name, value in options.items())])
