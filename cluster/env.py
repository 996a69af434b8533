"""`cluster env`: what a shell needs to use the cluster, for `eval "$(python3 -m cluster env)"`."""

import os
import shlex
from pathlib import Path

from cluster import build
from cluster.paths import REPOSITORY, kubeconfig, state
from cluster.wheels import kubectl

ROUTER_NODE_PORT = 30080  # the chart's, and kind-config.yaml's


def env() -> None:
    print(exports(os.environ.get("PATH", "")))


def exports(path: str) -> str:
    """Shell lines; asked for twice, they don't lengthen PATH twice."""
    first = [str(programs()), str(REPOSITORY / ".venv" / "bin")]
    rest = [folder for folder in path.split(":") if folder and folder not in first]
    values = {
        "KUBECONFIG": str(kubeconfig()),
        "PATH": ":".join([*first, *rest]),
        "COLONNADE_URL": f"http://127.0.0.1:{ROUTER_NODE_PORT}",
    }
    return "\n".join(f"export {name}={shlex.quote(value)}" for name, value in values.items())


def programs() -> Path:
    return state() / "bin"


def link_programs() -> None:
    """kubectl and helm in a folder of their own, without what else lies beside them in the cache."""
    programs().mkdir(exist_ok=True)
    for program in (kubectl(), build.program(build.HELM, "helm")):
        link = programs() / program.name
        if not link.is_symlink() or link.readlink() != program:
            link.unlink(missing_ok=True)
            link.symlink_to(program)
