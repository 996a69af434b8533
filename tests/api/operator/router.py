"""A router that obeys: what a Deployment's status says is what it says it has in force."""

import json
import random
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PORT = 9904
LABELS = {"app.kubernetes.io/name": "colonnade", "app.kubernetes.io/component": "router"}


class Router:
    """Listens where an agent would, on a loopback address of its own, and has a pod that says so."""

    def __init__(self, world):
        self.world = world
        self.address = f"127.{random.randint(1, 250)}.{random.randint(1, 250)}.{random.randint(1, 250)}"
        self.holds = {}  # by Deployment, what it goes on doing whatever status says

    def __enter__(self):
        router = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                body = json.dumps(router.applied()).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                return

        self.server = ThreadingHTTPServer((self.address, PORT), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.world.router_pod(self.address, LABELS)
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    def applied(self):
        tables = {self._key(one): _table(one["status"]) for one in self.world.all("Deployment") if one.get("status")}
        return {key: table for key, table in tables.items() if table} | self.holds

    def _key(self, deployment):
        return f"{self.world.namespace}/{deployment['metadata']['name']}"


def _table(status):
    stable, candidate = status.get("stable"), status.get("candidate")
    if not stable:
        return None
    return {
        "stable": stable["revision"],
        "candidate": candidate["revision"] if candidate else None,
        "weight": candidate["weight"] if candidate else 0,
        "active": {},
    }
