"""`python3 -m cluster build|up|down|status|env|images|apiserver`."""

import argparse
import sys
from pathlib import Path

from cluster.build import build_everything
from cluster.down import down
from cluster.env import env
from cluster.images import images
from cluster.standalone_apiserver import serve
from cluster.status import status
from cluster.steps import ClusterError, say
from cluster.up import up

COMMANDS = {
    "build": (build_everything, "build everything that is built from Go modules, into the cache"),
    "up": (up, "start the cluster, or what has stopped of it; NODES=2 for two nodes"),
    "down": (down, "stop it and leave nothing behind but the nodes' images"),
    "status": (status, "what of it runs, and what it weighs; exits 1 unless all is well"),
    "env": (env, "shell lines that set KUBECONFIG, PATH and COLONNADE_URL"),
    "images": (images, "build the project's images, and those it stands on, and put them on the nodes"),
}


def parser() -> argparse.ArgumentParser:
    whole = argparse.ArgumentParser(
        prog="python3 -m cluster", description="A real Kubernetes for a Linux machine without Docker."
    )
    commands = whole.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, (_, words) in COMMANDS.items():
        commands.add_parser(name, help=words)
    alone = commands.add_parser("apiserver", help="etcd and the API server alone, in the foreground, for tests")
    alone.add_argument("--dir", type=Path, required=True, help="where its data, logs and kubeconfig go")
    return whole


def main(arguments: argparse.Namespace) -> int:
    if arguments.command == "apiserver":
        serve(arguments.dir)
        return 0
    return 1 if COMMANDS[arguments.command][0]() is False else 0


if __name__ == "__main__":
    try:
        sys.exit(main(parser().parse_args()))
    except ClusterError as error:
        say(f"cluster: {error}")
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
