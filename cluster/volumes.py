"""The `standard` StorageClass: folders of this machine, which every node sees, so that any pod may share any volume."""

import json

from cluster import build, versions
from cluster.certs import Authority, Certificate
from cluster.controlplane import SERVER
from cluster.kubeconfig import write_kubeconfig
from cluster.paths import state
from cluster.processes import Component

HOLDER = Certificate("local-path-provisioner", "colonnade:local-path-provisioner")
NAMESPACE = "local-path-storage"
HELPER_POD = f"""\
apiVersion: v1
kind: Pod
metadata: {{name: helper}}
spec:
  automountServiceAccountToken: false
  containers:
  - name: helper
    image: {versions.TOOLS_IMAGE}
    imagePullPolicy: IfNotPresent
    securityContext: {{runAsUser: 0}}
"""


def settings() -> dict[str, object]:
    """Our own tool makes and removes the folders, mode 0777, so that pods needn't be root to write."""
    return {
        "sharedFileSystemPath": str(state() / "volumes"),
        "setupCommand": "/volume",
        "teardownCommand": "/volume",
        "cmdTimeoutSeconds": 30,
    }


def provisioner(authority: Authority) -> Component:
    identity = write_kubeconfig(state() / "kubeconfigs" / HOLDER.file, authority, HOLDER, SERVER)
    volumes = state() / "volumes"
    volumes.mkdir(parents=True, exist_ok=True)
    (state() / "volumes.json").write_text(json.dumps(settings(), indent=1))
    (state() / "volume-pod.yaml").write_text(HELPER_POD)
    argv = (
        str(build.program(build.LOCAL_PATH, "local-path-provisioner")),
        "start",
        f"--kubeconfig={identity}",
        f"--config={state() / 'volumes.json'}",
        f"--helper-pod-file={state() / 'volume-pod.yaml'}",
        f"--helper-image={versions.TOOLS_IMAGE}",
        f"--namespace={NAMESPACE}",
        "--service-account-name=default",
    )
    return Component("local-path-provisioner", argv, settings=json.dumps(settings()) + HELPER_POD)
