"""Versions come and go under load, and no client notices."""

from pathlib import Path

from tests.e2e.client import none_failed
from tests.e2e.orders import CANARY, NAME, Orders, blind_version, brought_along, made_elsewhere, rows, version
from tests.e2e.world import Namespace, eventually


def test_a_good_version_takes_over_and_a_failing_one_is_rolled_back(
    namespace: Namespace, router: str, tmp_path: Path
) -> None:
    orders = Orders(namespace, router, tmp_path)
    with orders.model.under_load(rows()) as traffic:
        namespace.apply(version(2))
        orders.serves("orders-2")
        namespace.apply(blind_version(3))
        orders.rolls_back("orders-3", because="ErrorRateBreached")
        orders.serves("orders-2")
    none_failed(traffic)
    assert namespace.condition("mdep", NAME, "RolledBack")["status"] == "True"


def test_a_version_that_takes_other_inputs_fails_no_client_and_is_not_promoted(
    namespace: Namespace, router: str, tmp_path: Path
) -> None:
    orders = Orders(namespace, router, tmp_path)
    with orders.model.under_load(rows()) as traffic:
        namespace.apply(version(2, features={"include": ["price"]}))
        orders.waits("SignatureChanged", "input country is gone")
        enough = len(traffic.answers) + 100
        eventually("a hundred more requests", lambda: len(traffic.answers) >= enough)
        orders.waits("SignatureChanged", "input country is gone")
        assert orders.status()["candidate"]["modelVersion"] == "orders-2"
        namespace.apply(brought_along("orders-3"))
        namespace.colonnade("push", "mv/orders-3", str(made_elsewhere(tmp_path)))
        namespace.becomes("mv", "orders-3")
        eventually("orders-3 is the candidate", lambda: orders.candidate() == "orders-3")
        orders.waits("SignatureChanged", "input country is gone")
        enough = len(traffic.answers) + 100
        eventually("a hundred more requests", lambda: len(traffic.answers) >= enough)
    none_failed(traffic)
    assert orders.status()["candidate"]["weight"] == 0
    namespace.delete("mv", "orders-3")
    with orders.model.under_load(rows()) as traffic:
        namespace.apply(orders.deployment(strategy={**CANARY, "signatureChange": "Allow"}))
        orders.rolls_back("orders-2", because="ErrorRateBreached")
        orders.serves("orders-1")
    none_failed(traffic)


def test_the_pods_run_what_the_image_compiled(namespace: Namespace, router: str, tmp_path: Path) -> None:
    Orders(namespace, router, tmp_path)
    listening = namespace.logged(f"colonnade.dev/deployment={NAME}", "listening")
    assert listening
    assert all(line["compiled"] for line in listening)


def test_a_rejected_version_is_not_tried_again_when_applied_again(
    namespace: Namespace, router: str, tmp_path: Path
) -> None:
    orders = Orders(namespace, router, tmp_path)
    with orders.model.under_load(rows()) as traffic:
        namespace.apply(blind_version(2))
        orders.rolls_back("orders-2", because="ErrorRateBreached")
        orders.serves("orders-1")
        namespace.apply(blind_version(2))
        orders.serves("orders-1")
    none_failed(traffic)
    assert len(orders.status()["rejected"]) == 1


def test_blue_green_switches_at_once_and_loses_nothing(namespace: Namespace, router: str, tmp_path: Path) -> None:
    orders = Orders(
        namespace, router, tmp_path, {"blueGreen": {"hold": "3s", "autoPromotion": True, "scaleDownDelay": "5s"}}
    )
    with orders.model.under_load(rows()) as traffic:
        namespace.apply(version(2))
        orders.serves("orders-2")
    none_failed(traffic)


def test_equal_names_in_two_namespaces_never_meet(
    namespace: Namespace, other: Namespace, router: str, tmp_path: Path
) -> None:
    one, two = Orders(namespace, router, tmp_path), Orders(other, router, tmp_path)
    other.apply(version(2))
    two.model.ask(rows()[0])
    with two.model.under_load(rows()):
        two.serves("orders-2")
    seen = {each.model.ask(rows()[0]).headers["x-colonnade-revision"] for each in (one, two)}
    assert seen == {each.status()["stable"]["revision"] for each in (one, two)}
    assert len(seen) == 2
