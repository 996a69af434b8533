"""The story of docs/data/erasure.md: applied as it stands, someone is forgotten, and the model is made anew."""

import json
import re
from pathlib import Path

from tests.e2e.world import Namespace, eventually, kubectl

REPOSITORY = Path(__file__).parents[3]
(SHOWN,) = re.findall(r"```text\n(.*?)\n```", (REPOSITORY / "docs/data/erasure.md").read_text(), re.DOTALL)
ASKED = ("--subject", "4711", "--reason", "request 2026-118", "--retrain")


def test_a_customer_is_forgotten_by_one_command(namespace: Namespace) -> None:
    kubectl("apply", "-n", namespace.name, "-f", str(REPOSITORY / "examples/data/erasure"))
    namespace.becomes("mv", "churn-1")
    (before,) = namespace.status("dset", "users")["versions"]
    said = namespace.told("forget", "dset/users", *ASKED)
    assert _shape(said) == _shape(SHOWN)
    status = namespace.status("dset", "users")
    (after,) = status["versions"]
    assert (before["rows"], after["rows"]) == (120, 119)
    assert after["erasedBy"]["reason"] == "request 2026-118"
    assert after["erasedBy"]["by"], "admission says who asked"
    assert [(each["digest"], each["successor"]) for each in status["erased"]] == [(before["digest"], after["digest"])]
    erased = namespace.becomes("mv", "churn-1", of_type="Erased")
    assert "(request 2026-118)" in erased["message"]
    again = f"churn-1-{after['digest'][7:15]}"
    namespace.becomes("mv", again)
    assert namespace.status("mv", again)["dataset"]["digest"] == after["digest"]
    kubectl("annotate", "-n", namespace.name, "dset/users", "colonnade.dev/refresh=again")
    eventually("the source was looked at again", lambda: _looked(namespace) > after["erasedBy"]["at"])
    assert namespace.status("dset", "users")["current"] == after["digest"], "a later look leaves the customer out"
    objects = [namespace.all(kind) for kind in ("dset", "mv", "jobs", "pods", "events")]
    assert '"4711"' not in json.dumps(objects)


def _looked(namespace: Namespace) -> str:
    return str(namespace.status("dset", "users")["checkedAt"])


def _shape(said: str) -> str:
    """Without digests and line breaks."""
    return re.sub(r"\b[0-9a-f]{8,10}\b", "DIGEST", " ".join(said.split()))
