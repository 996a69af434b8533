"""Colonnade's serving runtime: ONNX models over the Open Inference Protocol.

`bundle` reads and verifies what training made, `store` moves it, `engine` runs it, `protocol` speaks with clients and
`server` puts them together. `colonnade_jobs` may use bundle, store, engine and protocol.tensors.
"""

import os
from importlib.metadata import version

# A serving pod calls nobody. onnxruntime reads this when it is first imported: what it writes and sends by then,
# disable_telemetry_events() comes too late for.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

__version__ = version("colonnade-serving")
