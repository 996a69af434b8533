"""The ASGI application: infer the short way, all else by FastAPI. A trailing slash changes nothing."""

import logging
import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request

from .. import guard as guards
from .. import prefix
from ..clock import clock
from ..guard import Guard, Unauthorized
from ..request_ids import RequestIds, plain
from ..service import GONE
from ..telemetry.access import OFF, AccessLog
from ..telemetry.tokens import HEADER
from .infer import InferRoute, read_predict
from .request_headers import ID
from .routes import create_api
from .routes.errors import error_response
from .runtime import COUNTED_BY, REQUEST_ID, Runtime

log = logging.getLogger(__name__)

INFER_PATH = re.compile(r"/v2/models/(?P<model>[^/]+)(?:/versions/(?P<version>[^/]+))?/infer")

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]


EXPOSED = ("x-request-id", "inference-header-content-length", "retry-after", HEADER)
"""Headers of answers that a page may read, besides those that it always may."""
PREFLIGHT_SECONDS = 3600


def create_app(runtime: Runtime, ids: RequestIds, guard: Guard, access: AccessLog = OFF) -> App:
    """The whole ASGI application over one runtime. ids: makes those of requests that have none."""
    infer = InferRoute(runtime)
    predict = InferRoute(runtime, read_predict)
    app = _gate(create_api(runtime, infer.__call__, predict.__call__), infer, runtime)
    if guard.closed:
        app = _guarded(app, guard, runtime)
    if runtime.settings.origins:
        app = _shared(app, runtime.settings.origins)
    return _named(_logged(app, access), ids)


def _shared(app: App, origins: tuple[str, ...]) -> App:
    """Lets browsers ask for pages from elsewhere. Outside of the guard: they ask for leave without a token."""
    return CORSMiddleware(
        app,
        allow_origins=origins,
        allow_methods=("GET", "HEAD", "POST"),
        allow_headers=("*",),
        expose_headers=EXPOSED,
        max_age=PREFLIGHT_SECONDS,
    )


def _guarded(app: App, guard: Guard, runtime: Runtime) -> App:
    async def guarded(scope: Message, receive: Receive, send: Send) -> None:
        sent = next((value for name, value in scope["headers"] if name == b"authorization"), b"")
        path = prefix.place({**scope}, runtime.settings.root_path)
        if guard.admits(sent) or path in guards.OPEN:
            return await app(scope, receive, send)
        return await error_response(Unauthorized(sent))(scope, receive, send)

    return guarded


def _logged(app: App, access: AccessLog) -> App:
    """Logs what no model counts."""

    async def logged(scope: Message, receive: Receive, send: Send) -> None:
        counted_by = scope[COUNTED_BY] = []
        began, status = clock(), GONE

        async def watch(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await app(scope, receive, watch)
        finally:
            if not counted_by:
                seconds = clock() - began
                access.answered(status, seconds, scope[REQUEST_ID], method=scope["method"], path=scope["path"])

    return logged


def _named(app: App, ids: RequestIds) -> App:
    """Gives each request an id, and its answer; a fault of the server is logged with it."""

    async def named(scope: Message, receive: Receive, send: Send) -> None:
        sent = next((value for name, value in scope["headers"] if name == ID), b"")
        scope[REQUEST_ID] = id = plain(sent) or ids.make()
        complete = False

        async def echo(message: Message) -> None:
            nonlocal complete
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), (ID, id)]
            await send(message)
            complete = message["type"] == "http.response.body" and not message.get("more_body", False)

        try:
            await app(scope, receive, echo)
        except Exception as error:
            fields = {"request_id": id.decode(), "method": scope["method"], "path": scope["path"]}
            log.error("a request hit a fault of the server", exc_info=error, extra=fields)
            if not complete:
                raise

    return named


def _gate(app: App, infer: InferRoute, runtime: Runtime) -> App:
    """Finds the path that is asked for, asks clients to leave while draining, and gives infer requests the short way.

    HEAD goes as GET: uvicorn, which has the scope as it came, sends no body then.
    """

    async def gate(scope: Message, receive: Receive, send: Send) -> None:
        scope = {**scope, "method": "GET"} if scope["method"] == "HEAD" else {**scope}
        path = prefix.place(scope, runtime.settings.root_path)
        send = _closing(send, runtime)
        if scope["method"] != "POST" or (named := INFER_PATH.fullmatch(path)) is None:
            return await app(scope, receive, send)
        scope["path_params"] = named.groupdict()
        answer = await infer(Request(scope, receive))
        return await answer(scope, receive, send)

    return gate


def _closing(send: Send, runtime: Runtime) -> Send:
    async def closing(message: Message) -> None:
        if runtime.draining and message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", ()), (b"connection", b"close")]
        await send(message)

    return closing
