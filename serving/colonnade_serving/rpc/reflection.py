"""grpc.reflection: which services there are and what their messages look like, for grpcurl, ghz and Postman."""

from ..protocol.errors import ProtocolError
from .calls import Call
from .messages import decode
from .protos import POOL
from .protos import reflection_pb2 as pb
from .status import Code


class Reflection:
    """Answers from the pool that holds this package's definitions."""

    def __init__(self, services: tuple[str, ...]) -> None:
        """services: their full names."""
        self._services = services

    def info(self, call: Call, data: bytes) -> None:
        """ServerReflectionInfo."""
        request = decode(pb.ServerReflectionRequest, data)
        response = pb.ServerReflectionResponse(valid_host=request.host, original_request=request)
        try:
            self._fill(response, request)
        except KeyError:
            kind = request.WhichOneof("message_request") or "message_request"
            response.error_response.error_code = Code.NOT_FOUND
            response.error_response.error_message = f"{kind} {getattr(request, kind, '')!r} is unknown here"
        call.send(response.SerializeToString())
        call.taken()

    def _fill(self, response: pb.ServerReflectionResponse, request: pb.ServerReflectionRequest) -> None:
        kind = request.WhichOneof("message_request")
        if kind == "list_services":
            response.list_services_response.service.extend(pb.ServiceResponse(name=name) for name in self._services)
        elif kind == "file_by_filename":
            self._file(response, POOL.FindFileByName(request.file_by_filename).serialized_pb)
        elif kind == "file_containing_symbol":
            self._file(response, _containing(request.file_containing_symbol))
        elif kind == "all_extension_numbers_of_type":
            name = POOL.FindMessageTypeByName(request.all_extension_numbers_of_type).full_name
            response.all_extension_numbers_response.base_type_name = name
        elif kind is None:
            raise ProtocolError("message_request: one of its kinds is wanted")
        else:
            raise KeyError(kind)

    def _file(self, response: pb.ServerReflectionResponse, file: bytes) -> None:
        response.file_descriptor_response.file_descriptor_proto.append(file)


def _containing(symbol: str) -> bytes:
    """protobuf's pool finds services and messages by name, methods and fields not."""
    try:
        return POOL.FindFileContainingSymbol(symbol).serialized_pb
    except KeyError:
        return POOL.FindFileContainingSymbol(symbol.rpartition(".")[0]).serialized_pb
