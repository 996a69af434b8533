"""`reproduce`: asked by an annotation, answered by status."""

import threading
import time
from typing import Any

import pytest

from colonnade_api.wellknown import REPRODUCE_ANNOTATION
from tests.unit.cli.conftest import Run
from tests.unit.cli.objects import version
from tests.unit.cli.playground import Playground

PATH = "/apis/colonnade.dev/v1alpha1/namespaces/default/modelversions/flights-late-1"


def operator(cluster: Playground, **answer: Any) -> threading.Thread:
    """Answers the request as soon as it is there."""

    def work() -> None:
        while not cluster.patches:
            time.sleep(0.01)
        request = cluster.patches[0][1]["metadata"]["annotations"][REPRODUCE_ANNOTATION]
        told = {"request": request, "at": "2026-11-23T12:00:00Z", **answer}
        cluster.objects[PATH]["status"]["reproduced"] = told

    thread = threading.Thread(target=work)
    thread.start()
    return thread


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ({"sameDigest": True, "message": "the same bundle"}, 0),
        ({"sameDigest": False, "message": "another bundle came of it: image was a, and is b"}, 1),
        ({"message": "Job x: OOMKilled"}, 1),
    ],
)
def test_the_answer_is_waited_for_and_said(
    cluster: Playground, kubectl_colonnade: Run, answer: dict[str, Any], code: int
) -> None:
    before = {"request": "of-before", "at": "2026-11-22T12:00:00Z", "sameDigest": True, "message": "of before"}
    cluster.add(version(1, reproduced=before))
    working = operator(cluster, **answer)
    seen = kubectl_colonnade("reproduce", "mv/flights-late-1")
    working.join()
    assert seen.code == code
    assert f"mv/flights-late-1 {'1' * 10}: {answer['message']}" in seen.out + seen.err


def test_one_may_ask_without_waiting(cluster: Playground, kubectl_colonnade: Run) -> None:
    cluster.add(version(1))
    seen = kubectl_colonnade("reproduce", "mv/flights-late-1", "--no-wait")
    assert (seen.code, "is made once more" in seen.out + seen.err) == (0, True)
    assert REPRODUCE_ANNOTATION in cluster.patches[0][1]["metadata"]["annotations"]


def test_what_was_never_made_is_not_asked_for(cluster: Playground, kubectl_colonnade: Run) -> None:
    item = version(1)
    del item["status"]["digest"]
    cluster.add(item)
    seen = kubectl_colonnade("reproduce", "mv/flights-late-1")
    assert (seen.code, "has no bundle yet" in seen.err, cluster.patches) == (1, True, [])
