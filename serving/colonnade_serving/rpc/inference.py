"""The inference service's methods that ask what the server and its models are, and how they do."""

from collections.abc import Callable, Iterable

from .. import __version__
from ..models import Models, Served
from ..protocol.signature import Field
from .calls import Call
from .messages import decode
from .protos import inference_pb2 as pb

EXTENSIONS = ("binary_tensor_data", "model_repository", "model_configuration")
PLATFORM = "onnxruntime_onnx"


class Inference:
    """Answers by what the models are now."""

    def __init__(self, models: Models, ready: Callable[[], bool]) -> None:
        """ready: whether the server takes requests."""
        self._models = models
        self._ready = ready

    def server_live(self, call: Call, data: bytes) -> None:
        """ServerLive."""
        decode(pb.ServerLiveRequest, data)
        call.answer(pb.ServerLiveResponse(live=True).SerializeToString())

    def server_ready(self, call: Call, data: bytes) -> None:
        """ServerReady."""
        decode(pb.ServerReadyRequest, data)
        call.answer(pb.ServerReadyResponse(ready=self._ready()).SerializeToString())

    def model_ready(self, call: Call, data: bytes) -> None:
        """ModelReady: of a model that there is; NOT_FOUND or UNAVAILABLE else."""
        request = decode(pb.ModelReadyRequest, data)
        self._models.find(request.name, request.version or None)
        call.answer(pb.ModelReadyResponse(ready=self._ready()).SerializeToString())

    def server_metadata(self, call: Call, data: bytes) -> None:
        """ServerMetadata."""
        decode(pb.ServerMetadataRequest, data)
        response = pb.ServerMetadataResponse(name="colonnade", version=__version__, extensions=EXTENSIONS)
        call.answer(response.SerializeToString())

    def model_metadata(self, call: Call, data: bytes) -> None:
        """ModelMetadata."""
        request = decode(pb.ModelMetadataRequest, data)
        model = self._models.find(request.name, request.version or None).model
        response = pb.ModelMetadataResponse(
            name=model.name,
            versions=[listed.version for listed in self._models.index() if listed.name == model.name],
            platform=PLATFORM,
            inputs=_tensors(model.signature.inputs.values()),
            outputs=_tensors(model.signature.outputs.values()),
        )
        call.answer(response.SerializeToString())

    def model_config(self, call: Call, data: bytes) -> None:
        """ModelConfig: Triton's, as far as it means something here; what the batcher learnt is among the parameters."""
        request = decode(pb.ModelConfigRequest, data)
        served = self._models.find(request.name, request.version or None)
        call.answer(pb.ModelConfigResponse(config=_config(served)).SerializeToString())


def _tensors(fields: Iterable[Field]) -> list[pb.ModelMetadataResponse.TensorMetadata]:
    return [pb.ModelMetadataResponse.TensorMetadata(name=f.name, datatype=f.datatype, shape=f.shape) for f in fields]


def _config(served: Served) -> pb.ModelConfig:
    model, batcher = served.model, served.batcher
    inputs, outputs = list(model.signature.inputs.values()), list(model.signature.outputs.values())
    rows = batcher.limits.rows if all(field.shape[:1] == (-1,) for field in inputs + outputs) else 0
    skip = 1 if rows else 0
    told = {"digest": model.digest}
    if batcher.cost.known:
        told |= {"fixed_seconds": f"{batcher.cost.fixed:.9f}", "seconds_per_row": f"{batcher.cost.per_row:.9f}"}
    config = pb.ModelConfig(
        name=model.name,
        platform=PLATFORM,
        backend="onnxruntime",
        default_model_filename="model.onnx",
        max_batch_size=rows,
        input=[pb.ModelInput(name=f.name, data_type=_type(f), dims=f.shape[skip:]) for f in inputs],
        output=[pb.ModelOutput(name=f.name, data_type=_type(f), dims=f.shape[skip:]) for f in outputs],
        parameters={name: pb.ModelConfig.Parameter(string_value=value) for name, value in told.items()},
    )
    if rows:
        config.dynamic_batching.max_queue_delay_microseconds = round(batcher.limits.delay * 1e6)
    return config


def _type(field: Field) -> int:
    return pb.DataType.Value("TYPE_STRING" if field.datatype == "BYTES" else f"TYPE_{field.datatype}")
