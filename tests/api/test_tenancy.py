"""Two teams in two namespaces, with the roles that the chart ships: what is one's is out of the other's reach."""

import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from kubernetes import client, config, dynamic

from cluster.certs import Authority, Certificate
from cluster.kubeconfig import write_kubeconfig
from colonnade_api import API_VERSION, GROUP, KINDS, VERSION
from tests.unit.chart.rendered import Manifest, named, render

PLURALS = tuple(kind.names.plural for kind in KINDS)
EDITOR = ("colonnade-view", "colonnade-edit", "system:aggregate-to-view", "system:aggregate-to-edit")
"""What Kubernetes' own role edit is made of where its controller runs, and what the chart adds to it."""
GRANTED_SECONDS = 60
ROWS = {"source": {"storageUri": "https://data.example/rows.csv"}}
Try = Callable[["User", str], Any]


@dataclass(frozen=True)
class User:
    """Somebody with a certificate of their own, and a namespace in which they may edit."""

    namespace: str
    api: Any

    @property
    def ours(self) -> Any:
        return client.CustomObjectsApi(self.api)

    @property
    def core(self) -> Any:
        return client.CoreV1Api(self.api)

    @property
    def rights(self) -> Any:
        return client.RbacAuthorizationV1Api(self.api)

    def place(self, namespace: str, plural: str = "datasets") -> tuple[str, str, str, str]:
        return GROUP, VERSION, namespace, plural


@pytest.fixture(scope="module")
def teams(kubeconfig: Path, api: client.ApiClient, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[User]]:
    """Ada's and Ben's; each team has a Dataset, an Event, a Secret, a Job's document and a pod."""
    folder, rendered = tmp_path_factory.mktemp("users"), render({})
    cluster, users = dynamic.DynamicClient(api), []
    roles = [named(rendered, "ClusterRole", name) for name in EDITOR if name.startswith("colonnade")]
    suffix = uuid.uuid4().hex[:6]
    for role in roles:
        role["metadata"] = {"name": f"{role['metadata']['name']}-{suffix}"}
        _create(cluster, role)
    for person in ("ada", "ben"):
        namespace = f"{person}-{suffix}"
        client.CoreV1Api(api).create_namespace(client.V1Namespace(metadata=client.V1ObjectMeta(name=namespace)))
        for granted in EDITOR:
            name = f"{granted}-{suffix}" if granted.startswith("colonnade") else granted
            _create(cluster, _bound(person, name, namespace))
        holder = Certificate(f"user-{namespace}", person)
        path = write_kubeconfig(folder / person, Authority(kubeconfig.parent / "pki"), holder, api.configuration.host)
        users.append(User(namespace, config.new_client_from_config(str(path))))
        for each in _belongings(namespace):
            _create(cluster, each)
    for user in users:
        _until_granted(user)
    yield users
    for role in roles:
        client.RbacAuthorizationV1Api(api).delete_cluster_role(role["metadata"]["name"])


def _create(cluster: Any, manifest: Manifest) -> None:
    resource = cluster.resources.get(api_version=manifest["apiVersion"], kind=manifest["kind"])
    resource.create(body=manifest, namespace=manifest["metadata"].get("namespace"))


def _bound(user: str, role: str, namespace: str) -> Manifest:
    return {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "RoleBinding",
        "metadata": {"name": role.replace(":", "-"), "namespace": namespace},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": role},
        "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": user}],
    }


def _belongings(namespace: str) -> Iterator[Manifest]:
    about = {"name": "rows", "namespace": namespace}
    yield {"apiVersion": API_VERSION, "kind": "Dataset", "metadata": about, "spec": ROWS}
    yield {"apiVersion": "v1", "kind": "Secret", "metadata": about, "stringData": {"AWS_SECRET_ACCESS_KEY": "secret"}}
    yield {"apiVersion": "v1", "kind": "ConfigMap", "metadata": about, "data": {"job.json": "{}"}}
    yield {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": about,
        "involvedObject": {"kind": "Dataset", "namespace": namespace, "name": "rows"},
        "reason": "VersionCreated",
        "message": "version 1f1f1f1f1f: 327,346 rows",
    }


def _until_granted(user: User) -> None:
    end = time.monotonic() + GRANTED_SECONDS
    while True:
        try:
            user.ours.get_namespaced_custom_object(*user.place(user.namespace), "rows")
            user.core.list_namespaced_event(user.namespace)
            return
        except client.ApiException as refused:
            if time.monotonic() > end:
                raise AssertionError(f"{user.namespace} has no rights in its own namespace: {refused}") from refused
        time.sleep(0.1)


def _forbidden(attempt: Callable[[], object]) -> None:
    with pytest.raises(client.ApiException) as refused:
        attempt()
    assert refused.value.status == 403, refused.value


OBJECTS: dict[str, Try] = {
    "get": lambda user, there: user.ours.get_namespaced_custom_object(*user.place(there), "rows"),
    "create": lambda user, there: user.ours.create_namespaced_custom_object(
        *user.place(there),
        {"apiVersion": API_VERSION, "kind": "Dataset", "metadata": {"name": "new"}, "spec": ROWS},
        dry_run="All",
    ),
    "patch": lambda user, there: user.ours.patch_namespaced_custom_object(
        *user.place(there), "rows", {"metadata": {"annotations": {"colonnade.dev/refresh": "1"}}}
    ),
    "ask to diff": lambda user, there: user.ours.patch_namespaced_custom_object(
        *user.place(there), "rows", {"metadata": {"annotations": {"colonnade.dev/keep": "audit@1"}}}
    ),
    "write status": lambda user, there: user.ours.patch_namespaced_custom_object_status(
        *user.place(there), "rows", {"status": {"storeUri": "s3://elsewhere"}}
    ),
    "delete": lambda user, there: user.ours.delete_namespaced_custom_object(*user.place(there), "rows", dry_run="All"),
}
AROUND: dict[str, Try] = {
    "events": lambda user, there: user.core.list_namespaced_event(there),
    "events by their own group": lambda user, there: client.EventsV1Api(user.api).list_namespaced_event(there),
    "secrets": lambda user, there: user.core.list_namespaced_secret(there),
    "a secret": lambda user, there: user.core.read_namespaced_secret("rows", there),
    "what Jobs are told": lambda user, there: user.core.read_namespaced_config_map("rows", there),
    "pods": lambda user, there: user.core.list_namespaced_pod(there),
    "logs": lambda user, there: user.core.read_namespaced_pod_log("rows-1", there),
    "a shell": lambda user, there: user.core.connect_post_namespaced_pod_exec("rows-1", there, command=["env"]),
    "a tunnel": lambda user, there: user.core.connect_post_namespaced_pod_portforward("rows-1", there, ports="8080"),
    "a service by the API server": lambda user, there: user.core.connect_get_namespaced_service_proxy("late", there),
    "Jobs": lambda user, there: client.BatchV1Api(user.api).list_namespaced_job(there),
    "a pod of one's own there": lambda user, there: user.core.create_namespaced_pod(
        there, {"metadata": {"name": "p"}, "spec": {"containers": [{"name": "c", "image": "c"}]}}, dry_run="All"
    ),
    "claims": lambda user, there: user.core.list_namespaced_persistent_volume_claim(there),
    "network policies": lambda user, there: client.NetworkingV1Api(user.api).list_namespaced_network_policy(there),
    "roles": lambda user, there: user.rights.create_namespaced_role_binding(
        there, _bound("ada", "colonnade-view", there), dry_run="All"
    ),
}


@pytest.mark.parametrize("plural", PLURALS)
def test_what_a_team_has_is_listed_for_it_alone(teams: list[User], plural: str) -> None:
    for one, other in (teams, reversed(teams)):
        listed = one.ours.list_namespaced_custom_object
        listed(*one.place(one.namespace, plural))
        _forbidden(partial(listed, *one.place(other.namespace, plural)))
        _forbidden(partial(one.ours.list_cluster_custom_object, GROUP, VERSION, plural))


@pytest.mark.parametrize("what", OBJECTS)
def test_a_dataset_of_the_other_team_is_out_of_reach(teams: list[User], what: str) -> None:
    ada, ben = teams
    _forbidden(lambda: OBJECTS[what](ada, ben.namespace))


@pytest.mark.parametrize("what", AROUND)
def test_and_so_is_what_lies_around_it(teams: list[User], what: str) -> None:
    ada, ben = teams
    _forbidden(lambda: AROUND[what](ada, ben.namespace))


@pytest.mark.parametrize("what", [what for what in OBJECTS if what != "write status"])
def test_the_same_is_done_at_home(teams: list[User], what: str) -> None:
    """Else the refusals above would say nothing."""
    ada, _ = teams
    OBJECTS[what](ada, ada.namespace)


@pytest.mark.parametrize("what", ["events", "secrets", "a secret", "what Jobs are told", "pods", "claims"])
def test_what_lies_around_it_is_seen_at_home(teams: list[User], what: str) -> None:
    ada, _ = teams
    AROUND[what](ada, ada.namespace)


def test_nobody_watches_all_namespaces(teams: list[User]) -> None:
    for user in teams:
        _forbidden(user.core.list_event_for_all_namespaces)
        _forbidden(user.core.list_secret_for_all_namespaces)
        _forbidden(user.core.list_namespace)


def test_roles_of_colonnade_name_no_secret_and_no_namespace_of_another(teams: list[User]) -> None:
    for name in EDITOR[:2]:
        rules = named(render({}), "ClusterRole", name)["rules"]
        assert {group for rule in rules for group in rule["apiGroups"]} == {GROUP}


@pytest.fixture
def guarded(api: client.ApiClient, teams: list[User]) -> Iterator[User]:
    """Ada, where queries are granted on purpose."""
    ada, _ = teams
    values = {"watchNamespaces": [ada.namespace], "admission": {"queries": "Granted"}}
    kinds = ("ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding")
    made = [named(render(values), kind, "colonnade-queries") for kind in kinds]
    cluster = dynamic.DynamicClient(api)
    for each in made:
        each["metadata"]["name"] += f"-{ada.namespace}"
        if "policyName" in each["spec"]:
            each["spec"]["policyName"] += f"-{ada.namespace}"
        _create(cluster, each)
    _until_refused(lambda: _watch(ada, asked=QUERY))
    yield ada
    for each in made:
        cluster.resources.get(api_version=each["apiVersion"], kind=each["kind"]).delete(each["metadata"]["name"])


QUERY = {"name": "theirs", "type": "PromQL", "query": 'sum(colonnade_predictions_total{namespace="ben"})', "max": 1}
ERRORS = {"name": "errors", "type": "ErrorRate", "max": 0.01, "action": "Rollback"}


def _watch(user: User, asked: Manifest, **prometheus: str) -> object:
    spec = {"signals": [asked], **({"prometheus": prometheus} if prometheus else {})}
    body = {"apiVersion": API_VERSION, "kind": "MonitorPolicy", "metadata": {"name": "usual"}, "spec": spec}
    return user.ours.create_namespaced_custom_object(
        *user.place(user.namespace, "monitorpolicies"), body, dry_run="All"
    )


def _until_refused(attempt: Callable[[], object]) -> None:
    end = time.monotonic() + GRANTED_SECONDS
    while time.monotonic() < end:
        try:
            attempt()
        except client.ApiException:
            return
        time.sleep(0.1)
    raise AssertionError("the policy is not in force")


def test_metrics_of_the_other_team_are_asked_for_by_who_is_granted_it_alone(
    api: client.ApiClient, guarded: User
) -> None:
    _watch(guarded, asked=ERRORS)
    with pytest.raises(client.ApiException, match="needs the verb query on monitorpolicies, and ada does not have it"):
        _watch(guarded, asked=QUERY)
    with pytest.raises(client.ApiException, match=r"spec\.prometheus\.url: the operator asks there"):
        _watch(guarded, asked=ERRORS, url="http://prometheus.ben:9090")
    place = guarded.place(guarded.namespace, "monitorpolicies")
    spec = {"signals": [QUERY], "prometheus": {"url": "http://prometheus.ben:9090"}}
    body = {"apiVersion": API_VERSION, "kind": "MonitorPolicy", "metadata": {"name": "given"}, "spec": spec}
    client.CustomObjectsApi(api).create_namespaced_custom_object(*place, body)
    paused = {"spec": {"interval": "1m"}}
    guarded.ours.patch_namespaced_custom_object(*place, "given", paused)
    worse = {"spec": {"signals": [QUERY | {"query": "up"}]}}
    _forbidden(lambda: guarded.ours.patch_namespaced_custom_object(*place, "given", worse))
