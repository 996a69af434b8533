"""The server itself: what it is, how it does, its metrics."""

import asyncio

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from ... import __version__
from ...protocol.coding import deflated
from ...protocol.metadata import EXTENSIONS, SERVER
from ..runtime import Runtime
from .schemas import Live, Ready, Server


def routes(runtime: Runtime) -> APIRouter:
    """GET /v2, /v2/health/live, /v2/health/ready, /metrics."""
    router = APIRouter(tags=["server"])

    @router.get("/v2", response_model=Server)
    async def server() -> Server:
        """The server's name, version and extensions."""
        return Server(name=SERVER, version=__version__, extensions=list(EXTENSIONS))

    @router.get("/v2/health/live", response_model=Live)
    async def live() -> Live:
        """Liveness: that there is an answer."""
        return Live(live=True)

    @router.get("/v2/health/ready", response_model=Ready, responses={503: {"model": Ready}})
    async def ready() -> Response:
        """Readiness: 503 while models load and once the server drains."""
        return JSONResponse({"ready": runtime.ready}, 200 if runtime.ready else 503)

    @router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
    async def metrics(http: Request) -> Response:
        """Prometheus metrics, or OpenMetrics for who accepts it; compressed for who accepts that (Accept-Encoding)."""
        said, media_type = await runtime.metrics.scrape(http.headers.get("accept", ""))
        accepted = http.headers.get("accept-encoding", "")
        said, coding = await asyncio.to_thread(deflated, said, accepted) if accepted else (said, None)
        headers = {"Content-Type": media_type, "Vary": "Accept, Accept-Encoding"}
        return Response(said, headers=headers | ({"Content-Encoding": coding} if coding else {}))

    return router
