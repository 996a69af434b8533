"""SIGTERM while many ask as fast as they can, over connections that are kept."""

import signal
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from colonnade_serving.settings import Settings
from tests.serving.process import serving
from tests.soak import model, steady
from tests.soak.questions import MODEL, Question

WORKERS = ["--workers=1", "--workers=2"] if "workers" in Settings.model_fields else [""]


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return model.bundle(tmp_path_factory.mktemp("model"))


@pytest.fixture(scope="module")
def questions(bundle: Path) -> Sequence[Question]:
    return model.questions(bundle)


@pytest.mark.parametrize("workers", WORKERS)
def test_every_request_that_was_sent_is_answered_and_the_exit_code_is_0(
    workers: str, bundle: Path, questions: Sequence[Question], tmp_path: Path
):
    options = [option for option in (f"--model={MODEL}", "--drain-delay=1", workers) if option]
    with serving(tmp_path, str(bundle), *options) as served, ThreadPoolExecutor(1) as pool:
        asking = pool.submit(steady.run, served.port, questions, None, 32, 20.0, faithful=False)
        time.sleep(1)
        assert not asking.done()
        assert served.end(signal.SIGTERM) == 0
        seen = asking.result()
    assert seen.failed == 0, (seen.statuses, seen.unanswered, seen.faults)
    assert seen.right > 300
