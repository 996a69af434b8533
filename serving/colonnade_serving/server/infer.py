"""POST /v2/models/M[/versions/V]/infer: body in, answer out, one hop to a thread between."""

import asyncio
import logging
import time
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from ..engine import ModelFailed
from ..loading import Model
from ..observation.logs import Sparing
from ..observation.metrics import Series
from ..protocol import request, response
from ..protocol.errors import ProtocolError
from .body import ClientGone, read
from .explain import explain
from .routes.errors import error_response
from .runtime import Computed, Runtime, loading

log = logging.getLogger(__name__)
log.addFilter(Sparing())

JSON_LENGTH = "inference-header-content-length"
GONE = 499
LOOK_AFTER_SECONDS = 0.05
"""An inference that takes longer is worth a look whether its client still waits."""


@dataclass(frozen=True, slots=True)
class InferRoute:
    """The route's endpoint. Answers, counts and times each request."""

    runtime: Runtime

    async def __call__(self, http: Request) -> Response:
        """One infer request."""
        series = self.runtime.series
        if series is None:
            return error_response(loading())
        started = time.perf_counter()
        series.inflight.inc()
        try:
            answer = await self._answer(http, series)
        finally:
            series.inflight.dec()
        series.duration.observe(time.perf_counter() - started)
        series.answered(answer.status_code)
        return answer

    async def _answer(self, http: Request, series: Series) -> Response:
        try:
            return await self._infer(http, series)
        except ProtocolError as error:
            if error.status >= 500:
                log.warning(error.message, extra={"status": error.status})
            return error_response(error)
        except ClientGone:
            return Response(status_code=GONE)
        except Exception:
            log.exception("an infer request hit a fault of the server")
            return error_response(ProtocolError("the server has a fault; its log says more", 500))

    async def _infer(self, http: Request, series: Series) -> Response:
        model = self.runtime.named(http.path_params["model"], http.path_params.get("version"))
        body = await read(http, self.runtime.settings.max_body_bytes)
        asked = request.parse(body, _json_length(http), model.signature)
        computed = await self._compute(http, model, asked)
        series.queue.observe(computed.waited)
        series.compute.observe(computed.ran)
        return _encoded(*response.encode(model.name, model.version, asked, computed.outputs))

    async def _compute(self, http: Request, model: Model, asked: request.InferRequest) -> Computed:
        future = self.runtime.submit(model, asked.inputs, asked.outputs)
        try:
            await asyncio.wait((future,), timeout=LOOK_AFTER_SECONDS)
            if not future.done():
                await _while_connected(http, future)
            return await future
        except ModelFailed as failure:
            raise explain(model, asked.inputs, str(failure)) from failure


async def _while_connected(http: Request, future: asyncio.Future[Computed]) -> None:
    """Waits for the future, unless the client leaves first: what it queued and nobody awaits is never run."""
    left = asyncio.ensure_future(http.receive())
    try:
        await asyncio.wait((future, left), return_when=asyncio.FIRST_COMPLETED)
    finally:
        left.cancel()
    if not future.done():
        future.cancel()
        raise ClientGone


def _encoded(body: bytes, json_length: int | None) -> Response:
    if json_length is None:
        return Response(body, media_type="application/json")
    return Response(body, 200, {"Inference-Header-Content-Length": str(json_length)}, "application/octet-stream")


def _json_length(http: Request) -> int | None:
    value = http.headers.get(JSON_LENGTH)
    if value is None:
        return None
    if not (value.isascii() and value.isdigit()):
        raise ProtocolError(f"Inference-Header-Content-Length: {value!r}; a whole number is wanted")
    return int(value)
