"""KServe's V1 protocol, for clients that speak nothing newer: the same models, in the same queues."""

from collections.abc import Awaitable, Callable
from typing import Any, Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from ..runtime import Runtime
from .schemas import ModelNames, ModelReady, errors

MODEL: Final = "/v1/models/{model}"
VERSION: Final = "/v1/models/{model}/versions/{version}"
PREDICT: Final = """`instances`: a list of rows, each a value, or an object by input name; the answer's `predictions`
are a list of rows likewise. `inputs`: columns, the one input's or an object by input name; so are the answer's
`predictions`.

Datatypes are the model's. A BYTES element that is no text is `{"b64": "…"}`; `null` is NaN, or the empty text."""


def routes(runtime: Runtime, predict: Callable[[Request], Awaitable[Response]]) -> APIRouter:
    """GET /v1/models, GET /v1/models/M, POST /v1/models/M:predict; also of M/versions/V."""
    router = APIRouter(tags=["V1"])
    for path, *named in ((MODEL, "model"), (VERSION, "model", "version")):
        router.add_api_route(
            f"{path}:predict",
            predict,
            methods=["POST"],
            summary="Predict",
            description=PREDICT,
            response_class=Response,
            responses=errors(400, 404, 413, 415, 500, 503, 504),
            openapi_extra=_extra(*named),
        )

    @router.get("/v1/models", response_model=ModelNames)
    async def names() -> ModelNames:
        """The models that answer."""
        return ModelNames(models=sorted({served.model.name for served in runtime.models.served()}))

    @router.get(MODEL, response_model=ModelReady, responses=errors(404, 503))
    @router.get(VERSION, response_model=ModelReady, responses=errors(404, 503))
    async def ready(model: str, version: str | None = None) -> Response:
        """Whether a model takes requests: 503 while it loads and once the server drains."""
        name = runtime.models.find(model, version).model.name
        takes = not runtime.draining
        return JSONResponse({"name": name, "ready": takes}, 200 if takes else 503)

    return router


def _extra(*named: str) -> dict[str, Any]:
    anything = {"description": "A value, a list, or an object by name."}
    asked = {"instances": {"type": "array", "items": anything}, "inputs": anything}
    body = {"type": "object", "properties": asked}
    answer = {"type": "object", "properties": {"predictions": anything}, "required": ["predictions"]}
    return {
        "parameters": [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in named],
        "requestBody": {"required": True, "content": {"application/json": {"schema": body}}},
        "responses": {"200": {"description": "Predictions.", "content": {"application/json": {"schema": answer}}}},
    }
