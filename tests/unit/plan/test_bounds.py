"""However much others say, status stays within what the API server takes."""

from colonnade.signals.evidence import Missing
from colonnade_api import DeploymentStatus, ModelVersionStatus
from tests.unit.plan.modelversion.test_modelversion import trained, version
from tests.unit.plan.world import MODEL, world

ENDLESS = "no such image " * 1000


def test_words_without_end_are_clipped() -> None:
    it = world(progressDeadline="10s")
    it.release(f"{MODEL}-2")
    it.until(lambda now: now.weight() == 5)
    it.prometheus = Missing("Error", ENDLESS)
    it.run(10)
    it.prometheus = None
    it.release(f"{MODEL}-3", never_ready=ENDLESS)
    it.until(lambda now: now.status.rejected)
    assert DeploymentStatus.model_validate(it.status.manifest()) == it.status
    assert all(len(event.message) <= 1024 for event in it.events)


def test_metrics_without_end_are_clipped() -> None:
    metrics = {f"{'m' * 100}{n}": 0.5 for n in range(60)}
    observed = trained(version(gates=[{"metric": "roc_auc", "min": 0.7}]), **metrics)
    assert ModelVersionStatus.model_validate(observed.status.manifest()) == observed.status
    assert observed.status.gates[0].verdict == "Error"
