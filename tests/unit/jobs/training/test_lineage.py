"""What a model was made from: by it one knows whether another training would make the same."""

from typing import Any

from colonnade_api.jobs import TrainJob
from colonnade_jobs.training.evaluation import lineage

TRAINING = {
    "datasetRef": {"name": "d"},
    "features": {"exclude": ["x"]},
    "target": "y",
    "task": "Classification",
    "estimator": {"name": "sklearn.svm.SVC", "params": {"C": 2.0}},
    "crossValidation": {"folds": 3},
}
BEFORE = "sha256:7da178c42f9be22965e3ca7cdab32b8c683106d4650785afea7c02d889cf09f9"


def spec_of(training: dict[str, Any], **more: Any) -> str:
    spec = {"model": "m", "training": TRAINING | training, **more}
    return str(lineage(TrainJob.model_validate({"namespace": "a", "name": "b", "spec": spec}))["spec"])


def test_the_spec_keeps_the_digest_that_earlier_bundles_have() -> None:
    assert spec_of({}) == BEFORE


def test_what_makes_no_other_model_leaves_the_digest_alone() -> None:
    resources = {"resources": {"limits": {"memory": "4Gi"}}}
    assert spec_of(resources, gates=[{"metric": "roc_auc", "min": 0.5}], approval={"required": True}) == BEFORE
    assert spec_of({"seed": 1}) != BEFORE
