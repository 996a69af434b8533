"""What hits a fault of the server is answered and logged once, under one id."""

import json
import logging
from collections.abc import MutableMapping
from typing import Any, NoReturn

import pytest

from colonnade_serving.request_ids import RequestIds
from colonnade_serving.server.app import create_app
from colonnade_serving.server.process import Process
from colonnade_serving.server.worker_context import ALONE
from colonnade_serving.settings import Settings


async def test_a_route_that_breaks_is_a_500_whose_id_is_in_the_log(
    logistic, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    process = Process(Settings(bundle=str(logistic)), ALONE)

    def broken(*_: object) -> NoReturn:
        raise RuntimeError("broken")

    monkeypatch.setattr(process.models, "find", broken)
    sent: list[MutableMapping[str, Any]] = []
    scope: dict[str, Any] = {
        "type": "http",
        "method": "GET",
        "path": "/v2/models/m",
        "headers": [(b"x-request-id", b"abc")],
    }
    scope |= {"query_string": b"", "root_path": ""}

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "http.request", "body": b""}

    with caplog.at_level(logging.ERROR):
        await create_app(process.runtime, RequestIds(), process.guard)(scope, receive, send)
    start, body = sent
    assert (start["status"], dict(start["headers"])[b"x-request-id"]) == (500, b"abc")
    assert json.loads(body["body"]) == {"error": "the server has a fault (RuntimeError); its log says more"}
    (logged,) = [record for record in caplog.records if record.exc_info]
    assert (vars(logged)["request_id"], vars(logged)["path"]) == ("abc", "/v2/models/m")
