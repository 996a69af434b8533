"""A model takes another's place while many ask, again and again."""

import http.client
import json
import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

from tests.serving.process import serving
from tests.soak import model, steady
from tests.soak.questions import MODEL
from tests.soak.watch import Watch

SWAPS = 6
WITHIN = 1.05


def test_no_request_fails_and_memory_comes_back(tmp_path: Path):
    first, second = model.bundle(tmp_path / "first", seed=1), model.bundle(tmp_path / "second", seed=2)
    current = tmp_path / "current"
    current.symlink_to(first)
    questions = model.questions(first, second)
    options = (f"--model={MODEL}", "--model-control")
    with serving(tmp_path, str(current), *options) as served, ThreadPoolExecutor(1) as pool:
        watch = Watch(served.process.pid)
        steady.run(served.port, questions, 1000, 16, 2)
        _swap(served.port, current, second)
        before = watch.look()
        asking = pool.submit(steady.run, served.port, questions, 500, 16, 6)
        for number in range(SWAPS):
            _swap(served.port, current, (first, second)[number % 2])
        assert not asking.done()
        seen = asking.result()
        after = watch.look()
        only = model.questions(second)
        assert steady.run(served.port, only, 500, 4, 0.5).failed == 0  # it is the last one that answers
    assert seen.failed == 0, (seen.statuses, seen.unanswered, seen.faults)
    assert after.resident_bytes < WITHIN * before.resident_bytes


def _swap(port: int, current: Path, bundle: Path) -> None:
    fresh = current.with_name("fresh")
    fresh.symlink_to(bundle)
    os.replace(fresh, current)
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=20)) as connection:
        connection.request("POST", f"/v2/repository/models/{MODEL}/load", json.dumps({}))
        answer = connection.getresponse()
        assert answer.status == 200, answer.read()
