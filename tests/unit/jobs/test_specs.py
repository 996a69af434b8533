"""What the operator hands over is read; what isn't right is refused with its field."""

import json

import pytest

from colonnade_api.jobs import DatasetJob, TrainJob
from colonnade_jobs.errors import PermanentError
from colonnade_jobs.specs import read


def test_a_spec_is_read_with_its_defaults() -> None:
    spec = {"source": {"storageUri": "file:///a.csv"}, "owner": "someone", "schema": {"columns": []}}
    job = read(DatasetJob, json.dumps({"namespace": "a", "name": "b", "spec": spec}))
    assert job.spec.source.storage_uri == "file:///a.csv"
    assert job.spec.split.test == 0.2


def test_a_wish_that_isnt_understood_is_refused_rather_than_ignored() -> None:
    spec = {"source": {"storageUri": "file:///a.csv"}, "colour": "red"}
    with pytest.raises(PermanentError, match=r"spec\.colour: extra inputs are not permitted"):
        read(DatasetJob, json.dumps({"namespace": "a", "name": "b", "spec": spec}))


def test_a_wrong_field_is_named() -> None:
    training = {"datasetRef": {"name": "d"}, "target": "y", "estimator": {"name": "sklearn.x"}, "task": "Ranking"}
    spec = {"model": "m", "training": training}
    with pytest.raises(PermanentError, match=r"spec\.training\.task: input should be") as error:
        read(TrainJob, json.dumps({"namespace": "a", "name": "b", "spec": spec}))
    assert error.value.reason == "InvalidSpec"
