"""Every right that the operator and the router's agent use, no more; the chart's roles are held against this table.

No Secret is read: pods refer to them. No claim is ever deleted: what is stored outlives us.
"""

from collections.abc import Mapping

READ = frozenset({"get", "list", "watch"})
OWN = READ | {"create", "patch", "delete"}

Rights = Mapping[tuple[str, str], frozenset[str]]  # (API group, resource or resource/subresource) -> verbs

OPERATOR: Rights = {
    **{
        ("colonnade.dev", kind): READ | {"patch"}  # patch: our finalizer
        for kind in ("datasets", "modelversions", "deployments", "monitorpolicies")
    },
    **{
        ("colonnade.dev", f"{kind}/status"): frozenset({"patch"})
        for kind in ("datasets", "modelversions", "deployments", "monitorpolicies")
    },
    **{
        ("colonnade.dev", f"{kind}/finalizers"): frozenset({"update"})  # blockOwnerDeletion in owner references asks it
        for kind in ("datasets", "modelversions", "deployments")
    },
    ("colonnade.dev", "modelversions"): READ | {"patch", "create"},  # create: retrained ones
    ("batch", "jobs"): OWN,
    ("apps", "deployments"): OWN,
    ("", "services"): OWN,
    ("policy", "poddisruptionbudgets"): OWN,
    ("networking.k8s.io", "networkpolicies"): OWN,
    ("", "persistentvolumeclaims"): READ | {"create"},
    ("", "configmaps"): frozenset(
        {"get", "create", "patch", "delete"}
    ),  # what a Job is told, where that is long; public keys
    ("", "pods"): READ,
    ("discovery.k8s.io", "endpointslices"): READ,
    ("events.k8s.io", "events"): frozenset({"create"}),
}
"""In every namespace that is looked after; pods in the operator's own namespace too, for the routers."""

LEADER: Rights = {("coordination.k8s.io", "leases"): frozenset({"get", "create", "update"})}
"""In the operator's own namespace, on the Lease of its name (`create` can't be limited to a name)."""

AGENT: Rights = {
    ("colonnade.dev", "deployments"): READ,
    ("discovery.k8s.io", "endpointslices"): READ,
}
"""Of the router's agent, in every namespace that is looked after; it reads the leader's Lease beside that."""

AGENT_LEASE: Rights = {("coordination.k8s.io", "leases"): READ}
"""In the operator's own namespace."""
