"""Infer requests that the fast path doesn't answer, V2's and V1's: body in, answer out, the batcher between."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
from starlette.requests import Request
from starlette.responses import Response

from ..batching import InferenceTask, rows_of
from ..clock import clock
from ..loading import Model
from ..models import Served
from ..protocol import predict, request, response
from ..protocol.coding import deflated, inflate
from ..protocol.errors import ProtocolError
from ..service import GONE, Inference
from ..telemetry.tokens import HEADER
from .body import ClientGone, read
from .request_headers import RequestHeaders, read_headers
from .routes.errors import error_response
from .runtime import COUNTED_BY, REQUEST_ID, Runtime

LOOK_AFTER_SECONDS = 0.05
"""An inference that takes longer is worth a look whether its client still waits."""


Write = Callable[[Mapping[str, np.ndarray]], tuple[bytes, int | None]]
"""From outputs to a body and, when some of it is binary, the length of its JSON. Raises ProtocolError."""
Read = Callable[[bytes, RequestHeaders, Model], tuple[request.InferRequest, Write]]
"""From a body to what it asks, and how that is answered. Raises ProtocolError."""


def read_infer(body: bytes, asked: RequestHeaders, model: Model) -> tuple[request.InferRequest, Write]:
    """V2's."""
    parsed = request.parse(body, asked.json_length, model.signature)
    return parsed, partial(response.encode, model.name, model.version, parsed)


def read_predict(body: bytes, _: RequestHeaders, model: Model) -> tuple[request.InferRequest, Write]:
    """V1's."""
    parsed, by_rows = predict.parse(body, model.signature)
    rows = rows_of(model.signature, parsed.inputs) if by_rows else None
    return parsed, lambda outputs: (predict.encode(outputs, rows), None)


@dataclass(frozen=True, slots=True)
class InferRoute:
    """A route's endpoint. Answers, counts and times each request."""

    runtime: Runtime
    read: Read = read_infer

    async def __call__(self, http: Request) -> Response:
        """One infer request."""
        began = clock()
        try:
            served = self.runtime.service.find(http.path_params["model"], http.path_params.get("version"))
        except ProtocolError as error:
            return error_response(error)
        http.scope[COUNTED_BY].append(served.model.name)
        inference = Inference(served, began, http.scope[REQUEST_ID], None)
        try:
            answer = await self._answer(http, inference)
        except ClientGone:
            inference.left()
            return Response(status_code=GONE)
        except Exception as error:
            return error_response(inference.failed(error))
        inference.succeeded()
        return answer

    async def _answer(self, http: Request, inference: Inference) -> Response:
        asked = read_headers(http.headers.raw)
        inference.trace = asked.trace
        limit = self.runtime.settings.max_body_bytes
        body = inflate(await read(http, limit), asked.encoding, limit)
        parsed, write = self.read(body, asked, inference.served.model)
        task = inference.ask(parsed, inference.began + asked.timeout, asked.id)
        await _compute(http, inference.served, task)
        assert task.results is not None
        mint = inference.served.observer.mint
        return _response(*write(task.results), asked, b"" if mint is None else mint.token(task))


async def _compute(http: Request, served: Served, task: InferenceTask) -> None:
    answer = asyncio.ensure_future(served.batcher.infer(task))
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


def _response(body: bytes, json_length: int | None, asked: RequestHeaders, token: bytes) -> Response:
    body, coding = deflated(body, asked.accepts) if asked.accepts else (body, None)
    headers = {"Content-Encoding": coding} if coding else {}
    if token:
        headers[HEADER] = token.decode()
    if json_length is None:
        return Response(body, 200, headers, "application/json")
    return Response(
        body, 200, headers | {"Inference-Header-Content-Length": str(json_length)}, "application/octet-stream"
    )
