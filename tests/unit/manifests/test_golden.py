"""What is made of a wish, whole; the golden YAML lies beside this file."""

from pathlib import Path

import pytest
import yaml

from colonnade.manifests import (
    VolumeStore,
    budget,
    client_service,
    job,
    job_network,
    public_keys,
    revision_service,
    serving_network,
    store_claim,
    workload,
)
from tests.unit.manifests.wishes import (
    FLIGHTS,
    LATE,
    LATE_1,
    attempt,
    bucket,
    collect,
    collect_encrypted,
    keep,
    labelled,
    platform,
    revision,
    signing,
    train,
)

GOLDEN = Path(__file__).parent / "golden"

MADE = {
    "dataset-job": lambda: job(platform(), FLIGHTS, collect("pvc://raw/flights.parquet")),
    "dataset-job-s3": lambda: job(platform(bucket()), FLIGHTS, collect(secretRef={"name": "raw"})),
    "dataset-job-encrypted": lambda: job(platform(), FLIGHTS, collect_encrypted()),
    "dataset-network": lambda: job_network(platform(), FLIGHTS, collect("pvc://raw/flights.parquet")),
    "dataset-network-s3": lambda: job_network(platform(bucket()), FLIGHTS, collect()),
    "keeping-job": lambda: job(platform(), FLIGHTS, keep()),
    "keeping-job-s3": lambda: job(platform(bucket()), FLIGHTS, keep("s3://copies", secretRef={"name": "copies"})),
    "keeping-network-s3": lambda: job_network(platform(), FLIGHTS, keep("s3://copies")),
    "training-job": lambda: job(platform(pull_secrets=("registry",)), LATE_1, train()),
    "training-job-signed": lambda: job(platform(signing=signing()), LATE_1, train()),
    "trial-job": lambda: job(platform(), LATE_1, attempt()),
    "serving-workload": lambda: workload(platform(), LATE, revision()),
    "serving-workload-s3": lambda: workload(platform(bucket()), LATE, revision()),
    "serving-workload-signed": lambda: workload(platform(signing=signing()), LATE, revision()),
    "public-keys": lambda: public_keys(LATE, signing(allow_unsigned=True)) or {},
    "serving-workload-labels": lambda: workload(platform(), LATE, labelled()),
    "serving-service": lambda: revision_service(LATE, "c0ffee0123"),
    "serving-budget": lambda: budget(LATE, "c0ffee0123"),
    "serving-network": lambda: serving_network(platform(), LATE, "c0ffee0123"),
    "client-service": lambda: client_service(platform(), LATE, "flights-late"),
    "store-claim": lambda: store_claim("team", VolumeStore(storage_class="fast")),
}


@pytest.mark.parametrize("name", MADE)
def test_is_made_as_the_golden_file_shows(name):
    assert MADE[name]() == yaml.safe_load((GOLDEN / f"{name}.yaml").read_text())


def test_every_golden_file_has_a_maker():
    assert {path.stem for path in GOLDEN.glob("*.yaml")} == set(MADE)
