"""What the operator hands over is read; what isn't right is refused with its field."""

import json

import pytest

from colonnade_jobs.errors import PermanentError
from colonnade_jobs.specs import DatasetJob, TrainJob, read


def test_fields_that_dont_concern_jobs_are_passed_over() -> None:
    spec = {"source": {"storageUri": "file:///a.csv"}, "owner": "someone", "schema": {"columns": []}}
    job = read(DatasetJob, json.dumps({"namespace": "a", "name": "b", "spec": spec, "later": 1}))
    assert job.spec.source.storage_uri == "file:///a.csv"
    assert job.spec.split.test == 0.2


def test_a_wrong_field_is_named() -> None:
    spec = {"model": "m", "training": {"target": "y", "estimator": {"name": "x"}, "task": "Ranking"}}
    with pytest.raises(PermanentError, match=r"spec\.training\.task: input should be") as error:
        read(TrainJob, json.dumps({"namespace": "a", "name": "b", "spec": spec}))
    assert error.value.reason == "InvalidSpec"
