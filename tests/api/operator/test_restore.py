"""docs/operations/backup.md, typed at a real API server: what was saved comes back with its status."""

import json
import signal
import subprocess

from cluster.wheels import kubectl
from colonnade.kube.kinds import DATASETS, DEPLOYMENTS, JOBS, MODEL_VERSIONS
from colonnade_api.wellknown import UNDO_ANNOTATION
from tests.documented import commands

PAGE = "docs/operations/backup.md"
GIVEN = ("uid", "resourceVersion", "generation", "creationTimestamp", "managedFields")
"""What the page's jq takes away, beside the stamps, which no admission makes here."""


def told(verb: str) -> list[str]:
    """The arguments of the page's kubectl command with this verb, in one namespace instead of all."""
    found = next(each for each in commands() if each.page == PAGE and each.words[:2] == ("kubectl", verb))
    return [word for word in found.words[1:] if word != "--all-namespaces"]


async def test_what_was_saved_comes_back_with_its_status(here, users, world, tmp_path):
    def typed(verb):
        flags = ("--kubeconfig", str(world.kubeconfig), "--namespace", here.client.namespace)
        ended = subprocess.run(
            [kubectl(), *told(verb), *flags], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert ended.returncode == 0, ended.stderr
        return ended.stdout

    leader = here.operator("operator-a", restarted=False)
    await _late_1_after_an_undo(here, users)
    saved = json.loads(typed("get"))
    before = {item["metadata"]["name"]: item["status"] for item in saved["items"]}
    await _lose(here, users)
    leader.send(signal.SIGTERM)
    await here.journal.until(leader.has_ended, "its end")
    (tmp_path / "clean.json").write_text(json.dumps(_clean(saved)))
    typed("create")
    typed("replace")
    here.operator("operator-b")
    await here.journal.until(lambda: users.serves("late-1"), "late-1 serves again")
    status = here.journal.find(DEPLOYMENTS, "late")["status"]
    assert status["rejected"] == before["late"]["rejected"]
    assert status["stable"]["revision"] == before["late"]["stable"]["revision"]
    assert here.journal.find(MODEL_VERSIONS, "late-1")["status"]["digest"] == before["late-1"]["digest"]
    assert [job["metadata"]["name"] for job in here.journal.of(JOBS) if "late" in job["metadata"]["name"]] == []


async def _late_1_after_an_undo(here, users):
    await users.dataset()
    await users.train("late-1")
    await users.serve()
    await here.journal.until(lambda: users.serves("late-1"), "late-1 serves")
    await users.train("late-2")
    await users.promote("late-2")
    await here.journal.until(lambda: users.serves("late-2"), "late-2 serves")
    revision = here.journal.find(DEPLOYMENTS, "late")["status"]["stable"]["revision"]
    undo = {"metadata": {"annotations": {UNDO_ANNOTATION: f"{revision}@once"}}}
    await here.client.merge(here.client.key(DEPLOYMENTS, "late"), undo)
    await here.journal.until(lambda: users.serves("late-1"), "late-1 serves again")


async def _lose(here, users):
    for resource, name in (
        (DEPLOYMENTS, "late"),
        (MODEL_VERSIONS, "late-1"),
        (MODEL_VERSIONS, "late-2"),
        (DATASETS, "flights"),
    ):
        await users.delete(resource, name)
        await here.journal.until(lambda of=resource, name=name: here.journal.find(of, name) is None, f"{name} is gone")
    for job in list(here.journal.of(JOBS)):  # what Kubernetes' garbage collector does, which isn't here
        await users.delete(JOBS, job["metadata"]["name"])
    await here.journal.until(lambda: not list(here.journal.of(JOBS)), "no Job is left")


def _clean(saved):
    for item in saved["items"]:
        item["metadata"] = {name: value for name, value in item["metadata"].items() if name not in GIVEN}
    return saved
