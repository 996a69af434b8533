"""The ASGI application: infer the short way, all else by FastAPI. A trailing slash changes nothing."""

import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from starlette.requests import Request

from .infer import InferRoute
from .routes import create_api
from .runtime import Runtime

INFER_PATH = re.compile(r"/v2/models/(?P<model>[^/]+)(?:/versions/(?P<version>[^/]+))?/infer")

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]


def create_app(runtime: Runtime) -> App:
    """The whole ASGI application over one runtime."""
    infer = InferRoute(runtime)
    return _gate(create_api(runtime, infer.__call__), infer, runtime)


def _gate(app: App, infer: InferRoute, runtime: Runtime) -> App:
    """Takes the trailing slash away, asks clients to leave while draining, and gives infer requests the short way."""

    async def gate(scope: Message, receive: Receive, send: Send) -> None:
        path = scope["path"]
        if len(path) > 1 and path.endswith("/"):
            scope["path"] = path = path.rstrip("/") or "/"
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
