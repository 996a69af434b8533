"""Owners, installations and wishes for the tests of what is made of them."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from colonnade.kube.kinds import DATASETS, DEPLOYMENTS, MODEL_VERSIONS, Key
from colonnade.manifests import BucketStore, Owner, Platform, Signing, VolumeStore
from colonnade.plan.common.actions import EnsureRevision, RunJob
from colonnade_api import DatasetSpec, ModelVersionSpec, Resources, Serving
from colonnade_api.jobs import DatasetJob, TrainingData, TrainJob, TrialJob
from colonnade_api.jobs.keeping import AuditTask, KeepJob
from colonnade_api.models.trials import Trial

UID = "0b876407-1fea-4869-8661-23ec10630439"
HEX = "1f" * 32
PARQUET = "s3://raw/flights/*.parquet"
FOREST: dict[str, Any] = {
    "model": "flights-late",
    "training": {
        "datasetRef": {"name": "flights"},
        "target": "late",
        "task": "Classification",
        "estimator": {"name": "sklearn.ensemble.RandomForestClassifier"},
        "resources": {"requests": {"cpu": "2"}, "limits": {"memory": "4Gi"}},
    },
}


def platform(store=None, **more):
    return Platform(
        serving_image="colonnade/serving:1",
        jobs_image="colonnade/jobs:1",
        router_host="colonnade-router.colonnade-system.svc.cluster.local",
        namespace="colonnade-system",
        store=store or VolumeStore(),
        **more,
    )


def bucket():
    return BucketStore("s3://models/colonnade", secret="models", endpoint="https://minio.example:9000")


PEM = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA\n-----END PUBLIC KEY-----\n"


def signing(**more):
    return Signing("model-signing", PEM, **more)


def owner(resource, name):
    return Owner(Key(resource, "team", name), UID)


FLIGHTS = owner(DATASETS, "flights")
LATE_1 = owner(MODEL_VERSIONS, "flights-late-1")
LATE = owner(DEPLOYMENTS, "flights-late")


def collect(uri=PARQUET, schema=None, **source):
    spec = DatasetSpec.model_validate({"source": {"storageUri": uri, **source}, "schema": schema})
    return RunJob("flights-a9239f0139", "77aa01fe22", DatasetJob(namespace="team", name="flights", spec=spec))


def keep(uri="pvc://copies/flights", **backup):
    spec = DatasetSpec.model_validate({"source": {"storageUri": PARQUET}, "backup": {"storageUri": uri, **backup}})
    document = KeepJob(namespace="team", name="flights", spec=spec, task=AuditTask(versions=(f"sha256:{HEX}",)))
    return RunJob("flights-keep-a9239f0139", "a9239f0139", document)


def collect_encrypted():
    told = {"keySecretRef": {"name": "people-2", "key": "key"}, "previousKeys": [{"name": "people-1", "key": "key"}]}
    spec = DatasetSpec.model_validate({"source": {"storageUri": PARQUET}, "privacy": {"encryption": told}})
    document = DatasetJob(namespace="team", name="flights", spec=spec, retained=(f"sha256:{HEX}",))
    return RunJob("flights-a9239f0139", "77aa01fe22", document)


def train(spec=FOREST):
    spec = ModelVersionSpec.model_validate(spec)
    data = None if spec.training is None else TrainingData(name="flights", digest=f"sha256:{HEX}")
    document = TrainJob(namespace="team", name="flights-late-1", image="colonnade/jobs:1", spec=spec, dataset=data)
    return RunJob("flights-late-1-0a1b2c3d4e", "0a1b2c3d4e", document)


def attempt():
    space = {"name": "max_depth", "parameterType": "int", "feasibleSpace": {"min": 2, "max": 9}}
    search = {"algorithm": {"name": "TPE"}, "objective": {"metricName": "roc_auc"}, "parameters": [space]}
    share = {"trialResources": {"requests": {"cpu": "1"}, "limits": {"memory": "2Gi"}}}
    spec = ModelVersionSpec.model_validate(FOREST | {"training": FOREST["training"] | {"tuning": search | share}})
    data = TrainingData(name="flights", digest=f"sha256:{HEX}")
    told = (Trial(number=0, parameters={"max_depth": 5}, value=0.75, std=0.01),)
    document = TrialJob(namespace="team", name="flights-late-1", spec=spec, dataset=data, number=3, told=told)
    return RunJob("flights-late-1-0a1b2c3d4e-t3", "0a1b2c3d4e", document)


def revision(**serving):
    return EnsureRevision(
        revision="c0ffee0123",
        model_version="flights-late-1",
        digest=f"sha256:{HEX}",
        artifact_uri=f"file:///store/models/{HEX}",
        replicas=2,
        serving=Serving(**serving),
    )


def slow_to_leave():
    return revision(grace_period=timedelta(seconds=90), resources=Resources(limits={"memory": "1Gi"}))


def labelled():
    """A revision whose answers get labels later, and are counted by group."""
    told = {
        "feedback": {"keySecretRef": {"name": "labels", "key": "key"}, "maxAge": "36h"},
        "groups": {"fromParameter": "sex"},
    }
    return replace(revision(), serving=Serving.model_validate(told))
