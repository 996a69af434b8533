"""What a model is and how it does."""

from typing import Any

from fastapi import APIRouter
from starlette.responses import JSONResponse, Response

from ...loading import Model
from ...models import State
from ...protocol.metadata import PLATFORM
from ...protocol.signature import TensorSpec
from ..runtime import Runtime
from .configuration import configuration
from .schemas import ModelConfig, ModelMetadata, ModelReady, Statistics, TensorMetadata, TensorParameters, errors
from .statistics import statistics

MODEL = "/v2/models/{model}"
VERSION = "/v2/models/{model}/versions/{version}"
MISSING = errors(404, 503)


def routes(runtime: Runtime) -> APIRouter:
    """GET /v2/models/M[/versions/V] and below it ready, config and stats; GET /v2/models/stats."""
    router = APIRouter(tags=["models"])

    @router.get("/v2/models/stats", response_model=Statistics)
    async def all_stats() -> Statistics:
        """Statistics of each model that answers."""
        return statistics(runtime.metrics, [served.model for served in runtime.models.served()])

    @router.get(MODEL, response_model=ModelMetadata, response_model_exclude_none=True, responses=MISSING)
    @router.get(VERSION, response_model=ModelMetadata, response_model_exclude_none=True, responses=MISSING)
    async def metadata(model: str, version: str | None = None) -> ModelMetadata:
        """A model's inputs and outputs."""
        return _metadata(runtime.models.find(model, version).model, _versions(runtime, model))

    @router.get(f"{MODEL}/ready", response_model=ModelReady, responses=MISSING | {503: {"model": ModelReady}})
    @router.get(f"{VERSION}/ready", response_model=ModelReady, responses=MISSING | {503: {"model": ModelReady}})
    async def ready(model: str, version: str | None = None) -> Response:
        """Whether a model takes requests: 503 while it loads and once the server drains."""
        name = runtime.models.find(model, version).model.name
        takes = not runtime.draining
        return JSONResponse({"name": name, "ready": takes}, 200 if takes else 503)

    @router.get(f"{MODEL}/config", response_model=ModelConfig, responses=MISSING)
    @router.get(f"{VERSION}/config", response_model=ModelConfig, responses=MISSING)
    async def config(model: str, version: str | None = None) -> ModelConfig:
        """A model's configuration, and what it was found to cost, as Triton's clients read it."""
        return configuration(runtime.models.find(model, version))

    @router.get(f"{MODEL}/stats", response_model=Statistics, responses=MISSING)
    @router.get(f"{VERSION}/stats", response_model=Statistics, responses=MISSING)
    async def stats(model: str, version: str | None = None) -> Statistics:
        """A model's statistics, as Triton's clients read them."""
        return statistics(runtime.metrics, [runtime.models.find(model, version).model])

    return router


def _versions(runtime: Runtime, name: str) -> list[str]:
    return [listed.version for listed in runtime.models.index() if listed.name == name and listed.state is State.READY]


def _metadata(model: Model, versions: list[str]) -> ModelMetadata:
    return ModelMetadata(
        name=model.name,
        versions=versions,
        platform=PLATFORM,
        inputs=[_field(field) for field in model.signature.inputs.values()],
        outputs=[_field(field, model.classes.get(field.name)) for field in model.signature.outputs.values()],
    )


def _field(field: TensorSpec, classes: list[Any] | None = None) -> TensorMetadata:
    known = None if classes is None else TensorParameters(classes=classes)
    return TensorMetadata(name=field.name, datatype=field.datatype, shape=list(field.shape), parameters=known)
