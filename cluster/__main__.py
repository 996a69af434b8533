"""`python3 -m cluster build|up|down|status|env|images|apiserver`."""

import argparse
import sys
from pathlib import Path

from cluster.steps import ClusterError, say


def parser() -> argparse.ArgumentParser:
    parsed = argparse.ArgumentParser(prog="python3 -m cluster", description="A real Kubernetes for a Linux machine without Docker.")
    commands = parsed.add_subparsers(dest="command", required=True, metavar="COMMAND")
    alone = commands.add_parser("apiserver", help="etcd and the API server alone, in the foreground, for tests")
    alone.add_argument("--dir", type=Path, required=True, help="where its data, logs and kubeconfig go")
    return parsed


def main(arguments: argparse.Namespace) -> None:
    if arguments.command == "apiserver":
        from cluster.apialone import serve

        serve(arguments.dir)


if __name__ == "__main__":
    try:
        main(parser().parse_args())
    except ClusterError as error:
        say(f"cluster: {error}")
        sys.exit(1)
