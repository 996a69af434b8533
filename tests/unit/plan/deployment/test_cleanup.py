from colonnade.plan.deployment.cleanup import unneeded_workloads
from colonnade.plan.deployment.observed import Workload
from colonnade_api import DeploymentStatus, ServedRevision
from tests.unit.plan.world import at, digest


def serving(revision: str) -> DeploymentStatus:
    served = ServedRevision(revision=revision, model_version="v", digest=digest("v"), weight=100)
    return DeploymentStatus(stable=served)


def workload(revision: str) -> Workload:
    return Workload(revision, "v", 2, 2, 2, 2, at(0))


def test_what_the_recorded_status_still_names_stays_for_this_pass() -> None:
    assert unneeded_workloads(serving("old"), serving("new"), (workload("old"), workload("new")), ()) == []


def test_what_neither_names_and_no_router_knows_may_go() -> None:
    assert unneeded_workloads(serving("new"), serving("new"), (workload("old"), workload("new")), ()) == [
        workload("old")
    ]
