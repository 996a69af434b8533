"""The drill of examples/data/restore: the store is destroyed, and what comes back is what was there."""

from tests.documented import REPOSITORY
from tests.e2e.world import Namespace, eventually, kubectl

STORY = REPOSITORY / "examples/data/restore"


def test_a_store_that_was_destroyed_comes_back_and_a_model_has_its_digest_again(namespace: Namespace) -> None:
    kubectl("apply", "-n", namespace.name, "-f", str(STORY))
    namespace.push("machines", STORY / "machines.csv")
    namespace.becomes("dset", "machines", "BackedUp")
    namespace.becomes("mv", "machines-fail-1", "Trained")
    before = namespace.status("dset", "machines")["versions"][0]
    kubectl("delete", "pods", "-n", namespace.name, "--field-selector", "status.phase=Succeeded")
    kubectl("delete", "pvc", "colonnade-store", "-n", namespace.name, "--timeout=60s")
    namespace.colonnade("restore", "dset/machines", "--all")
    said = {each["kind"]: each["message"] for each in namespace.status("dset", "machines")["keeping"]}
    assert "1 versions are in the store, their digests proven" in said["Restore"]
    kubectl("apply", "-n", namespace.name, "-f", str(STORY / "afterwards"))
    eventually("the model, trained again", lambda: namespace.status("mv", "machines-fail-2").get("digest"))
    first, again = (namespace.status("mv", f"machines-fail-{n}") for n in (1, 2))
    assert again["digest"] == first["digest"]
    assert again["dataset"]["digest"] == before["digest"]
