"""How to reach the API server: as the pod's service account, or by a kubeconfig."""

import os
from urllib.request import getproxies

from kubernetes.aio import config
from kubernetes.aio.client import ApiClient, Configuration

MOST_CALLS = 100  # at a time


async def connect() -> ApiClient:
    """Raises kubernetes.aio.config.ConfigException where there is neither."""
    configuration = Configuration()
    configuration.connection_pool_maxsize = MOST_CALLS
    configuration.client_session_kwargs = {"trust_env": bool(getproxies())}  # or each call looks for a .netrc on disk
    if os.environ.get("KUBERNETES_SERVICE_HOST"):
        config.load_incluster_config(client_configuration=configuration)
    else:
        await config.load_kube_config(client_configuration=configuration)
    return ApiClient(configuration)
