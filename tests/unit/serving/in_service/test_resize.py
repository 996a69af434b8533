import os
import time
from pathlib import Path

import pytest

from tests.unit.serving.server.process import row, serving

INFER = "/v2/models/logistic/infer"


@pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="one CPU can't become fewer")
def test_a_model_follows_the_cpus_that_the_process_may_use(logistic: Path, tmp_path: Path):
    with serving(tmp_path, str(logistic), "--drain-delay=0") as served:
        os.sched_setaffinity(served.process.pid, {min(os.sched_getaffinity(0))})
        assert served.logged("the CPU limit changed")["threads"] == 1
        end = time.monotonic() + 60
        while served.log.read_text().count('"model ready"') < 2 and time.monotonic() < end:
            assert served.ask("POST", INFER, row(0.1, 0.2, 0.3)).status == 200
        assert served.log.read_text().count('"model ready"') == 2
        assert served.ask("POST", INFER, row(0.1, 0.2, 0.3)).status == 200
