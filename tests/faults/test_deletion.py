"""Deleting each kind, in the middle of its work or after it, leaves nothing behind."""

from pathlib import Path

import pytest

from tests.e2e import tables
from tests.e2e.orders import NAME, Orders, rows, version
from tests.e2e.world import Namespace, dataset, deployment, eventually, model_version

OURS = "app.kubernetes.io/managed-by=colonnade"
KINDS = "jobs,pods,deployments.apps,services,poddisruptionbudgets,networkpolicies"


def nothing_is_left(namespace: Namespace) -> None:
    def left() -> bool:
        return not namespace.all(KINDS, OURS)

    eventually("nothing of ours is left", left)


@pytest.mark.parametrize("pushed", [False, True], ids=["before its data", "with its Job under way"])
def test_a_dataset(namespace: Namespace, tmp_path: Path, pushed: bool) -> None:
    namespace.apply(dataset(NAME))
    if pushed:
        namespace.push(NAME, tables.csv(tmp_path, tables.mixed()))
    namespace.delete("dset", NAME)
    nothing_is_left(namespace)


def test_a_model_version_that_waits(namespace: Namespace) -> None:
    namespace.apply(model_version("orders-1", NAME, "returned"))
    namespace.becomes("mv", "orders-1", "Ready", "False")
    namespace.delete("mv", "orders-1")
    nothing_is_left(namespace)


def test_a_deployment_in_the_middle_of_a_canary(namespace: Namespace, router: str, tmp_path: Path) -> None:
    orders = Orders(namespace, router, tmp_path)
    with orders.model.under_load(rows()):
        namespace.apply(version(2))
        orders.sends(20)
    namespace.delete("mdep", NAME)
    for number in (1, 2):
        namespace.delete("mv", f"orders-{number}")
    for name in (NAME, "orders-without-france"):
        namespace.delete("dset", name)
    nothing_is_left(namespace)


def test_a_deployment_that_has_no_version_yet(namespace: Namespace) -> None:
    namespace.apply(deployment(NAME, NAME))
    namespace.becomes("mdep", NAME, "Ready", "False")
    namespace.delete("mdep", NAME)
    nothing_is_left(namespace)
