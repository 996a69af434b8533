"""The command. Exit code 0 when every check passed; with --table, whatever the peers did."""

import argparse
import signal
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext

from . import environments, kit, servers, table


def main() -> int:
    """Runs the kit as the command line says."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what was started ends too
    arguments = _arguments()
    if arguments.table:
        return _write_table(arguments.clients or list(kit.CLIENTS))
    where: AbstractContextManager[servers.Address] = servers.running(arguments.server)
    if arguments.url:
        where = nullcontext(
            servers.Address(arguments.name, arguments.url.rstrip("/"), arguments.grpc, arguments.openapi)
        )
    clients = [
        client
        for client in arguments.clients or kit.CLIENTS
        if arguments.grpc or not arguments.url or "grpc" not in client
    ]
    with where as server:
        results = kit.run(server, clients)
    return _told(server.name, results)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.conformance", description=__doc__)
    parser.add_argument("--server", choices=servers.SERVERS, default="ours", help="what to start")
    parser.add_argument("--url", help="of a server that runs already, instead")
    parser.add_argument("--grpc", default="", help="its host:port for gRPC")
    parser.add_argument("--openapi", default="", help="the path of its OpenAPI document")
    parser.add_argument("--name", default="the server", help="what to call it")
    parser.add_argument("--clients", nargs="+", choices=kit.CLIENTS, help="only these")
    parser.add_argument("--table", action="store_true", help=f"run against all and write {table.PAGE.name}")
    return parser.parse_args()


def _told(name: str, results: list[kit.Result]) -> int:
    failures = [result for result in results if result.failure]
    for failure in failures:
        print(f"{failure.client}: {failure.title}: {failure.failure}")
    print(f"{name}: {len(results) - len(failures)} of {len(results)} checks passed")
    return 1 if failures or not results else 0


def _write_table(clients: list[str]) -> int:
    def found(name: str, attempts: int = 3) -> list[kit.Result]:
        try:
            with servers.running(name) as address:
                return kit.run(address, clients)
        except servers.ServerError:  # Triton's Python backend ends now and then while it starts on a busy machine
            if attempts == 1:
                raise
            return found(name, attempts - 1)

    environments.clients()
    with ThreadPoolExecutor(len(servers.SERVERS)) as pool:
        results = dict(zip(servers.SERVERS, pool.map(found, servers.SERVERS), strict=True))
    titled = {server.title: results[name] for name, server in servers.SERVERS.items()}
    for title, each in titled.items():
        _told(title, each)
    table.PAGE.parent.mkdir(parents=True, exist_ok=True)
    table.PAGE.write_text(table.page(titled))
    return 0


if __name__ == "__main__":
    sys.exit(main())
