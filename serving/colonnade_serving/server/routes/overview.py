"""What there is: the server, its models, and where they are."""

from collections import Counter
from urllib.parse import quote

from fastapi import APIRouter
from starlette.requests import Request

from ... import __version__
from ...models import Listed
from ..runtime import Runtime
from .schemas import ModelList, ModelListed, Overview


def routes(runtime: Runtime) -> APIRouter:
    """GET / and GET /v2/models."""
    router = APIRouter()

    @router.get("/", response_model=Overview, tags=["server"])
    async def overview(http: Request) -> Overview:
        """The server, its models, and where its docs, health and metrics are."""
        prefix = http.scope["root_path"]
        return Overview(
            name="colonnade",
            version=__version__,
            ready=runtime.ready,
            models=_models(runtime, prefix),
            docs=f"{prefix}/docs",
            openapi=f"{prefix}/openapi.json",
            health=f"{prefix}/v2/health/ready",
            metrics=f"{prefix}/metrics",
        )

    @router.get("/v2/models", response_model=ModelList, tags=["models"])
    async def models(http: Request) -> ModelList:
        """All models that the repository holds, in the words of its index, and where each is."""
        return ModelList(models=_models(runtime, http.scope["root_path"]))

    return router


def _models(runtime: Runtime, prefix: str) -> list[ModelListed]:
    index = runtime.models.index()
    versions = Counter(listed.name for listed in index)
    return [_entry(listed, prefix, versions[listed.name]) for listed in index]


def _entry(listed: Listed, prefix: str, versions: int) -> ModelListed:
    url = f"{prefix}/v2/models/{quote(listed.name, safe='')}"
    if versions > 1:
        url += f"/versions/{quote(listed.version, safe='')}"
    return ModelListed(name=listed.name, version=listed.version, state=listed.state, reason=listed.reason, url=url)
