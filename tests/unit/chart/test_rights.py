"""Least privilege, from a table."""

import json
from typing import Any

import pytest

from colonnade.kube.kinds import MODEL_VERSIONS, OURS, WATCHED
from colonnade.runtime.rbac import AGENT, AGENT_LEASE, LEADER, OPERATOR, Rights
from colonnade_api.wellknown import ABORT_ANNOTATION, PROMOTE_ANNOTATION, RETRY_ANNOTATION, UNDO_ANNOTATION
from tests.unit.chart.rendered import NAMESPACE, Manifest, named, of_kind, render

READ = {"get", "list", "watch"}
PEOPLE = ("colonnade-view", "colonnade-edit", "colonnade-approve", "colonnade-forget", "colonnade-query")
ROLES = ("Role", "ClusterRole")


def rights(role: Manifest) -> dict[tuple[str, str], set[str]]:
    """Verbs by group and resource."""
    found: dict[tuple[str, str], set[str]] = {}
    for rule in role["rules"]:
        for group in rule["apiGroups"]:
            for resource in rule["resources"]:
                found.setdefault((group, resource), set()).update(rule["verbs"])
    return found


def test_there_is_no_wildcard_and_no_secret(chart: list[Manifest]) -> None:
    for role in of_kind(chart, *ROLES):
        for (group, resource), verbs in rights(role).items():
            assert "*" not in (group, resource, *verbs), role["metadata"]["name"]
            assert resource != "secrets", role["metadata"]["name"]


@pytest.mark.parametrize(
    ("kind", "role", "used"),
    [
        ("ClusterRole", "colonnade-operator", OPERATOR),
        ("Role", "colonnade-leader", LEADER),
        ("ClusterRole", "colonnade-router", AGENT),
        ("Role", "colonnade-router-lease", AGENT_LEASE),
    ],
)
def test_a_role_grants_what_its_program_uses_and_nothing_else(
    chart: list[Manifest], kind: str, role: str, used: Rights
) -> None:
    assert rights(named(chart, kind, role)) == {what: set(verbs) for what, verbs in used.items()}


def test_the_operator_reads_all_that_it_watches(chart: list[Manifest]) -> None:
    granted = rights(named(chart, "ClusterRole", "colonnade-operator"))
    for resource in WATCHED:
        assert granted[resource.group, resource.plural] >= READ, resource


def test_the_operator_never_changes_a_spec_of_ours_away(chart: list[Manifest]) -> None:
    granted = rights(named(chart, "ClusterRole", "colonnade-operator"))
    for resource in OURS:
        changes = granted[resource.group, resource.plural] & {"create", "update", "delete", "deletecollection"}
        assert changes == ({"create"} if resource == MODEL_VERSIONS else set()), resource  # retrained ones


def test_data_outlives_the_operator(chart: list[Manifest]) -> None:
    assert "delete" not in rights(named(chart, "ClusterRole", "colonnade-operator"))["", "persistentvolumeclaims"]


def test_the_agent_and_prometheus_only_read(chart: list[Manifest]) -> None:
    for name in ("colonnade-router", "colonnade-prometheus"):
        for verbs in rights(named(chart, "ClusterRole", name)).values():
            assert verbs <= READ, name


def test_a_lease_is_granted_by_name_in_one_namespace(chart: list[Manifest]) -> None:
    for role in of_kind(chart, *ROLES):
        for rule in role["rules"]:
            if "leases" in rule["resources"]:
                assert role["kind"] == "Role"
                assert rule["verbs"] == ["create"] or rule["resourceNames"] == ["colonnade-operator"]


def test_every_role_is_bound_to_somebody(chart: list[Manifest]) -> None:
    bound = {each["roleRef"]["name"] for each in of_kind(chart, "RoleBinding", "ClusterRoleBinding")}
    for role in of_kind(chart, *ROLES):
        assert role["metadata"]["name"] in {*bound, *PEOPLE}
    accounts = {each["metadata"]["name"] for each in of_kind(chart, "ServiceAccount")}
    for binding in of_kind(chart, "RoleBinding", "ClusterRoleBinding"):
        for subject in binding["subjects"]:
            assert subject["kind"] == "Group" or subject["name"] in accounts


def test_named_namespaces_need_no_right_beyond_them() -> None:
    rendered = render({"watchNamespaces": ["team-a"]})
    assert {each["metadata"]["name"] for each in of_kind(rendered, "ClusterRole")} == set(PEOPLE)
    assert not of_kind(rendered, "ClusterRoleBinding")
    whereabouts = {
        each["metadata"]["namespace"]
        for each in of_kind(rendered, "Role")
        if each["metadata"]["name"] == "colonnade-operator"
    }
    assert whereabouts == {"team-a", NAMESPACE}


@pytest.mark.parametrize(
    ("role", "aggregated"),
    [
        ("colonnade-view", {"view", "edit", "admin"}),
        ("colonnade-edit", {"edit", "admin"}),
        ("colonnade-approve", set()),
    ],
)
def test_who_may_use_a_namespace_may_use_ours_but_approval_is_granted_on_purpose(
    chart: list[Manifest], role: str, aggregated: set[str]
) -> None:
    labels: dict[str, Any] = named(chart, "ClusterRole", role)["metadata"]["labels"]
    prefix = "rbac.authorization.k8s.io/aggregate-to-"
    assert {label.removeprefix(prefix) for label in labels if label.startswith(prefix)} == aggregated


def test_everyone_may_read_what_the_command_needs_and_no_more(chart: list[Manifest]) -> None:
    (rule,) = named(chart, "Role", "colonnade-info")["rules"]
    assert rule == {
        "apiGroups": [""],
        "resources": ["configmaps"],
        "resourceNames": ["colonnade-info"],
        "verbs": ["get"],
    }


def test_admission_policies_hold_where_colonnade_looks_after(chart: list[Manifest]) -> None:
    everywhere = of_kind(chart, "ValidatingAdmissionPolicyBinding")
    assert {each["metadata"]["name"] for each in everywhere} == {
        "colonnade-approval",
        "colonnade-forgetting",
        "colonnade-stamps",
        "colonnade-status",
    }
    for each in of_kind(render({"watchNamespaces": ["team-a"]}), "ValidatingAdmissionPolicyBinding"):
        (expression,) = each["spec"]["matchResources"]["namespaceSelector"]["matchExpressions"]
        assert expression["values"] == ["team-a", NAMESPACE]


def test_names_are_stamped_where_the_cluster_can(chart: list[Manifest]) -> None:
    mutating = "admissionregistration.k8s.io/v1/MutatingAdmissionPolicy"
    assert not of_kind(chart, "MutatingAdmissionPolicy")
    assert len(of_kind(render({}, mutating), "MutatingAdmissionPolicy", "MutatingAdmissionPolicyBinding")) == 6


def test_admission_can_be_left_out() -> None:
    rendered = render({"admission": {"enabled": False}}, "admissionregistration.k8s.io/v1/MutatingAdmissionPolicy")
    assert not [each for each in rendered if "AdmissionPolicy" in each["kind"]]


def test_whoever_commands_a_rollout_signs_it() -> None:
    rendered = render({}, "admissionregistration.k8s.io/v1/MutatingAdmissionPolicy")
    commands = [PROMOTE_ANNOTATION, ABORT_ANNOTATION, RETRY_ANNOTATION, UNDO_ANNOTATION]
    for kind in ("ValidatingAdmissionPolicy", "MutatingAdmissionPolicy"):
        variables = named(rendered, kind, "colonnade-stamps")["spec"]["variables"]
        (changed,) = (one["expression"] for one in variables if one["name"] == "changed")
        assert json.dumps(commands, separators=(",", ":")) in changed
