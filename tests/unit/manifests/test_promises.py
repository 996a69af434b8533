"""What holds for every pod, name and owner, whatever is asked for."""

import inspect
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colonnade.kube.kinds import DATASETS, DEPLOYMENTS, Key
from colonnade.manifests import (
    BucketStore,
    Owner,
    budget,
    job,
    job_document,
    job_network,
    revision_service,
    serving_network,
    workload,
)
from colonnade.manifests.labels import owner_of
from colonnade_api.common import LABEL_PATTERN, MAX_NAME
from colonnade_api.jobs import DatasetJob
from colonnade_serving.telemetry.telemetry import Telemetry
from tests.unit.manifests.wishes import (
    FLIGHTS,
    FOREST,
    HEX,
    LATE,
    LATE_1,
    UID,
    bucket,
    collect,
    collect_encrypted,
    platform,
    revision,
    slow_to_leave,
    train,
)

LINUX_TAKES = 128 * 1024  # bytes of one variable: MAX_ARG_STRLEN
LABEL = re.compile(r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$")
names = st.from_regex(LABEL_PATTERN, fullmatch=True).filter(lambda name: 0 < len(name) <= MAX_NAME)


def pods():
    return {
        "dataset": job(platform(), FLIGHTS, collect())["spec"]["template"],
        "training": job(platform(bucket()), LATE_1, train())["spec"]["template"],
        "serving": workload(platform(), LATE, revision())["spec"]["template"],
    }


def environment(pod):
    return {variable["name"]: variable for variable in pod["spec"]["containers"][0]["env"]}


@pytest.mark.parametrize("name", pods())
def test_every_pod_keeps_the_restricted_standard_and_has_no_token(name):
    spec = pods()[name]["spec"]
    assert spec["automountServiceAccountToken"] is False
    assert spec["securityContext"]["runAsNonRoot"] is True
    assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    for container in spec["containers"]:
        held = container["securityContext"]
        assert held["allowPrivilegeEscalation"] is False
        assert held["readOnlyRootFilesystem"] is True
        assert held["capabilities"] == {"drop": ["ALL"]}


@pytest.mark.parametrize("name", pods())
def test_every_pod_asks_for_what_it_needs(name):
    assert pods()[name]["spec"]["containers"][0]["resources"]["requests"]["cpu"]


def test_serving_pods_mount_the_store_read_only_and_jobs_may_write():
    def store(pod):
        mounts = pod["spec"]["containers"][0]["volumeMounts"]
        return next(mount for mount in mounts if mount["name"] == "store")

    assert store(pods()["serving"])["readOnly"] is True
    assert "readOnly" not in store(pods()["dataset"])


def test_a_pod_that_leaves_has_time_for_the_routers_its_requests_and_its_flush():
    pod = workload(platform(), LATE, slow_to_leave())["spec"]["template"]
    drain = {name: float(environment(pod)[f"COLONNADE_DRAIN_{name}"]["value"]) for name in ("DELAY", "TIMEOUT")}
    assert drain["TIMEOUT"] == 90
    sleep = pod["spec"]["containers"][0]["lifecycle"]["preStop"]["sleep"]["seconds"]
    flush = inspect.signature(Telemetry.close).parameters["seconds"].default
    assert pod["spec"]["terminationGracePeriodSeconds"] >= sleep + sum(drain.values()) + flush


def test_a_claim_that_is_read_is_mounted_read_only_where_the_job_looks():
    spec = job(platform(), FLIGHTS, collect("pvc://raw/2013/flights.csv"))["spec"]["template"]["spec"]
    mount = next(one for one in spec["containers"][0]["volumeMounts"] if one["name"] == "source")
    assert mount == {"name": "source", "mountPath": "/pvc/raw", "readOnly": True}


def test_the_sources_credentials_are_kept_apart_from_the_stores():
    pod = job(platform(bucket()), FLIGHTS, collect(secretRef={"name": "raw"}))["spec"]["template"]
    found = environment(pod)
    assert found["AWS_ACCESS_KEY_ID"]["valueFrom"]["secretKeyRef"]["name"] == "models"
    assert found["COLONNADE_SOURCE_AWS_ACCESS_KEY_ID"]["valueFrom"]["secretKeyRef"]["name"] == "raw"


def test_an_address_that_the_installation_names_is_not_taken_from_the_secret_too():
    pod = job(platform(bucket()), FLIGHTS, collect())["spec"]["template"]
    named = [variable["name"] for variable in pod["spec"]["containers"][0]["env"]]
    assert named.count("AWS_ENDPOINT_URL") == 1


def test_credentials_for_https_come_from_the_secret_too():
    pod = job(platform(), FLIGHTS, collect("https://data.example/f.csv", secretRef={"name": "web"}))["spec"]["template"]
    assert environment(pod)["COLONNADE_SOURCE_TOKEN"]["valueFrom"]["secretKeyRef"]["optional"] is True


@pytest.mark.parametrize(
    ("uri", "store", "calls_out"),
    [
        ("pvc://raw/f.csv", None, False),
        ("file:///store/uploads/f.csv", None, False),
        ("s3://raw/f.csv", None, True),
        ("https://data.example/f.csv", None, True),
        ("pvc://raw/f.csv", bucket(), True),
    ],
)
def test_a_job_reaches_out_only_where_something_lies_outside(uri, store, calls_out):
    spec = job_network(platform(store), FLIGHTS, collect(uri))["spec"]
    assert bool(spec.get("egress")) is calls_out
    assert "Egress" in spec["policyTypes"]


def test_an_imported_model_is_fetched_by_a_job_of_modest_size():
    imported = {"model": "flights-late", "source": {"storageUri": "https://models.example/late.onnx"}}
    pod = job(platform(), LATE_1, train(imported))["spec"]["template"]
    assert pod["spec"]["containers"][0]["resources"]["requests"]["memory"] == "512Mi"
    assert FOREST["training"]["resources"]["limits"]["memory"] == "4Gi"


@given(names)
def test_every_derived_name_is_a_dns_label(name):
    deployment = Owner(Key(DEPLOYMENTS, "team", name), UID)
    dataset = Owner(Key(DATASETS, "team", name), UID)
    made = [
        workload(platform(), deployment, revision()),
        revision_service(deployment, "c0ffee0123"),
        budget(deployment, "c0ffee0123"),
        serving_network(platform(), deployment, "c0ffee0123"),
        job_network(platform(), dataset, collect()),
    ]
    for manifest in made:
        assert len(manifest["metadata"]["name"]) <= 63
        assert LABEL.match(manifest["metadata"]["name"])


def test_what_is_made_for_someone_names_its_owner_in_labels_and_reference():
    for owner, manifest in (
        (FLIGHTS, job(platform(), FLIGHTS, collect())),
        (LATE, revision_service(LATE, "c0ffee0123")),
    ):
        assert owner_of(manifest) == owner.key
        assert [reference["uid"] for reference in manifest["metadata"]["ownerReferences"]] == [UID]


def test_a_serving_pod_belongs_to_its_deployment_though_it_names_its_model_version_too():
    pod = workload(platform(), LATE, revision())["spec"]["template"] | {"apiVersion": "v1", "kind": "Pod"}
    pod["metadata"]["namespace"] = "team"
    assert pod["metadata"]["labels"]["colonnade.dev/modelversion"] == "flights-late-1"
    assert owner_of(pod) == LATE.key


def wide(columns):
    """A wish whose schema lists many allowed values in each of so many columns."""
    allowed = [f"a value that may occur {n}" for n in range(100)]
    rules = [{"name": f"column_{n}", "type": "category", "allowed": allowed} for n in range(columns)]
    return collect("pvc://raw/flights.parquet", schema={"columns": rules})


@pytest.mark.parametrize("columns", [0, 20, 60, 200])
def test_a_job_is_told_all_of_its_spec_and_no_variable_is_longer_than_linux_takes(columns):
    run = wide(columns)
    pod, told = job(platform(), FLIGHTS, run)["spec"]["template"]["spec"], job_document(FLIGHTS, run)
    variables = {one["name"]: one["value"] for one in pod["containers"][0]["env"]}
    assert all(len(f"{name}={value}".encode()) < LINUX_TAKES for name, value in variables.items())
    if told is None:
        text = variables["COLONNADE_JOB"]
    else:
        assert "COLONNADE_JOB" not in variables
        (volume,) = (one for one in pod["volumes"] if one.get("configMap", {}).get("name") == told["metadata"]["name"])
        (mount,) = (one for one in pod["containers"][0]["volumeMounts"] if one["name"] == volume["name"])
        folder, _, file = variables["COLONNADE_JOB_FILE"].rpartition("/")
        assert (folder, mount["readOnly"]) == (mount["mountPath"], True)
        text = told["data"][file]
    assert DatasetJob.model_validate_json(text) == run.document


def test_a_document_beside_its_job_goes_with_the_jobs_owner():
    told = job_document(FLIGHTS, wide(200))
    assert told is not None
    assert told["metadata"]["name"] == wide(200).name
    assert told["metadata"]["ownerReferences"] == FLIGHTS.references()
    assert job_document(FLIGHTS, wide(1)) is None


def test_a_databases_address_is_a_file_that_no_variable_shows():
    sql = {"connectionSecretRef": {"name": "shop", "key": "uri"}, "statement": "SELECT 1"}
    made = job(platform(), FLIGHTS, collect(None, sql=sql))["spec"]["template"]["spec"]
    volume = next(each for each in made["volumes"] if each["name"] == "connection")
    assert volume["secret"] == {
        "secretName": "shop",
        "items": [{"key": "uri", "path": "uri"}],
        "defaultMode": 0o440,
    }
    (container,) = made["containers"]
    variables = {each["name"]: each.get("value") for each in container["env"]}
    assert variables["COLONNADE_SOURCE_CONNECTION_FILE"] == "/connection/uri"
    assert not any("valueFrom" in each for each in container["env"])
    assert "egress" in job_network(platform(), FLIGHTS, collect(None, sql=sql))["spec"]


def test_pods_of_a_namespace_with_a_store_of_its_own_get_that_and_its_secret():
    own = BucketStore("s3://team-bucket", secret="team-store")
    told = platform(bucket(), stores={"team": own})
    given = environment(job(told.of("team"), FLIGHTS, collect())["spec"]["template"])
    assert given["COLONNADE_STORE"]["value"] == "s3://team-bucket"
    assert given["AWS_ACCESS_KEY_ID"]["valueFrom"]["secretKeyRef"]["name"] == "team-store"
    assert job(told.of("other"), FLIGHTS, collect()) == job(platform(bucket()), FLIGHTS, collect())


def test_a_bundle_that_was_copied_is_served_from_where_it_lies_now():
    own = BucketStore("s3://team-bucket", copied_from=("file:///store",))
    served = workload(platform(stores={"team": own}).of("team"), LATE, revision())["spec"]["template"]
    assert environment(served)["COLONNADE_BUNDLE"]["value"] == f"s3://team-bucket/team/models/{HEX}"


def test_keys_are_files_of_their_secrets_and_no_environment_has_them():
    pod = job(platform(), FLIGHTS, collect_encrypted())["spec"]["template"]
    assert not [each for each in environment(pod).values() if "valueFrom" in each]
    (volume,) = [each for each in pod["spec"]["volumes"] if each["name"] == "keys"]
    named = [source["secret"]["name"] for source in volume["projected"]["sources"]]
    assert named == ["people-2", "people-1"]
    (mount,) = [each for each in pod["spec"]["containers"][0]["volumeMounts"] if each["name"] == "keys"]
    assert mount["readOnly"] is True
    assert environment(pod)["COLONNADE_KEYS_FOLDER"]["value"] == mount["mountPath"]
