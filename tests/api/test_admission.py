"""Who may approve, under which name, and who writes status: real users, under the chart's own policies."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, cast

import pytest
from kubernetes import client, config, dynamic

from cluster.certs import Authority, Certificate
from cluster.kubeconfig import write_kubeconfig
from colonnade_api import API_VERSION, GROUP, VERSION
from colonnade_api.wellknown import ABORT_ANNOTATION, PROMOTE_ANNOTATION, RETRY_ANNOTATION, UNDO_ANNOTATION
from tests.api.examples import training
from tests.unit.chart.rendered import Manifest, named, of_kind, render

MUTATING = "admissionregistration.k8s.io/v1/MutatingAdmissionPolicy"
KINDS = ("ValidatingAdmissionPolicy", "MutatingAdmissionPolicy")
IN_FORCE_SECONDS = 60
ROLES = {
    "ada": ("colonnade-edit",),
    "eve": ("colonnade-edit",),
    "bob": ("colonnade-edit", "colonnade-approve"),
    "dpo": ("colonnade-forget",),
}
CREATED_BY, CHANGED_BY = "colonnade.dev/created-by", "colonnade.dev/changed-by"
COMMANDS = (PROMOTE_ANNOTATION, ABORT_ANNOTATION, RETRY_ANNOTATION, UNDO_ANNOTATION)
APPROVED = {"decision": "Approved", "reason": "checked the card"}


@dataclass(frozen=True)
class User:
    """Somebody with a certificate of their own, in one namespace."""

    custom: client.CustomObjectsApi
    namespace: str

    def create(
        self, name: str, annotations: dict[str, str] | None = None, dry_run: str | None = None, **spec: object
    ) -> Manifest:
        metadata = {"name": name, "annotations": annotations or {}}
        body = {"apiVersion": API_VERSION, "kind": "ModelVersion", "metadata": metadata, "spec": {**training(), **spec}}
        options: Any = {"dry_run": dry_run} if dry_run else {}
        return cast("Manifest", self.custom.create_namespaced_custom_object(*self._place(), body, **options))

    def change(self, name: str, patch: Manifest) -> Manifest:
        return cast("Manifest", self.custom.patch_namespaced_custom_object(*self._place(), name, patch))

    def apply(self, name: str, **spec: object) -> Manifest:
        """As Argo CD and Flux do."""
        body = {
            "apiVersion": API_VERSION,
            "kind": "ModelVersion",
            "metadata": {"name": name},
            "spec": {**training(), **spec},
        }
        versions = dynamic.DynamicClient(self.custom.api_client).resources.get(
            api_version=API_VERSION, kind="ModelVersion"
        )
        applied = versions.server_side_apply(body=body, name=name, namespace=self.namespace, field_manager="gitops")
        return cast("Manifest", applied.to_dict())

    def annotate(self, name: str, **annotations: str | None) -> Manifest:
        return self.change(name, {"metadata": {"annotations": annotations}})

    def decide(self, name: str, **approval: object) -> Manifest:
        return self.change(name, {"spec": {"approval": approval}})

    def say(self, name: str, **status: object) -> Manifest:
        body = {"status": status}
        return cast("Manifest", self.custom.patch_namespaced_custom_object_status(*self._place(), name, body))

    def _place(self) -> tuple[str, str, str, str]:
        return GROUP, VERSION, self.namespace, "modelversions"


Login = Callable[[str], User]


@pytest.fixture
def login(kubeconfig: Path, api: client.ApiClient, namespace: str, tmp_path: Path) -> Login:
    """A user by name, with the roles that they have here; the chart's policies are in force, as they are made."""
    rendered = render({"watchNamespaces": [namespace]}, MUTATING)
    _make(api, namespace, rendered)
    users = _users(kubeconfig, api, namespace, tmp_path)
    _until(partial(_stamps_decisions, User(client.CustomObjectsApi(api), namespace)))
    return users


@pytest.fixture
def login_to_an_older_cluster(kubeconfig: Path, api: client.ApiClient, namespace: str, tmp_path: Path) -> Login:
    """One without MutatingAdmissionPolicy."""
    rendered = [each for each in render({"watchNamespaces": [namespace]}) if not each["kind"].startswith("Mutating")]
    _make(api, namespace, rendered)
    return _users(kubeconfig, api, namespace, tmp_path)


def _make(api: client.ApiClient, namespace: str, rendered: list[Manifest]) -> None:
    policies = of_kind(rendered, *KINDS, *(f"{kind}Binding" for kind in KINDS))
    for each in policies:  # the chart's names are the cluster's, and every test has policies of its own
        each["metadata"]["name"] += f"-{namespace}"
        if "policyName" in each["spec"]:
            each["spec"]["policyName"] += f"-{namespace}"
    roles = [
        {**named(rendered, "ClusterRole", name), "kind": "Role", "metadata": {"name": name, "namespace": namespace}}
        for name in ("colonnade-view", "colonnade-edit", "colonnade-approve", "colonnade-forget")
    ]
    bindings = [_bound(user, role, namespace) for user, granted in ROLES.items() for role in granted]
    cluster = dynamic.DynamicClient(api)
    for each in (*roles, *bindings, *policies):
        resource = cluster.resources.get(api_version=each["apiVersion"], kind=each["kind"])
        resource.create(body=each, namespace=each["metadata"].get("namespace"))


def _bound(user: str, role: str, namespace: str) -> Manifest:
    return {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "RoleBinding",
        "metadata": {"name": f"{user}-{role}", "namespace": namespace},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": role},
        "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": user}],
    }


def _users(kubeconfig: Path, api: client.ApiClient, namespace: str, folder: Path) -> Login:
    server, authority = api.configuration.host, Authority(kubeconfig.parent / "pki")

    def login(name: str) -> User:
        holder = Certificate(f"user-{name}-{namespace}", name)
        path = write_kubeconfig(folder / name, authority, holder, server)
        mine: Any = config.new_client_from_config(str(path))
        return User(client.CustomObjectsApi(mine), namespace)

    _wait(login("eve"), User(client.CustomObjectsApi(api), namespace))
    return login


def _wait(eve: User, administrator: User) -> None:
    """A policy is in force some moments after it was made."""
    administrator.create("probe")
    probes: tuple[Callable[[], object], ...] = (
        lambda: eve.create("it", dry_run="All", approval={"decision": "Rejected"}),
        lambda: administrator.say("probe", version="v"),
        lambda: administrator.create("it", {CREATED_BY: "somebody"}, dry_run="All"),
    )
    for probe in probes:
        _until(partial(_refused, probe))


def _until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + IN_FORCE_SECONDS
    while not holds():
        assert time.monotonic() < deadline, "the policies are not in force"
        time.sleep(0.1)


def _stamps_decisions(administrator: User) -> bool:
    """Before it is in force, another policy refuses the name that this one would have put right."""
    decision = {"decision": "Rejected", "by": "somebody"}
    try:
        made: Any = administrator.create("it", dry_run="All", approval=decision)
    except client.ApiException:
        return False
    return bool(made["spec"]["approval"]["by"] == "kubernetes-admin")


def _refused(act: Callable[[], object]) -> bool:
    """Or put right: a name that isn't the caller's is stamped over."""
    try:
        made: Any = act()
    except client.ApiException as error:
        return bool(error.status == 403)
    return bool(made["metadata"].get("annotations", {}).get(CREATED_BY) == "kubernetes-admin")


def refusal(act: Callable[[], object]) -> str:
    """What the API server says."""
    with pytest.raises(client.ApiException) as refused:
        act()
    assert refused.value.status == 403
    return str(refused.value.body)


def test_who_may_only_edit_approves_nothing(login: Login) -> None:
    login("ada").create("late-1", approval={"required": True})
    for who in ("ada", "eve"):
        said = refusal(partial(login(who).decide, "late-1", **APPROVED))
        assert f"needs the verb approve on modelversions, which {who} does not have here" in said
        assert "ClusterRole colonnade-approve" in said


def test_an_approval_carries_the_name_of_who_gave_it(login: Login) -> None:
    login("ada").create("late-1", approval={"required": True})
    approved = login("bob").decide("late-1", **APPROVED)
    assert approved["spec"]["approval"] == {"required": True, "by": "bob", **APPROVED}
    assert approved["metadata"]["annotations"] == {CREATED_BY: "ada", CHANGED_BY: "bob"}


def test_nobody_approves_under_another_name(login: Login) -> None:
    login("ada").create("late-1", approval={"required": True})
    assert login("bob").decide("late-1", by="the auditor", **APPROVED)["spec"]["approval"]["by"] == "bob"
    assert login("eve").decide("late-1", by="eve")["spec"]["approval"]["by"] == "bob"
    assert login("bob").decide("late-1", by=None)["spec"]["approval"]["by"] == "bob"


def test_a_withdrawn_decision_is_nobodys(login: Login) -> None:
    login("ada").create("late-1", approval={"required": True})
    login("bob").decide("late-1", **APPROVED)
    assert "needs the verb approve" in refusal(lambda: login("ada").decide("late-1", decision=None))
    assert "by" not in login("bob").decide("late-1", decision=None)["spec"]["approval"]


@pytest.mark.parametrize("around", [{"required": False}, {"required": None}, {"reason": "all is well"}])
def test_there_is_no_way_around_it(login: Login, around: dict[str, object]) -> None:
    login("ada").create("late-1", approval={"required": True})
    login("bob").decide("late-1", **APPROVED)
    assert "needs the verb approve" in refusal(lambda: login("ada").decide("late-1", **around))


def test_a_version_is_not_born_approved(login: Login) -> None:
    said = refusal(lambda: login("ada").create("late-1", approval=APPROVED))
    assert "needs the verb approve" in said


def test_who_made_a_version_leaves_its_approval_to_others(login: Login) -> None:
    login("bob").create("late-1", approval={"required": True})
    said = refusal(lambda: login("bob").decide("late-1", **APPROVED))
    assert "bob created this version, so someone else has to approve it" in said
    assert login("bob").decide("late-1", decision="Rejected")["spec"]["approval"]["by"] == "bob"


def test_who_made_it_can_be_neither_chosen_nor_changed(login: Login) -> None:
    made = login("bob").create("late-1", {CREATED_BY: "ada", CHANGED_BY: "ada"}, approval={"required": True})
    assert made["metadata"]["annotations"] == {CREATED_BY: "bob", CHANGED_BY: "bob"}
    for wanted in ("ada", None):
        changed = login("bob").annotate("late-1", **{CREATED_BY: wanted, CHANGED_BY: wanted})
        assert changed["metadata"]["annotations"] == {CREATED_BY: "bob", CHANGED_BY: "bob"}


def test_the_last_change_is_signed_and_what_changes_nothing_is_not(login: Login) -> None:
    login("ada").create("late-1")
    assert login("bob").annotate("late-1", team="risk")["metadata"]["annotations"][CHANGED_BY] == "ada"
    gates = {"spec": {"gates": [{"metric": "roc_auc", "min": 0.7}]}}
    assert login("bob").change("late-1", gates)["metadata"]["annotations"][CHANGED_BY] == "bob"
    for command, who in zip(COMMANDS, ("eve", "bob", "eve", "bob"), strict=True):
        commanded = login(who).annotate("late-1", **{command: "abc"})
        assert commanded["metadata"]["annotations"][CHANGED_BY] == who


def test_a_decision_in_git_is_applied_again_and_again_and_changes_nothing(login: Login) -> None:
    login("ada").create("late-1", approval={"required": True})
    applied = login("bob").apply("late-1", approval={"required": True, **APPROVED})
    assert applied["spec"]["approval"]["by"] == "bob"
    again = login("bob").apply("late-1", approval={"required": True, **APPROVED})
    assert again["metadata"]["resourceVersion"] == applied["metadata"]["resourceVersion"]


def test_only_the_operator_writes_status(login: Login, api: client.ApiClient, namespace: str) -> None:
    login("ada").create("late-1")
    administrator = User(client.CustomObjectsApi(api), namespace)
    said = refusal(lambda: administrator.say("late-1", version="v"))
    assert "status: only the operator writes it, and kubernetes-admin is not it" in said


def test_a_cluster_that_stamps_nothing_wants_the_true_name(login_to_an_older_cluster: Login) -> None:
    login = login_to_an_older_cluster
    login("ada").create("late-1", approval={"required": True})
    said = refusal(lambda: login("bob").decide("late-1", by="the auditor", **APPROVED))
    assert "spec.approval.by: it names who decides, and here that is bob, not the auditor" in said
    assert login("bob").decide("late-1", by="bob", **APPROVED)["spec"]["approval"]["by"] == "bob"
    assert "here that is bob, not eve" in refusal(lambda: login("eve").decide("late-1", by="eve"))
    assert "can be neither chosen nor changed" in refusal(lambda: login("ada").create("late-2", {CREATED_BY: "bob"}))


FORGET = {"colonnade.dev/keep": f"forget/{'0f' * 32}/a1b2@1", "colonnade.dev/forget-reason": "request 2026-118"}


def annotated(user: User, annotations: dict[str, str], **options: Any) -> Manifest:
    """The Dataset users, by this user's hand."""
    body: Any = {"metadata": {"annotations": annotations}}
    place = (GROUP, VERSION, user.namespace, "datasets", "users")
    return cast("Manifest", user.custom.patch_namespaced_custom_object(*place, body, **options))


def test_to_have_someone_forgotten_is_a_right_of_its_own_under_ones_own_name(login: Login) -> None:
    ada, dpo = login("ada"), login("dpo")
    spec = {"source": {"storageUri": "s3://raw/users.csv"}}
    body: Any = {"apiVersion": API_VERSION, "kind": "Dataset", "metadata": {"name": "users"}, "spec": spec}
    ada.custom.create_namespaced_custom_object(GROUP, VERSION, ada.namespace, "datasets", body)
    _until(partial(_refused, partial(annotated, ada, FORGET, dry_run="All")))
    assert "needs the verb forget on datasets, which ada does not have here" in refusal(lambda: annotated(ada, FORGET))
    _until(
        lambda: annotated(dpo, FORGET, dry_run="All")["metadata"]["annotations"].get("colonnade.dev/forget-by") == "dpo"
    )
    asked = annotated(dpo, FORGET | {"colonnade.dev/forget-by": "somebody"})
    assert asked["metadata"]["annotations"]["colonnade.dev/forget-by"] == "dpo"
    assert "needs the verb forget" in refusal(lambda: annotated(ada, {"colonnade.dev/forget-reason": "another"}))
    kept = annotated(ada, {"colonnade.dev/keep": "audit@2", "colonnade.dev/forget-by": "ada"})
    assert kept["metadata"]["annotations"]["colonnade.dev/forget-by"] == "dpo"
