"""kill -9 of the operator at ten random moments of a canary: the same end, one training Job, no failed request."""

import random
import time
from pathlib import Path

import pytest

from tests.e2e.client import none_failed
from tests.e2e.orders import Orders, canary, rows, version
from tests.e2e.world import Namespace
from tests.faults.operators import kill_the_leader, replace_whom_kubelet_lets_wait

pytestmark = pytest.mark.alone

KILLS = 10
SLOW_CANARY = canary((20, "15s"), (50, "15s"))


def test_a_canary_outlives_ten_deaths_of_its_operator(namespace: Namespace, router: str, tmp_path: Path) -> None:
    orders = Orders(namespace, router, tmp_path, SLOW_CANARY)
    moments = random.Random(7)
    with orders.model.under_load(rows()) as traffic:
        namespace.apply(version(2))
        for _ in range(KILLS):
            time.sleep(moments.uniform(0.5, 4))
            kill_the_leader()
            replace_whom_kubelet_lets_wait()
        orders.serves("orders-2")
    none_failed(traffic)
    for number in (1, 2):
        jobs = namespace.all("jobs", f"colonnade.dev/modelversion=orders-{number}")
        assert len(jobs) == 1, [job["metadata"]["name"] for job in jobs]
