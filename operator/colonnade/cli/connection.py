"""Which cluster, as whom, and in which namespace."""

import logging
from pathlib import Path

import urllib3
from kubernetes import client, config

from colonnade.cli.cluster import Cluster
from colonnade.cli.errors import CliError

RETRIES = urllib3.Retry(total=1, connect=1, read=0, backoff_factor=0.2)
POD_NAMESPACE = Path("/var/run/secrets/kubernetes.io/serviceaccount/namespace")


def connect(namespace: str | None, context: str | None, kubeconfig: str | None) -> Cluster:
    """By kubectl's rules: the flags, then $KUBECONFIG or the file in the home directory, then the pod's own account.

    Raises CliError when none of them leads to a cluster.
    """
    logging.getLogger("urllib3").setLevel(logging.ERROR)
    settings = client.Configuration()
    settings.retries = RETRIES
    try:
        config.load_kube_config(config_file=kubeconfig, context=context, client_configuration=settings)
        chosen = namespace or _namespace(context, kubeconfig)
    except config.ConfigException as error:
        chosen = namespace or _in_cluster(settings, kubeconfig, error)
    return Cluster(client.ApiClient(settings), chosen)


def _namespace(context: str | None, kubeconfig: str | None) -> str:
    contexts, current = config.list_kube_config_contexts(kubeconfig)
    chosen = next((each for each in contexts if each["name"] == context), current)
    return str(chosen["context"].get("namespace") or "default")


def _in_cluster(settings: client.Configuration, kubeconfig: str | None, why: Exception) -> str:
    try:
        if kubeconfig:
            raise config.ConfigException
        config.load_incluster_config(client_configuration=settings)
    except config.ConfigException:
        raise CliError(f"no cluster to talk to: {why}; set KUBECONFIG or give --kubeconfig and --context") from None
    return POD_NAMESPACE.read_text().strip()
