"""The FastAPI application: what the server and its models are, and how they do."""

from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import FastAPI
from prometheus_client.exposition import choose_encoder
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from ... import __version__
from ...loading import Model
from ...protocol.signature import Field
from ..runtime import Runtime
from .errors import answer_errors
from .openapi import INFER, infer_extra

Endpoint = Callable[[Request], Awaitable[Response]]


def create_api(runtime: Runtime, infer: Endpoint) -> FastAPI:
    """The routes over one runtime; infer answers POST …/infer where the lane doesn't."""
    api = FastAPI(title="Colonnade serving", version=__version__, redirect_slashes=False)
    answer_errors(api)
    _describe(api, runtime)
    _describe_infer(api, infer)
    return api


def _describe_infer(api: FastAPI, infer: Endpoint) -> None:
    for path, *names in (
        ("/v2/models/{model}/infer", "model"),
        ("/v2/models/{model}/versions/{version}/infer", "model", "version"),
    ):
        api.add_api_route(
            path, infer, methods=["POST"], summary="Infer", description=INFER, openapi_extra=infer_extra(*names)
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
        return _metadata(runtime.models.find(model, version).model)

    @api.get("/v2/models/{model}/ready")
    @api.get("/v2/models/{model}/versions/{version}/ready")
    async def model_ready(model: str, version: str | None = None) -> Response:
        name = runtime.models.find(model, version).model.name
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
