"""Which cluster, as whom, and in which namespace."""

from pathlib import Path

import urllib3
from kubernetes import client, config
from kubernetes.config import kube_config

from colonnade_access.cluster import Cluster
from colonnade_access.errors import ColonnadeError

RETRIES = urllib3.Retry(total=1, connect=1, read=0, backoff_factor=0.2)
POD_NAMESPACE = Path("/var/run/secrets/kubernetes.io/serviceaccount/namespace")


def connect(namespace: str | None, context: str | None, kubeconfig: str | None) -> Cluster:
    """By kubectl's rules: the flags, then $KUBECONFIG or the file in the home directory, then the pod's own account.

    Raises ColonnadeError when none of them leads to a cluster.
    """
    settings = client.Configuration()
    settings.retries = RETRIES
    try:
        config.load_kube_config(config_file=kubeconfig, context=context, client_configuration=settings)
        chosen_context = _context(context, kubeconfig)
        _refuse_impersonation(chosen_context["user"], kubeconfig)
        chosen = namespace or str(chosen_context.get("namespace") or "default")
    except config.ConfigException as error:
        chosen = namespace or _in_cluster(settings, kubeconfig, error)
    return Cluster(client.ApiClient(settings), chosen)


def _context(context: str | None, kubeconfig: str | None) -> dict[str, str]:
    """Its cluster, user and namespace."""
    contexts, current = config.list_kube_config_contexts(kubeconfig)
    chosen: dict[str, str] = next((each for each in contexts if each["name"] == context), current)["context"]
    return chosen


def _refuse_impersonation(user: str, kubeconfig: str | None) -> None:
    """The client leaves `as:` out, so that a command would be carried out, and signed, by somebody else."""
    merged = kube_config.KubeConfigMerger(kubeconfig or kube_config.KUBE_CONFIG_DEFAULT_LOCATION).config
    entry = merged["users"].get_with_name(user).value.get("user") or {}
    if asked := sorted(key for key in entry if key == "as" or key.startswith("as-")):
        raise ColonnadeError(
            f"the kubeconfig's user {user} impersonates {entry.get('as', 'somebody')} ({', '.join(asked)}), which"
            " Colonnade's own tools do not do; name a context whose user has no such lines"
        )


def _in_cluster(settings: client.Configuration, kubeconfig: str | None, why: Exception) -> str:
    try:
        if kubeconfig:
            raise config.ConfigException
        config.load_incluster_config(client_configuration=settings)
    except config.ConfigException:
        raise ColonnadeError(
            f"no cluster to talk to: {why}; set KUBECONFIG, or name a kubeconfig and a context"
        ) from None
    return POD_NAMESPACE.read_text().strip()
