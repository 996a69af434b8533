"""An Open Inference client as any user has one, and a steady load whose every answer is kept."""

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pandas as pd

from demo.traffic import Traffic
from tests.e2e.world import eventually


class Model:
    """One Deployment behind the router, by its outside URL."""

    def __init__(self, router: str, namespace: str, name: str) -> None:
        self.url = f"{router}/namespaces/{namespace}/deployments/{name}/v2/models/{name}"

    def inputs(self) -> list[dict[str, Any]]:
        def metadata() -> list[dict[str, Any]] | None:
            answer = httpx.get(self.url, timeout=10)
            return list(answer.json()["inputs"]) if answer.status_code == 200 else None

        found: list[dict[str, Any]] = eventually(f"{self.url} answers", metadata)
        return found

    def request(self, row: dict[str, Any]) -> bytes:
        return json.dumps({"inputs": [_tensor(row, tensor) for tensor in self.inputs()]}).encode()

    def ask(self, row: dict[str, Any]) -> httpx.Response:
        return httpx.post(f"{self.url}/infer", content=self.request(row), timeout=10)

    @contextmanager
    def under_load(self, rows: list[dict[str, Any]], rate: float = 40) -> Iterator[Traffic]:
        inputs = self.inputs()
        bodies = [json.dumps({"inputs": [_tensor(row, tensor) for tensor in inputs]}).encode() for row in rows]
        traffic, loop, stopped = Traffic(f"{self.url}/infer", bodies, rate), asyncio.new_event_loop(), asyncio.Event()
        thread = threading.Thread(target=loop.run_until_complete, args=(traffic.run(stopped),), daemon=True)
        thread.start()
        try:
            yield traffic
        finally:
            loop.call_soon_threadsafe(stopped.set)
            thread.join(timeout=30)


def none_failed(traffic: Traffic) -> None:
    assert traffic.answers, "no request was sent"
    failed = [answer for answer in traffic.answers if answer.failed]
    assert not failed, f"{len(failed)} of {len(traffic.answers)} requests failed, the first: {failed[0]}"


def _tensor(row: dict[str, Any], wanted: dict[str, Any]) -> dict[str, Any]:
    value = row[wanted["name"]]
    missing = value is None or bool(pd.isna(value))
    if isinstance(value, pd.Timestamp):
        value = value.timestamp()
    if wanted["datatype"] == "BYTES":
        value = "" if missing else str(value)
    elif missing:
        value = None
    elif wanted["datatype"].startswith("INT"):
        value = int(value)
    return {"name": wanted["name"], "datatype": wanted["datatype"], "shape": [1, 1], "data": [value]}
