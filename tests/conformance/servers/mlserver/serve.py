"""MLServer with a custom runtime for each of the kit's models: serve.py HTTP_PORT GRPC_PORT SCRATCH."""

import json
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import repository

http, grpc, scratch = sys.argv[1], sys.argv[2], Path(sys.argv[3])
for name in (*repository.SAME, repository.SUMS):
    sides = {"inputs": repository.inputs(name), "outputs": repository.outputs(name)}
    described = {
        side: [{"name": tensor, "datatype": datatype, "shape": [-1, 2]} for tensor, datatype in tensors.items()]
        for side, tensors in sides.items()
    }
    folder = scratch / "models" / name
    folder.mkdir(parents=True)
    (folder / "model-settings.json").write_text(
        json.dumps({"name": name, "implementation": "runtime.Kit", **described})
    )
settings = {
    "HOST": "127.0.0.1", "HTTP_PORT": http, "GRPC_PORT": grpc, "METRICS_PORT": "0", "METRICS_DIR": str(scratch),
    "ENVIRONMENTS_DIR": str(scratch), "DEBUG": "false", "PARALLEL_WORKERS": "0",
}  # fmt: skip
os.environ |= {f"MLSERVER_{name}": value for name, value in settings.items()}
here = Path(__file__).resolve().parent
os.environ["PYTHONPATH"] = os.pathsep.join([str(here), str(here.parent)])
program = str(Path(sys.executable).with_name("mlserver"))
os.execv(program, [program, "start", str(scratch / "models")])
