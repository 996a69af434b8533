"""kill -9 of the operator at ten random moments of a canary: the same end, no second training Job, no failed request."""

import json
import random
import time
from pathlib import Path

from tests.e2e.client import none_failed
from tests.e2e.orders import Orders, rows, version
from tests.e2e.world import Namespace, Refused, kubectl

KILLS = 10


def kill_the_leader() -> None:
    """SIGKILL to the operator's own process in the pod that holds the Lease; kubelet starts the container again."""
    lease = json.loads(kubectl("get", "lease", "colonnade-operator", "-n", "colonnade-system", "-o", "json"))
    holder = lease["spec"]["holderIdentity"].split("_")[0]
    kill = "import os; [os.kill(int(p), 9) for p in os.listdir('/proc') if p.isdigit() and p != str(os.getpid())]"
    try:
        kubectl("exec", holder, "-n", "colonnade-system", "--", "python3", "-c", kill)
    except Refused as gone:
        if "137" not in str(gone) and "not found" not in str(gone):
            raise


def test_a_canary_outlives_ten_deaths_of_its_operator(namespace: Namespace, router: str, tmp_path: Path) -> None:
    orders = Orders(namespace, router, tmp_path)
    moments = random.Random(7)
    with orders.model.under_load(rows()) as traffic:
        namespace.apply(version(2))
        for _ in range(KILLS):
            time.sleep(moments.uniform(0.5, 4))
            kill_the_leader()
        orders.serves("orders-2", seconds=400)
    none_failed(traffic)
    for number in (1, 2):
        jobs = namespace.all("jobs", f"colonnade.dev/modelversion=orders-{number}")
        assert len(jobs) == 1, [job["metadata"]["name"] for job in jobs]
