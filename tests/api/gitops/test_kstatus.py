"""Health as kstatus tells it, by which Flux, and whoever waits for what was applied, goes."""

import json
import subprocess

import pytest

from cluster.build import FLUX, ensure_built, program
from tests.unit.gitops.states import STATES, Manifest, State


@pytest.fixture(scope="module")
def verdicts() -> dict[str, Manifest]:
    """What kstatus makes of every state, in one run of it."""
    ensure_built((FLUX,))
    objects = "\n".join(json.dumps(state.made()) for state in STATES)
    kstatus = [str(program(FLUX, "kstatus"))]
    said = subprocess.run(kstatus, input=objects, capture_output=True, text=True, timeout=60, check=True).stdout
    return dict(zip(map(str, STATES), map(json.loads, said.splitlines()), strict=True))


@pytest.mark.parametrize("state", STATES, ids=str)
def test_health_is_what_the_state_is(verdicts: dict[str, Manifest], state: State) -> None:
    assert verdicts[str(state)]["status"] == state.kstatus, verdicts[str(state)]["message"]
