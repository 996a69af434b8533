"""Whether an operator leaves alone what is as it should be."""

import time

from tests.api.operator.processes import eventually

OURS = ("Dataset", "ModelVersion", "Deployment", "MonitorPolicy")
OWNED = ("Job", "Service", "NetworkPolicy", "PodDisruptionBudget", "PersistentVolumeClaim")


def versions(world):
    """Of every object, by kind and name."""
    found = [(kind, one["metadata"]) for kind in OURS + OWNED for one in world.all(kind)]
    found += [("Workload", one["metadata"]) for one in world.workloads()]
    return {(kind, metadata["name"]): metadata["resourceVersion"] for kind, metadata in found}


def _rests(operator):
    before = operator.writes()
    time.sleep(1)
    return operator.writes() == before


def stays_as_it_is(world, operator):
    """Over two resyncs and more: not one write, and not one object that changes."""
    eventually(lambda: _rests(operator), "a second without a write")
    objects = sum(len(world.all(kind)) for kind in OURS)
    writes, passes, before = operator.writes(), operator.passes(), versions(world)
    eventually(lambda: operator.passes() >= passes + 3 * objects, "two resyncs")
    assert versions(world) == before
    return operator.writes() == writes
