import os
from pathlib import Path

import pytest

from tests.serving.process import Served, row, serving, until

INFER = "/v2/models/logistic/infer"


def answers(served: Served) -> bool:
    assert served.ask("POST", INFER, row(0.1, 0.2, 0.3)).status == 200
    return True


@pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="one CPU can't become fewer")
def test_a_model_follows_the_cpus_that_the_process_may_use(logistic: Path, tmp_path: Path):
    with serving(tmp_path, str(logistic), "--drain-delay=0") as served:
        os.sched_setaffinity(served.process.pid, {min(os.sched_getaffinity(0))})
        assert served.logged("the CPU limit changed")["threads"] == 1
        until(lambda: answers(served) and served.log.read_text().count('"model ready"') == 2)
        assert answers(served)
