"""A model's configuration as Triton's ModelConfig has it.

github.com/triton-inference-server/common, protobuf/model_config.proto.
"""

from collections.abc import Iterable

import orjson

from ...models import Served
from ...protocol.metadata import PLATFORM
from ...protocol.signature import TensorSpec
from .schemas import ModelConfig, Parameter, TensorConfig

_TYPES = {"FP16": "TYPE_FP16", "FP32": "TYPE_FP32", "FP64": "TYPE_FP64", "BYTES": "TYPE_STRING"}


def configuration(served: Served) -> ModelConfig:
    """The model's. Its parameters are what it is and what its batches cost (seconds = fixed + per_row * rows)."""
    model, batcher = served.model, served.batcher
    rows = batcher.limits.rows if batcher.batching else 0
    return ModelConfig(
        name=model.name,
        platform=PLATFORM,
        backend="onnxruntime",
        max_batch_size=rows,
        input=_tensors(model.signature.inputs.values(), rows > 0),
        output=_tensors(model.signature.outputs.values(), rows > 0),
        parameters={name: Parameter(string_value=value) for name, value in _parameters(served).items()},
    )


def _parameters(served: Served) -> dict[str, str]:
    model, cost = served.model, served.batcher.cost
    parameters = {"version": model.version, "digest": model.digest, "providers": ",".join(model.engine.providers)}
    parameters |= {f"classes.{output}": orjson.dumps(classes).decode() for output, classes in model.classes.items()}
    if model.mixes is not None:
        parameters["runs_alone"] = str(model.mixes)
    if model.golden is not None:
        parameters["golden_difference"] = f"{model.golden:.3g}"
    if model.calibration is not None:
        parameters["safe_rows_per_second"] = f"{model.calibration.safe_rows_per_second:.3g}"
    if cost.known:
        parameters |= {
            "batch_fixed_seconds": f"{cost.fixed:.3g}",
            "batch_seconds_per_row": f"{cost.per_row:.3g}",
        }
    return parameters


def _tensors(fields: Iterable[TensorSpec], batched: bool) -> list[TensorConfig]:
    return [
        TensorConfig(
            name=field.name,
            data_type=_TYPES.get(field.datatype, f"TYPE_{field.datatype}"),
            dims=list(field.shape[1:] if batched else field.shape),
        )
        for field in fields
    ]
