"""Without metrics nothing moves: the weight is held, a condition says why, and it goes on when they are back."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.client import none_failed
from tests.e2e.orders import NAME, Orders, canary, rows, version
from tests.e2e.world import Namespace, kubectl

pytestmark = pytest.mark.alone


def scale_prometheus(replicas: int) -> None:
    it, where = "deployment/colonnade-prometheus", ("-n", "colonnade-system")
    kubectl("scale", it, *where, f"--replicas={replicas}")
    kubectl("rollout", "status", it, *where, "--timeout=180s", seconds=200)


@pytest.fixture
def prometheus() -> Iterator[None]:
    yield
    scale_prometheus(1)


def test_a_canary_waits_for_prometheus_and_goes_on_by_itself(
    namespace: Namespace, router: str, tmp_path: Path, prometheus: None
) -> None:
    orders = Orders(
        namespace,
        router,
        tmp_path,
        canary((20, "20s"), (50, "3s")),
    )
    with orders.model.under_load(rows()) as traffic:
        namespace.apply(version(2))
        orders.sends(20)
        scale_prometheus(0)
        unseen = namespace.becomes("mdep", NAME, "MetricsAvailable", "False")
        assert "rometheus" in unseen["message"], unseen
        said = namespace.condition("mdep", NAME, "Progressing")
        assert "weight stays at 20" in said["message"], said
        assert orders.status()["candidate"]["weight"] == 20
        scale_prometheus(1)
        orders.serves("orders-2")
    none_failed(traffic)
