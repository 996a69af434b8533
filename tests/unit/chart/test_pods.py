"""What every pod of the chart keeps to."""

import pytest

from colonnade.manifests import Signing
from colonnade.router.settings import Settings as AgentSettings
from colonnade.runtime.settings import Settings as OperatorSettings
from tests.unit.chart.rendered import Manifest, containers, named, pods, render

PREFIX = "COLONNADE_"


def test_every_pod_is_restricted(chart: list[Manifest]) -> None:
    for name, _, spec in pods(chart):
        security = spec["securityContext"]
        assert security["runAsNonRoot"] is True, name
        assert security["runAsUser"] > 0, name
        assert security["seccompProfile"] == {"type": "RuntimeDefault"}, name
        assert not any(key in spec for key in ("hostNetwork", "hostPID", "hostIPC")), name
        assert all(
            set(volume) <= {"name", "emptyDir", "configMap", "persistentVolumeClaim"}
            for volume in spec.get("volumes", [])
        )
        for container in containers(spec):
            assert container["securityContext"] == {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            }, f"{name}/{container['name']}"


def test_every_container_says_what_it_needs(chart: list[Manifest]) -> None:
    for name, _, spec in pods(chart):
        for container in containers(spec):
            assert {"cpu", "memory"} <= container["resources"]["requests"].keys(), f"{name}/{container['name']}"
            assert "memory" in container["resources"]["limits"], f"{name}/{container['name']}"


def test_a_platform_may_choose_the_user_itself() -> None:
    chosen = {"podSecurityContext": {"runAsUser": None, "runAsGroup": None, "fsGroup": None}}
    for name, _, spec in pods(render({"operator": chosen, "router": chosen, "prometheus": chosen})):
        assert "runAsUser" not in spec["securityContext"], name
        assert spec["securityContext"]["runAsNonRoot"] is True, name


@pytest.mark.parametrize("component", ["operator", "router"])
def test_replicas_are_spread_and_guarded(chart: list[Manifest], component: str) -> None:
    workload = named(chart, "Deployment", f"colonnade-{component}")
    selector = workload["spec"]["selector"]["matchLabels"]
    term = workload["spec"]["template"]["spec"]["affinity"]["podAntiAffinity"]
    (preferred,) = term["preferredDuringSchedulingIgnoredDuringExecution"]
    assert workload["spec"]["replicas"] == 2
    assert preferred["podAffinityTerm"]["labelSelector"]["matchLabels"] == selector
    assert named(chart, "PodDisruptionBudget", f"colonnade-{component}")["spec"] == {
        "maxUnavailable": 1,
        "selector": {"matchLabels": selector},
    }


def test_a_router_answers_until_its_clients_are_gone(chart: list[Manifest]) -> None:
    workload = named(chart, "Deployment", "colonnade-router")["spec"]
    spec = workload["template"]["spec"]
    (envoy,) = spec["containers"]
    bootstrap, agent = spec["initContainers"]
    drain = envoy["lifecycle"]["preStop"]["sleep"]["seconds"]
    assert workload["strategy"]["rollingUpdate"]["maxUnavailable"] == 0
    assert agent["restartPolicy"] == "Always"  # a sidecar: ends after Envoy, and its preStop runs beside Envoy's
    assert agent["lifecycle"]["preStop"]["exec"]["command"][-1] == "drain"
    assert spec["terminationGracePeriodSeconds"] > drain
    assert envoy["args"][envoy["args"].index("--drain-time-s") + 1] == str(drain)
    assert bootstrap["command"][-1] == envoy["args"][envoy["args"].index("--config-path") + 1]


def test_a_router_is_ready_only_where_clients_get_in(chart: list[Manifest]) -> None:
    (envoy,) = named(chart, "Deployment", "colonnade-router")["spec"]["template"]["spec"]["containers"]
    assert envoy["startupProbe"]["tcpSocket"] == envoy["readinessProbe"]["tcpSocket"] == {"port": "http"}


def test_nothing_is_ended_for_being_busy(chart: list[Manifest]) -> None:
    """A minute without an answer; Envoy's comes from its workers (tests/e2e/router/test_alive.py)."""
    for workload, container in (("colonnade-router", "agent"), ("colonnade-operator", "operator")):
        spec = named(chart, "Deployment", workload)["spec"]["template"]["spec"]
        (found,) = [each for each in containers(spec) if each["name"] == container]
        assert found["livenessProbe"]["periodSeconds"] * found["livenessProbe"]["failureThreshold"] >= 60


def test_ports_are_those_that_router_and_agent_listen_on(chart: list[Manifest]) -> None:
    settings = AgentSettings()
    spec = named(chart, "Deployment", "colonnade-router")["spec"]["template"]["spec"]
    ports = {port["name"]: port["containerPort"] for each in containers(spec) for port in each.get("ports", [])}
    assert ports == {"http": settings.data_port, "metrics": settings.stats_port, "agent": settings.agent_port}


FULL = {
    "clusterDomain": "ml.example",
    "watchNamespaces": ["team-a", "team-b"],
    "imagePullSecrets": [{"name": "registry"}],
    "store": {"pvc": {"size": "3Gi", "storageClass": "fast", "accessMode": "ReadWriteMany"}},
}
BUCKET = {
    "store": {
        "s3": {"url": "s3://models/team", "endpoint": "https://minio:9000", "region": "here", "secretName": "keys"}
    }
}


def environment(values: Manifest, workload: str, container: str) -> dict[str, str]:
    spec = named(render(values), "Deployment", workload)["spec"]["template"]["spec"]
    (found,) = [each for each in containers(spec) if each["name"] == container]
    return {each["name"]: each.get("value", each["name"].lower()) for each in found["env"]}


def settings(
    of: type[OperatorSettings] | type[AgentSettings], values: dict[str, str]
) -> OperatorSettings | AgentSettings:
    """As the program would read them; a variable that it doesn't know is an error here."""
    fields = {name.removeprefix(PREFIX).lower(): value for name, value in values.items()}
    assert fields.keys() <= of.model_fields.keys()
    return of.model_validate(fields)


def test_the_operator_is_told_what_the_values_say() -> None:
    told = settings(OperatorSettings, environment(FULL, "colonnade-operator", "operator"))
    assert isinstance(told, OperatorSettings)
    assert told.watch_namespaces == ("team-a", "team-b", "colonnade-system")
    assert told.image_pull_secrets == ("registry",)
    assert told.platform().router_host.endswith(".svc.ml.example")
    assert (told.store, told.store_size, told.store_class, told.store_access_mode) == (
        "file:///store",
        "3Gi",
        "fast",
        "ReadWriteMany",
    )
    assert told.prometheus_url == "http://colonnade-prometheus.colonnade-system:9090"


def test_the_operator_is_told_of_a_bucket() -> None:
    told = settings(OperatorSettings, environment(BUCKET, "colonnade-operator", "operator"))
    assert isinstance(told, OperatorSettings)
    assert (told.store, told.store_secret, told.store_endpoint, told.store_region) == (
        "s3://models/team",
        "keys",
        "https://minio:9000",
        "here",
    )


KEYS = [f"-----BEGIN PUBLIC KEY-----\n{n * 60}\n-----END PUBLIC KEY-----\n" for n in "AB"]


@pytest.mark.parametrize("allowed", [True, False])
def test_operator_and_plugin_are_told_whose_models_are_served(allowed: bool) -> None:
    values = {"signing": {"secretName": "model-signing", "publicKeys": KEYS, "allowUnsigned": allowed}}
    told = settings(OperatorSettings, environment(values, "colonnade-operator", "operator"))
    assert isinstance(told, OperatorSettings)
    signing = told.platform().signing
    assert signing == Signing("model-signing", "".join(KEYS).strip(), allowed)
    assert named(render(values), "ConfigMap", "colonnade-info")["data"]["publicKeys"].strip() == signing.public_keys


@pytest.mark.parametrize("container", ["bootstrap", "agent"])
def test_the_agent_is_told_what_the_values_say(container: str) -> None:
    told = settings(AgentSettings, environment(FULL, "colonnade-router", container))
    assert isinstance(told, AgentSettings)
    assert told.cluster_domain == "ml.example"
    assert told.namespaces == ["team-a", "team-b", "colonnade-system"]


def test_a_new_chart_version_alone_restarts_no_pod(chart: list[Manifest]) -> None:
    for name, labels, _ in pods(chart):
        assert not {"helm.sh/chart", "app.kubernetes.io/version"} & labels.keys(), name
