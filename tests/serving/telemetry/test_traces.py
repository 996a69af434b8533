"""Traces of a server, as a collector gets them."""

import json
import subprocess
import sys
from pathlib import Path

from tests.serving.process import row, serving
from tests.unit.serving.telemetry.receiver import Receiver
from tests.unit.serving.telemetry.test_traces import collector, spans

__all__ = ["collector"]


def test_each_request_is_of_its_own_trace_though_its_head_is_known(collector: Receiver, logistic: Path, tmp_path: Path):
    traces = [f"{number:032x}" for number in range(1, 6)]
    with serving(tmp_path, str(logistic), "--drain-delay=0") as served:
        with served.connect() as connection:
            for trace in traces:
                parent = {"traceparent": f"00-{trace}-b7ad6b7169203331-01"}
                connection.request("POST", "/v2/models/logistic/infer", json.dumps(row(1, 2, 3)), parent)
                assert connection.getresponse().read()
        assert served.end() == 0
    sent = [span.trace_id.hex() for span in spans(collector) if span.name == "infer logistic"]
    assert sorted(sent) == traces


def test_who_does_not_trace_does_not_pay_for_the_sdk():
    asked = "import sys, colonnade_serving.server.serve; print('opentelemetry.sdk' in sys.modules)"
    ended = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, timeout=60, check=True)
    assert ended.stdout.strip() == "False"
