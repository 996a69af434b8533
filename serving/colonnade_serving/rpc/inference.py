"""The inference service's methods that ask what the server and its models are, and how they do."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from google.protobuf.json_format import ParseDict

from .. import __version__
from ..loading import Model
from ..models import Models, Served, State
from ..protocol.metadata import EXTENSIONS, PLATFORM, SERVER
from ..protocol.signature import TensorSpec
from .calls import Call
from .messages import decode
from .protos import inference_pb2 as pb


@dataclass(frozen=True, slots=True)
class Descriptions:
    """What the server says of models elsewhere too, as the JSON of Triton's ModelConfig and ModelStatisticsResponse."""

    configuration: Callable[[Served], dict[str, Any]]
    statistics: Callable[[Sequence[Model]], dict[str, Any]]


class Inference:
    """Answers by what the models are now."""

    def __init__(self, models: Models, ready: Callable[[], bool], descriptions: Descriptions) -> None:
        """ready: whether the server takes requests."""
        self._models = models
        self._ready = ready
        self._descriptions = descriptions

    def server_live(self, call: Call, data: bytes) -> None:
        """ServerLive."""
        decode(pb.ServerLiveRequest, data)
        call.answer(pb.ServerLiveResponse(live=True).SerializeToString())

    def server_ready(self, call: Call, data: bytes) -> None:
        """ServerReady."""
        decode(pb.ServerReadyRequest, data)
        call.answer(pb.ServerReadyResponse(ready=self._ready()).SerializeToString())

    def model_ready(self, call: Call, data: bytes) -> None:
        """ModelReady: false of a model that is listed but doesn't answer; NOT_FOUND of what there is not."""
        request = decode(pb.ModelReadyRequest, data)
        states = [
            listed.state
            for listed in self._models.index()
            if listed.name == request.name and request.version in ("", listed.version)
        ]
        if not states:
            self._models.find(request.name, request.version or None)  # raises, and has the words
        ready = State.READY in states and self._ready()
        call.answer(pb.ModelReadyResponse(ready=ready).SerializeToString())

    def server_metadata(self, call: Call, data: bytes) -> None:
        """ServerMetadata."""
        decode(pb.ServerMetadataRequest, data)
        response = pb.ServerMetadataResponse(name=SERVER, version=__version__, extensions=EXTENSIONS)
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
        """ModelConfig: what REST says at /v2/models/M/config."""
        request = decode(pb.ModelConfigRequest, data)
        served = self._models.find(request.name, request.version or None)
        config = ParseDict(self._descriptions.configuration(served), pb.ModelConfig())
        call.answer(pb.ModelConfigResponse(config=config).SerializeToString())

    def model_statistics(self, call: Call, data: bytes) -> None:
        """ModelStatistics: what REST says at /v2/models/M/stats; without a name, of all models."""
        request = decode(pb.ModelStatisticsRequest, data)
        chosen = [self._models.find(request.name, request.version or None)] if request.name else self._models.served()
        described = self._descriptions.statistics([served.model for served in chosen])
        call.answer(ParseDict(described, pb.ModelStatisticsResponse()).SerializeToString())


def _tensors(fields: Iterable[TensorSpec]) -> list[pb.ModelMetadataResponse.TensorMetadata]:
    return [pb.ModelMetadataResponse.TensorMetadata(name=f.name, datatype=f.datatype, shape=f.shape) for f in fields]
