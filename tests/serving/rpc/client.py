"""grpcio's client with this package's messages."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import grpc
import numpy as np
from google.protobuf.message_factory import GetMessageClass

from colonnade_serving.rpc.protos import health_pb2, inference_pb2, reflection_pb2, repository_pb2

FILES = (inference_pb2, repository_pb2, health_pb2, reflection_pb2)
METHODS = {
    f"/{service.full_name}/{method.name}": method
    for file in FILES
    for service in file.DESCRIPTOR.services_by_name.values()
    for method in service.methods
}
UNLIMITED = (("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1))
SECONDS = 20.0


class Client:
    """Calls by a method's name in the inference service, or by its whole path."""

    def __init__(self, channel: grpc.Channel) -> None:
        self.channel = channel

    def method(self, name: str) -> Any:
        path = name if name.startswith("/") else f"/inference.GRPCInferenceService/{name}"
        described = METHODS[path]
        kind = ("unary_stream", "stream_stream") if described.server_streaming else ("unary_unary", "stream_unary")
        make = getattr(self.channel, kind[described.client_streaming])
        request, response = GetMessageClass(described.input_type), GetMessageClass(described.output_type)
        return make(path, request_serializer=request.SerializeToString, response_deserializer=response.FromString)

    def call(self, name: str, request: Any, seconds: float = SECONDS, **options: Any) -> Any:
        return self.method(name)(request, timeout=seconds, **options)

    def infer(self, request: Any, seconds: float = SECONDS, **options: Any) -> Any:
        return self.call("ModelInfer", request, seconds, **options)

    def refused(self, request: Any, seconds: float = SECONDS, **options: Any) -> grpc.RpcError:
        """The error of an infer request that must not be answered."""
        try:
            self.infer(request, seconds, **options)
        except grpc.RpcError as error:
            return error
        raise AssertionError("it was answered")


@contextmanager
def client(port: int, *options: tuple[str, Any]) -> Iterator[Client]:
    """A client on a connection of its own, which closes at the end."""
    own = ("grpc.use_local_subchannel_pool", 1)
    with grpc.insecure_channel(f"127.0.0.1:{port}", options=[*UNLIMITED, own, *options]) as channel:
        yield Client(channel)


def raw_row(*values: float, model: str = "logistic", **fields: Any) -> Any:
    """A raw request of one row for a model with the one input X."""
    return raw(np.array([values], np.float32), model, **fields)


def raw(array: np.ndarray, model: str = "logistic", **fields: Any) -> Any:
    request = inference_pb2.ModelInferRequest(model_name=model, raw_input_contents=[array.tobytes()], **fields)
    request.inputs.add(name="X", datatype="FP32", shape=array.shape)
    return request


def typed_row(*values: float, model: str = "logistic", **fields: Any) -> Any:
    """The same with typed contents."""
    request = inference_pb2.ModelInferRequest(model_name=model, **fields)
    tensor = request.inputs.add(name="X", datatype="FP32", shape=[1, len(values)])
    tensor.contents.fp32_contents.extend(values)
    return request


def shapes(response: Any) -> dict[str, Sequence[int]]:
    return {output.name: list(output.shape) for output in response.outputs}
