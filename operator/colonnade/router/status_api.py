"""What the agent answers on its port: /applied for the operator, /healthz for the kubelet, /metrics for Prometheus."""

from collections.abc import Mapping
from time import monotonic
from typing import Any

from aiohttp import web

from colonnade.router.admin import Admin, Unreachable
from colonnade.router.ads import AdsServer
from colonnade.router.metrics import Metrics
from colonnade.router.session import Session
from colonnade.router.snapshot import ROUTES, RUNTIME
from colonnade.router.state import Revision

METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def application(ads: AdsServer, admin: Admin, metrics: Metrics) -> web.Application:
    async def answer_applied(_request: web.Request) -> web.Response:
        if ads.session is None or ads.session.applied(ROUTES) is None:
            return _unavailable("Envoy is not connected, or has no routes yet")
        try:
            return web.json_response(applied(ads.session, await admin.in_flight(), monotonic()))
        except Unreachable as error:
            return _unavailable(str(error))

    async def answer_health(_request: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    async def answer_metrics(_request: web.Request) -> web.Response:
        return web.Response(body=metrics.text(), headers={"Content-Type": METRICS_TYPE})

    app = web.Application()
    app.router.add_get("/applied", answer_applied)
    app.router.add_get("/healthz", answer_health)
    app.router.add_get("/metrics", answer_metrics)
    return app


def applied(session: Session, in_flight: Mapping[Revision, int], now: float) -> dict[str, Any]:
    """What Envoy has acknowledged, by `<namespace>/<name>`; the weight is the one in force now.

    `active` leaves out revisions without requests in flight.
    """
    routes, runtime = session.applied(ROUTES), session.applied(RUNTIME)
    weights = runtime.weights if runtime and session.weights_hold(now) else {}
    active: dict[str, dict[str, int]] = {}
    for revision, requests in in_flight.items():
        active.setdefault(str(revision.deployment), {})[revision.revision] = requests
    return {
        str(split.deployment): {
            "stable": split.stable,
            "candidate": split.candidate,
            "weight": weights.get(Revision(split.deployment, split.candidate or ""), 0),
            "active": active.get(str(split.deployment), {}),
        }
        for split in (routes.splits if routes else ())
    }


def _unavailable(message: str) -> web.Response:
    return web.json_response({"error": message}, status=503)
