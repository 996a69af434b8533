"""The repository's methods: Triton's and KServe's within the inference service, and MLServer's own service."""

import asyncio
from collections.abc import Awaitable, Callable

from google.protobuf.message import Message

from ..models import Models
from ..models.served import State
from ..protocol.errors import ProtocolError
from ..service import check_control, check_parameters
from .calls import Call
from .messages import decode
from .protos import inference_pb2 as pb


class Repository:
    """Lists, loads and unloads. A load of what is served already is a hot swap."""

    def __init__(self, models: Models, controlled: bool) -> None:
        """controlled: whether clients may load and unload."""
        self._models = models
        self._controlled = controlled
        self._tasks: set[asyncio.Task[None]] = set()

    def index(self, call: Call, data: bytes) -> None:
        """RepositoryIndex."""
        ready_only = decode(pb.RepositoryIndexRequest, data).ready
        response = pb.RepositoryIndexResponse()
        for listed in self._models.index():
            if listed.state is State.READY or not ready_only:
                response.models.add(name=listed.name, version=listed.version, state=listed.state, reason=listed.reason)
        call.answer(response.SerializeToString())

    def load(self, call: Call, data: bytes) -> None:
        """RepositoryModelLoad."""
        request = decode(pb.RepositoryModelLoadRequest, data)
        check_parameters(request.parameters)
        name = _name(request)
        self._later(call, self._models.load, name, pb.RepositoryModelLoadResponse(model_name=name, isLoaded=True))

    def unload(self, call: Call, data: bytes) -> None:
        """RepositoryModelUnload."""
        name = _name(decode(pb.RepositoryModelUnloadRequest, data))
        response = pb.RepositoryModelUnloadResponse(model_name=name, isUnloaded=True)
        self._later(call, self._models.unload, name, response)

    def _later(self, call: Call, work: Callable[[str], Awaitable[None]], name: str, response: Message) -> None:
        """A client that leaves meanwhile doesn't stop it: half a load helps nobody."""
        check_control(self._controlled)

        async def run() -> None:
            try:
                await work(name)
            except ProtocolError as error:
                call.fail(error)
            else:
                call.answer(response.SerializeToString())

        task = asyncio.get_running_loop().create_task(run())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _name(request: pb.RepositoryModelLoadRequest | pb.RepositoryModelUnloadRequest) -> str:
    """Repositories have no names here, so what KServe's clients send as field 1 is the model's."""
    name = request.model_name or request.repository_name
    if not name:
        raise ProtocolError("model_name: a model's name is wanted")
    return name
