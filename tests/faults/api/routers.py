"""What a real Prometheus scrapes in place of routers: counters that grow with time, of the revisions it is told of."""

from dataclasses import dataclass, field
from time import monotonic

from aiohttp import web

from tests.listening import Listening

PER_SECOND = 50


@dataclass
class Counters(Listening):
    """failing: namespace and revision of those whose every tenth request fails; all in `serving` are asked steadily."""

    serving: dict[tuple[str, str, str], float] = field(default_factory=dict)
    failing: set[tuple[str, str]] = field(default_factory=set)

    def serves(self, namespace: str, deployment: str, revision: str) -> None:
        self.serving.setdefault((namespace, deployment, revision), monotonic())

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/stats/prometheus", self._said)]

    async def _said(self, _request: web.Request) -> web.Response:
        lines = ["envoy_server_live 1"]
        for (namespace, deployment, revision), since in self.serving.items():
            about = (
                f'colonnade_namespace="{namespace}",colonnade_deployment="{deployment}",colonnade_revision="{revision}"'
            )
            count = round(PER_SECOND * (monotonic() - since))
            bad = count // 10 if (namespace, revision) in self.failing else 0
            lines.append(f"envoy_cluster_upstream_rq_total{{{about}}} {count}")
            for code, value in (("200", count - bad), ("500", bad)):
                lines.append(f'envoy_colonnade_tries{{{about},code="{code}",flags="-"}} {value}')
        return web.Response(text="\n".join(lines) + "\n")
