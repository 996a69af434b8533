"""Values: every one is explained, and what is misspelt is refused."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from colonnade.manifests import BucketStore, VolumeStore
from colonnade.runtime.settings import Settings
from tests.unit.chart.rendered import CHART, Manifest, Refused, named, of_kind, render

SCHEMA: dict[str, Any] = json.loads((CHART / "values.schema.json").read_text())
VALUES: dict[str, Any] = yaml.safe_load((CHART / "values.yaml").read_text())


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    """A reference and what stands beside it, in one."""
    if "$ref" not in schema:
        return schema
    shared: dict[str, Any] = SCHEMA["definitions"][schema["$ref"].rpartition("/")[2]]
    return shared | schema


def properties(schema: dict[str, Any], path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    for name, below in schema.get("properties", {}).items():
        found = resolved(below)
        yield f"{path}.{name}".lstrip("."), found
        yield from properties(found, f"{path}.{name}")


def leaves(values: Any, path: str = "") -> Iterator[str]:
    yield path.lstrip(".")
    if isinstance(values, dict):
        for name, below in values.items():
            yield from leaves(below, f"{path}.{name}")


def test_every_value_is_explained() -> None:
    explained = dict(properties(SCHEMA))
    free = tuple(f"{path}." for path, schema in explained.items() if "properties" not in schema)
    for path, schema in explained.items():
        assert schema.get("description") or path.endswith((".requests", ".limits", ".claims")), path
    for path in filter(None, leaves(VALUES)):
        assert path in explained or path.startswith(free), path


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"replicas": 3}, "replicas"),
        ({"operator": {"replica": 3}}, "replica"),
        ({"router": {"service": {"type": "External"}}}, "/router/service/type"),
        ({"prometheus": {"scrapeInterval": "5 seconds"}}, "/prometheus/scrapeInterval"),
        ({"store": {"pvc": {"accessMode": "Shared"}}}, "/store/pvc/accessMode"),
        ({"store": {"s3": {"url": "https://bucket"}}}, "/store/s3/url"),
        ({"store": {"namespaces": {"team-a": {"secretName": "team-a"}}}}, "url"),
        ({"store": {"namespaces": {"team-a": {"url": "team-a"}}}}, "/store/namespaces/team-a/url"),
        ({"store": {"namespaces": {"team-a": {"url": "s3://team-a", "secret": "a"}}}}, "secret"),
        ({"store": {"namespaces": {"Team A": {"url": "s3://team-a"}}}}, "Team A"),
        ({"store": {"copiedFrom": ["/store"]}}, "/store/copiedFrom/0"),
        ({"watchNamespaces": ["Team A"]}, "/watchNamespaces/0"),
        ({"operator": {"podSecurityContext": {"runAsUser": 0}}}, "/operator/podSecurityContext/runAsUser"),
        ({"images": {"operator": {"repository": ""}}}, "/images/operator/repository"),
        ({"signing": {"publicKeys": ["-----BEGIN PRIVATE KEY-----\nMC4C\n-----END PRIVATE KEY-----"]}}, "publicKeys/0"),
        ({"signing": {"secretName": "Model Signing"}}, "/signing/secretName"),
    ],
)
def test_a_wrong_value_is_refused_by_name(values: Manifest, field: str) -> None:
    with pytest.raises(Refused, match=field):
        render(values)


def test_an_empty_tag_is_the_charts_own_version() -> None:
    version = yaml.safe_load((CHART / "Chart.yaml").read_text())["appVersion"]
    workload = named(render({"images": {"operator": {"tag": ""}}}), "Deployment", "colonnade-operator")
    assert workload["spec"]["template"]["spec"]["containers"][0]["image"] == f"colonnade/operator:{version}"


def test_a_fixed_node_port_reaches_the_routers(chart: list[Manifest]) -> None:
    service = named(
        render({"router": {"service": {"type": "NodePort", "nodePort": 30080}}}), "Service", "colonnade-router"
    )
    (port,) = service["spec"]["ports"]
    assert (service["spec"]["type"], port["nodePort"], port["port"]) == ("NodePort", 30080, 80)
    (default,) = named(chart, "Service", "colonnade-router")["spec"]["ports"]
    assert "nodePort" not in default


def test_metrics_can_outlive_their_pod() -> None:
    rendered = render({"prometheus": {"storage": {"persistent": True, "size": "20Gi", "storageClass": "slow"}}})
    claim = named(rendered, "PersistentVolumeClaim", "colonnade-prometheus")["spec"]
    assert (claim["resources"]["requests"]["storage"], claim["storageClassName"]) == ("20Gi", "slow")


@pytest.mark.parametrize(("crds", "expected"), [({}, 4), ({"enabled": False}, 0)])
def test_the_kinds_come_with_the_chart_unless_told_otherwise(crds: Manifest, expected: int) -> None:
    assert len(of_kind(render({"crds": crds}), "CustomResourceDefinition")) == expected


def test_uninstalling_keeps_peoples_objects_unless_told_otherwise(chart: list[Manifest]) -> None:
    policy = "helm.sh/resource-policy"
    for kept in of_kind(chart, "CustomResourceDefinition"):
        assert kept["metadata"]["annotations"][policy] == "keep"
    for given_up in of_kind(render({"crds": {"keep": False}}), "CustomResourceDefinition"):
        assert policy not in given_up["metadata"].get("annotations", {})


def test_every_object_of_a_namespace_names_it(chart: list[Manifest]) -> None:
    cluster_wide = ("ClusterRole", "ClusterRoleBinding", "CustomResourceDefinition")
    for each in chart:
        assert (
            each["kind"] in cluster_wide
            or "AdmissionPolicy" in each["kind"]
            or each["metadata"]["namespace"] == "colonnade-system"
        ), each["metadata"]["name"]


def test_no_field_is_named_as_go_reads_a_boolean() -> None:
    """YAML 1.1, which the API server's reader keeps to, takes a bare `n` for false; Python's reader doesn't."""
    for path in (CHART / "templates" / "crds").glob("*.yaml"):
        assert not re.search(r"^\s*(y|n|yes|no|on|off):", path.read_text(), re.IGNORECASE | re.MULTILINE), path.name


def test_the_operator_is_told_of_stores_by_namespace_and_nobody_else_is(
    chart: list[Manifest], monkeypatch: pytest.MonkeyPatch
) -> None:
    own = {"team-a": {"url": "s3://team-a/colonnade", "secretName": "team-a", "copiedFrom": ["s3://models"]}}
    rendered = render({"store": {"s3": {"endpoint": "https://s3.example"}, "namespaces": own}})
    (container,) = named(rendered, "Deployment", "colonnade-operator")["spec"]["template"]["spec"]["containers"]
    told = {each["name"]: each.get("value", "") for each in container["env"]}
    for name, value in told.items():
        monkeypatch.setenv(name, value)
    platform = Settings().platform()
    assert platform.of("team-a").store == BucketStore(
        "s3://team-a/colonnade", "team-a", "https://s3.example", None, ("s3://models",)
    )
    assert platform.of("team-b").store == VolumeStore()
    info = named(rendered, "ConfigMap", "colonnade-info")["data"]
    assert info["storesByNamespace"] == "true"
    assert "team-a" not in str(info)
    assert "storesByNamespace" not in named(chart, "ConfigMap", "colonnade-info")["data"]
