"""The routes. For each of them a trailing slash changes nothing, and every error is {"error": …}."""

import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from fastapi import FastAPI
from prometheus_client.exposition import choose_encoder
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from .. import __version__
from ..loading import Model
from ..protocol.errors import ProtocolError
from ..protocol.signature import Field
from .infer import InferRoute, error_response
from .openapi import INFER, infer_extra
from .runtime import Runtime

INFER_PATH = re.compile(r"/v2/models/(?P<model>[^/]+)(?:/versions/(?P<version>[^/]+))?/infer")

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]


def create_app(runtime: Runtime) -> App:
    """The whole ASGI application over one runtime."""
    api = FastAPI(title="Colonnade serving", version=__version__, redirect_slashes=False)
    api.add_exception_handler(HTTPException, _http_error)
    api.add_exception_handler(ProtocolError, _protocol_error)
    api.add_exception_handler(Exception, _fault)
    _describe(api, runtime)
    infer = InferRoute(runtime)
    _describe_infer(api, infer)
    return _gate(api, infer, runtime)


def _describe_infer(api: FastAPI, infer: InferRoute) -> None:
    for path, *names in (
        ("/v2/models/{model}/infer", "model"),
        ("/v2/models/{model}/versions/{version}/infer", "model", "version"),
    ):
        api.add_api_route(
            path,
            infer.__call__,
            methods=["POST"],
            summary="Infer",
            description=INFER,
            openapi_extra=infer_extra(*names),
        )


def _describe(api: FastAPI, runtime: Runtime) -> None:
    @api.get("/v2")
    def server() -> dict[str, Any]:
        return {"name": "colonnade", "version": __version__, "extensions": ["binary_tensor_data"]}

    @api.get("/v2/health/live")
    async def live() -> dict[str, bool]:
        return {"live": True}

    @api.get("/v2/health/ready")
    async def ready() -> Response:
        return JSONResponse({"ready": runtime.ready}, 200 if runtime.ready else 503)

    @api.get("/v2/models/{model}")
    @api.get("/v2/models/{model}/versions/{version}")
    async def metadata(model: str, version: str | None = None) -> dict[str, Any]:
        return _metadata(runtime.named(model, version))

    @api.get("/v2/models/{model}/ready")
    @api.get("/v2/models/{model}/versions/{version}/ready")
    async def model_ready(model: str, version: str | None = None) -> Response:
        name = runtime.named(model, version).name
        return JSONResponse({"name": name, "ready": runtime.ready}, 200 if runtime.ready else 503)

    @api.get("/metrics")
    async def metrics(http: Request) -> Response:
        encode, media_type = choose_encoder(http.headers.get("accept", ""))
        return Response(encode(runtime.metrics.registry), headers={"Content-Type": media_type})


def _metadata(model: Model) -> dict[str, Any]:
    return {
        "name": model.name,
        "versions": [model.version],
        "platform": "onnxruntime_onnx",
        "inputs": [_field(field) for field in model.signature.inputs.values()],
        "outputs": [_field(field) for field in model.signature.outputs.values()],
    }


def _field(field: Field) -> dict[str, Any]:
    return {"name": field.name, "datatype": field.datatype, "shape": list(field.shape)}


async def _http_error(http: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    said = {
        404: f"{http.url.path} is unknown here; /docs lists what there is",
        405: f"{http.method} is not for {http.url.path}; {(error.headers or {}).get('Allow', 'another method')} is",
    }
    message = said.get(error.status_code, str(error.detail))
    return JSONResponse({"error": message}, error.status_code, error.headers)


async def _fault(_: Request, error: Exception) -> Response:
    return JSONResponse({"error": f"the server has a fault ({type(error).__name__}); its log says more"}, 500)


async def _protocol_error(_: Request, error: Exception) -> Response:
    assert isinstance(error, ProtocolError)
    return error_response(error)


def _gate(app: App, infer: InferRoute, runtime: Runtime) -> App:
    """Takes the trailing slash away, asks clients to leave while draining, and gives infer requests the short way."""

    async def gate(scope: Message, receive: Receive, send: Send) -> None:
        path = scope["path"]
        if len(path) > 1 and path.endswith("/"):
            scope["path"] = path = path.rstrip("/") or "/"
        send = _closing(send, runtime)
        if scope["method"] != "POST" or (named := INFER_PATH.fullmatch(path)) is None:
            return await app(scope, receive, send)
        scope["path_params"] = named.groupdict()
        answer = await infer(Request(scope, receive))
        return await answer(scope, receive, send)

    return gate


def _closing(send: Send, runtime: Runtime) -> Send:
    async def closing(message: Message) -> None:
        if runtime.draining and message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", ()), (b"connection", b"close")]
        await send(message)

    return closing
