"""The FastAPI application over one runtime, and its OpenAPI, which knows the models that are served."""

from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.requests import Request
from starlette.responses import Response

from ... import __version__
from ...loading import Model
from ...telemetry.feedback_routes import feedback_router
from ..runtime import Runtime
from . import docs, health, models, overview, repository, v1
from .errors import answer_errors
from .openapi import COMPONENTS, INFER, example, in_json, infer_extra, predict_example
from .schemas import errors

Endpoint = Callable[[Request], Awaitable[Response]]

ABOUT = 'Models over the Open Inference Protocol. A trailing slash changes nothing; every error is `{"error": …}`.'


def create_api(runtime: Runtime, infer: Endpoint, predict: Endpoint) -> FastAPI:
    """The routes; infer answers POST …/infer where the fast path doesn't, predict V1's POST …:predict."""
    api = FastAPI(
        title="Colonnade serving", version=__version__, description=ABOUT, redirect_slashes=False, openapi_url=None
    )
    answer_errors(api)
    _add_infer(api, infer)
    for room in (health, overview, models, repository):
        api.include_router(room.routes(runtime))
    api.include_router(v1.routes(runtime, predict))
    feedback = feedback_router(lambda name, version: runtime.models.find(name, version).observer)
    api.include_router(feedback, responses=errors(400, 404, 413, 503))
    api.include_router(docs.routes(_describe(api, runtime)))
    return api


def _add_infer(api: FastAPI, infer: Endpoint) -> None:
    for path, *named in ((models.MODEL, "model"), (models.VERSION, "model", "version")):
        api.add_api_route(
            f"{path}/infer",
            infer,
            methods=["POST"],
            tags=["inference"],
            summary="Infer",
            description=INFER,
            response_class=Response,
            responses=errors(400, 404, 413, 415, 500, 503, 504),
            openapi_extra=infer_extra(*named),
        )


def _describe(api: FastAPI, runtime: Runtime) -> Callable[[], dict[str, Any]]:
    """Gives OpenAPI, which is made when first asked for, and again when models change."""
    made: dict[str, Any] = {}

    def openapi() -> dict[str, Any]:
        if not made:
            made.update(_openapi(api, runtime))
        return made

    runtime.models.changed.append(made.clear)
    return openapi


def _openapi(api: FastAPI, runtime: Runtime) -> dict[str, Any]:
    described = get_openapi(title=api.title, version=api.version, description=api.description, routes=api.routes)
    described["components"]["schemas"] |= COMPONENTS
    for unused in ("HTTPValidationError", "ValidationError"):
        described["components"]["schemas"].pop(unused, None)
    for methods in described["paths"].values():
        for operation in methods.values():
            operation["responses"].pop("422", None)  # FastAPI's own; here paths alone have parameters, all of them text
    models_in_json = (served.model for served in runtime.models.served() if in_json(served.model))
    if model := next(models_in_json, None):
        _exemplify(described["paths"], model)
    return described


def _exemplify(paths: dict[str, Any], model: Model) -> None:
    known, body = {"model": model.name, "version": model.version}, example(model)
    for path, methods in paths.items():
        if path.startswith("/v2/repository"):
            continue  # an example that is tried shouldn't take a model out of service
        for operation in methods.values():
            for parameter in operation.get("parameters", ()):
                if parameter["name"] in known:
                    parameter["example"] = known[parameter["name"]]
            if path.endswith("/infer"):
                operation["requestBody"]["content"]["application/json"]["example"] = body
            if path.endswith(":predict"):
                operation["requestBody"]["content"]["application/json"]["example"] = predict_example(model)
