"""POST /v2/models/M[/versions/V]/infer where the lane doesn't answer it: body in, answer out, the batcher between."""

import asyncio
from dataclasses import dataclass

import numpy as np
from starlette.requests import Request
from starlette.responses import Response

from ..batching import Work, rows_of, unread
from ..clock import clock
from ..models import Served
from ..protocol import request, response
from ..protocol.coding import deflated, inflate
from ..protocol.errors import ProtocolError
from .body import ClientGone, read
from .faults import GONE, reason, told
from .routes.errors import error_response
from .runtime import REQUEST_ID, Runtime
from .terms import Terms, terms

LOOK_AFTER_SECONDS = 0.05
"""An inference that takes longer is worth a look whether its client still waits."""


@dataclass(frozen=True, slots=True)
class InferRoute:
    """The route's endpoint. Answers, counts and times each request."""

    runtime: Runtime

    async def __call__(self, http: Request) -> Response:
        """One infer request."""
        began = clock()
        try:
            served = self.runtime.models.find(http.path_params["model"], http.path_params.get("version"))
        except ProtocolError as error:
            self.runtime.metrics.astray(error.status, reason(error))
            return error_response(error)
        served.observer.inflight += 1
        id = http.scope[REQUEST_ID]
        answer, why, work, trace = Response(status_code=GONE), "", unread(id), None
        try:
            asked = terms(http.headers.raw)
            trace = asked.trace
            request_, work = await self._read(http, served, asked, began)
            await _compute(http, served, work)
            answer = _written(served, request_, work, asked)
        except ClientGone:
            pass
        except Exception as error:
            problem = told(error, id)
            answer, why = error_response(problem), reason(problem)
        served.observer.answered(answer.status_code, clock() - began, why, work, trace)
        return answer

    async def _read(
        self, http: Request, served: Served, asked: Terms, began: float
    ) -> tuple[request.InferRequest, Work]:
        limit = self.runtime.settings.max_body_bytes
        body = inflate(await read(http, limit), asked.encoding, limit)
        signature = served.model.signature
        parsed = request.parse(body, asked.json_length, signature)
        rows = rows_of(signature, parsed.inputs)
        deadline = asked.deadline(began, parsed.timeout)
        id = parsed.id or asked.id
        return parsed, Work(parsed.inputs, parsed.outputs, rows, deadline=deadline, id=id, echo=http.scope[REQUEST_ID])


async def _compute(http: Request, served: Served, work: Work) -> None:
    answer = asyncio.ensure_future(served.batcher.infer(work))
    await asyncio.wait((answer,), timeout=LOOK_AFTER_SECONDS)
    if not answer.done():
        await _while_connected(http, answer)
    await answer


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


def _written(served: Served, parsed: request.InferRequest, work: Work, asked: Terms) -> Response:
    model = served.model
    assert work.results is not None
    body, json_length = response.encode(model.name, model.version, parsed, work.results)
    body, coding = deflated(body, asked.accepts) if asked.accepts else (body, None)
    headers = {"Content-Encoding": coding} if coding else {}
    if json_length is None:
        return Response(body, 200, headers, "application/json")
    return Response(
        body, 200, headers | {"Inference-Header-Content-Length": str(json_length)}, "application/octet-stream"
    )
