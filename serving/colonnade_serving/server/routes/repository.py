"""The model repository: what it holds, and loading and unloading, which a server allows or not."""

from typing import Any, TypeVar

import msgspec
from fastapi import APIRouter
from starlette.requests import Request

from ...models import Listed, State
from ...protocol.coding import inflate
from ...protocol.errors import ProtocolError
from ...protocol.malformed import invalid, no_json
from ...service import check_control, check_parameters
from ..body import read
from ..runtime import Runtime
from .schemas import IndexEntry, Loaded, Unloaded, errors

MOST_BYTES = 64 << 10
REFUSED = errors(400, 403, 404, 413, 415)


class IndexRequest(msgspec.Struct):
    """ready: only models that answer."""

    ready: bool = False


class ControlRequest(msgspec.Struct):
    """parameters: `config` and files, which Triton's clients may send, are refused: the repository has the models."""

    parameters: dict[str, Any] = {}


def _body(properties: dict[str, Any]) -> dict[str, Any]:
    schema = {"type": "object", "properties": properties}
    return {"requestBody": {"required": False, "content": {"application/json": {"schema": schema}}}}


_CONTROL = _body({"parameters": {"type": "object", "description": "Of Triton's clients; none changes anything."}})
Read = TypeVar("Read", IndexRequest, ControlRequest)


def routes(runtime: Runtime) -> APIRouter:
    """POST /v2/repository/index and /v2/repository/models/M/load and unload."""
    router = APIRouter(tags=["repository"])

    @router.post(
        "/v2/repository/index",
        response_model=list[IndexEntry],
        responses=errors(400, 413, 415),
        openapi_extra=_body({"ready": {"type": "boolean", "description": "Only models that answer."}}),
    )
    async def index(http: Request) -> list[IndexEntry]:
        """What the repository holds, and its states."""
        ready = (await _read(http, IndexRequest)).ready
        return [_entry(listed) for listed in runtime.models.index() if listed.state is State.READY or not ready]

    @router.post("/v2/repository/models/{model}/load", response_model=Loaded, responses=REFUSED, openapi_extra=_CONTROL)
    async def load(model: str, http: Request) -> Loaded:
        """Loads a model. One that answers is swapped for what the repository now holds, and no request fails."""
        asked = await _controlled(http, runtime)
        check_parameters(asked.parameters)
        await runtime.models.load(model)
        return Loaded(name=model)

    @router.post(
        "/v2/repository/models/{model}/unload", response_model=Unloaded, responses=REFUSED, openapi_extra=_CONTROL
    )
    async def unload(model: str, http: Request) -> Unloaded:
        """Takes a model out of service once what it has taken is answered, and gives its memory back."""
        await _controlled(http, runtime)
        await runtime.models.unload(model)
        return Unloaded(name=model)

    return router


async def _controlled(http: Request, runtime: Runtime) -> ControlRequest:
    check_control(runtime.settings.model_control)
    return await _read(http, ControlRequest)


async def _read(http: Request, kind: type[Read]) -> Read:
    body = inflate(await read(http, MOST_BYTES), http.headers.get("content-encoding", ""), MOST_BYTES)
    try:
        return msgspec.json.decode(body or b"{}", type=kind)
    except msgspec.ValidationError as error:
        raise ProtocolError(invalid(str(error), "body", body)) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ProtocolError(no_json(body, str(error))) from None


def _entry(listed: Listed) -> IndexEntry:
    return IndexEntry(name=listed.name, version=listed.version, state=listed.state, reason=listed.reason)
