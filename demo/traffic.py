"""A steady load of real rows on one Deployment, and what came of each request."""

import asyncio
import itertools
import json
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pyarrow.parquet as pq

REQUEST_TIMEOUT_SECONDS = 10
ROWS = 5_000


@dataclass(frozen=True)
class Answer:
    sent_at: float
    seconds: float
    status: int  # 0: no answer came
    revision: str
    error: str = ""

    @property
    def failed(self) -> bool:
        return self.status != 200

    @property
    def answered_at(self) -> float:
        return self.sent_at + self.seconds


@dataclass
class Traffic:
    """An open loop: `rate` requests a second, whether or not earlier ones were answered."""

    url: str
    bodies: list[bytes]
    rate: float
    answers: list[Answer] = field(default_factory=list)

    async def run(self, stopped: asyncio.Event) -> None:
        timeout = aiohttp.ClientTimeout(total=REQUEST_TIMEOUT_SECONDS)
        connector = aiohttp.TCPConnector(limit=0)
        async with aiohttp.ClientSession(timeout=timeout, connector=connector) as session, asyncio.TaskGroup() as tasks:
            due = time.monotonic()
            for body in itertools.cycle(self.bodies):
                if stopped.is_set():
                    return
                tasks.create_task(self._ask(session, body))
                due += 1 / self.rate
                await asyncio.sleep(max(0.0, due - time.monotonic()))

    async def _ask(self, session: aiohttp.ClientSession, body: bytes) -> None:
        sent_at, began = time.time(), time.monotonic()
        status, revision, error = 0, "", ""
        try:
            async with session.post(self.url, data=body, headers={"content-type": "application/json"}) as response:
                text = await response.text()
                status, revision = response.status, response.headers.get("x-colonnade-revision", "")
                error = "" if status == 200 else text[:300]
        except (aiohttp.ClientError, TimeoutError) as problem:
            error = f"{type(problem).__name__}: {problem}"
        self.answers.append(Answer(sent_at, time.monotonic() - began, status, revision, error))


async def inputs_of(model_url: str) -> list[dict[str, Any]]:
    """The model's inputs as its metadata names them."""
    timeout = aiohttp.ClientTimeout(total=REQUEST_TIMEOUT_SECONDS)
    async with aiohttp.request("GET", model_url, timeout=timeout, raise_for_status=True) as response:
        metadata = await response.json()
    return list(metadata["inputs"])


def bodies(sample: Path, inputs: list[dict[str, Any]], seed: int = 7) -> list[bytes]:
    """Infer requests of one row each, drawn at random from a parquet file whose columns are the model's inputs."""
    table = pq.read_table(sample, columns=[tensor["name"] for tensor in inputs])
    chosen = random.Random(seed).sample(range(table.num_rows), k=min(ROWS, table.num_rows))
    rows = table.take(chosen).to_pylist()
    return [json.dumps({"inputs": list(_tensors(row, inputs))}).encode() for row in rows]


def _tensors(row: dict[str, Any], inputs: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for tensor in inputs:
        value = row[tensor["name"]]
        if tensor["datatype"] == "BYTES":
            value = "" if value is None else str(value)
        yield {"name": tensor["name"], "datatype": tensor["datatype"], "shape": [1, 1], "data": [value]}
