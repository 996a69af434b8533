"""POST /v2/models/M[/versions/V]/infer: body in, answer out, the batcher between."""

import asyncio
import logging
import time
from dataclasses import dataclass

import numpy as np
from starlette.requests import Request
from starlette.responses import Response

from ..batching import Work, rows_of
from ..models import Served
from ..observation.logs import Sparing
from ..protocol import request, response
from ..protocol.errors import ProtocolError
from .body import ClientGone, read
from .routes.errors import error_response
from .runtime import Runtime

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
        started = time.perf_counter()
        try:
            served = self.runtime.models.find(http.path_params["model"], http.path_params.get("version"))
        except ProtocolError as error:
            return error_response(error)
        series = served.observer
        series.inflight.inc()
        try:
            answer = await self._answer(http, served)
        finally:
            series.inflight.dec()
        series.duration.observe(time.perf_counter() - started)
        series.answered(answer.status_code)
        return answer

    async def _answer(self, http: Request, served: Served) -> Response:
        try:
            return await self._infer(http, served)
        except ProtocolError as error:
            if error.status >= 500:
                log.warning(error.message, extra={"status": error.status})
            return error_response(error)
        except ClientGone:
            return Response(status_code=GONE)
        except Exception:
            log.exception("an infer request hit a fault of the server")
            return error_response(ProtocolError("the server has a fault; its log says more", 500))

    async def _infer(self, http: Request, served: Served) -> Response:
        model = served.model
        body = await read(http, self.runtime.settings.max_body_bytes)
        asked = request.parse(body, _json_length(http), model.signature)
        outputs = await _compute(http, served, asked, rows_of(model.signature, asked.inputs))
        return _encoded(*response.encode(model.name, model.version, asked, outputs))


async def _compute(http: Request, served: Served, asked: request.InferRequest, rows: int) -> dict[str, np.ndarray]:
    work = Work(asked.inputs, asked.outputs, rows, id=asked.id)
    answer = asyncio.ensure_future(served.batcher.infer(work))
    await asyncio.wait((answer,), timeout=LOOK_AFTER_SECONDS)
    if not answer.done():
        await _while_connected(http, answer)
    return await answer


async def _while_connected(http: Request, answer: asyncio.Future[dict[str, np.ndarray]]) -> None:
    """Waits for the answer, unless the client leaves first: what it queued and nobody awaits is never run."""
    left = asyncio.ensure_future(http.receive())
    try:
        await asyncio.wait((answer, left), return_when=asyncio.FIRST_COMPLETED)
    finally:
        left.cancel()
    if not answer.done():
        answer.cancel()
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
