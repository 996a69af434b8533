"""The plugin as a person types it, at the real API server, and what the operator makes of it."""

import asyncio
import json
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

import pytest
import yaml

from colonnade.kube.kinds import DEPLOYMENTS, NETWORK_POLICIES

COMMAND = Path(sys.executable).with_name("kubectl-colonnade")


@pytest.fixture
def typed(here, world):
    """What one command says; raises where it ends badly."""

    async def run(*arguments):
        flags = ("--kubeconfig", str(world.kubeconfig), "-n", here.client.namespace)
        process = await asyncio.create_subprocess_exec(COMMAND, *arguments, *flags, stdout=PIPE, stderr=PIPE)
        answer, remarks = await process.communicate()
        assert process.returncode == 0, remarks.decode()
        return answer.decode(), remarks.decode()

    return run


def status(here):
    return here.journal.find(DEPLOYMENTS, "late")["status"]


@pytest.fixture
async def second(here, users, operator):
    """`late` was brought to its second version."""
    await users.bring("late-1")
    await users.serve()
    await here.journal.until(lambda: users.serves("late-1"), "late-1 serves")
    await users.bring("late-2")
    await users.promote("late-2")
    await here.journal.until(lambda: users.serves("late-2"), "late-2 serves")


async def test_undo_brings_the_version_before_back_and_a_resync_starts_nothing(here, users, second, operator, typed):
    undone = status(here)["stable"]["revision"]
    _, said = await typed("undo", "late")
    assert "late-2 is taken back, all requests go to late-1" in said
    await here.journal.until(lambda: users.serves("late-1"), "late-1 serves again")
    assert [each["reason"] for each in status(here)["rejected"]] == ["Undone"]
    assert here.journal.says(DEPLOYMENTS, "late", Ready="True", RolledBack="Undone")
    last = (NETWORK_POLICIES, f"late-{undone}")  # of what is taken down of a revision
    await here.journal.until(lambda: not here.journal.find(*last), "nothing is left of late-2")
    before = status(here)
    assert await here.rests() == []
    assert status(here) == before


async def test_undo_holds_while_git_still_names_what_was_undone(here, users, second, typed):
    await users.serve(model={"name": "late", "version": "late-2"})
    await here.journal.until(lambda: users.serves("late-2"), "late-2 serves")
    await typed("undo", "dep/late", "--to", "late-1")
    await here.journal.until(lambda: here.journal.says(DEPLOYMENTS, "late", Stalled="Rejected"), "it is stalled")
    await here.journal.until(lambda: users.serves("late-1"), "late-1 serves again")
    await users.serve(model={"name": "late", "version": "late-2"}, progressDeadline="9m")
    generation = here.journal.find(DEPLOYMENTS, "late")["metadata"]["generation"]
    await here.journal.until(lambda: status(here)["observedGeneration"] == generation, "the spec is taken up")
    assert users.serves("late-1")


async def test_what_programs_read_is_what_the_api_server_has(here, users, second, typed):
    answer, _ = await typed("status", "late", "-o", "json")
    live = here.journal.find(DEPLOYMENTS, "late")
    assert json.loads(answer)["status"] == live["status"]
    answer, _ = await typed("tree", "late", "-o", "yaml")
    assert [each["kind"] for each in yaml.safe_load(answer)["items"]][:2] == ["ModelVersion", "Deployment"]


async def test_versions_are_listed_with_who_serves_them(here, users, second, typed):
    answer, _ = await typed("versions", "mv/late")
    lines = answer.splitlines()
    assert [line.split()[0] for line in lines] == ["VERSION", "late-2", "late-1"]
    assert "mdep/late stable 100 %" in lines[1]
