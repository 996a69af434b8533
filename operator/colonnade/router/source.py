"""What the agent watches on the API server: Deployments, EndpointSlices of their revisions, and the operator's Lease.

While the API server is out of reach the view stays as it is, but for the heartbeat, which ends by itself.
"""

import asyncio
from collections.abc import Iterator

from colonnade.kube.client import ApiServer, Selection
from colonnade.kube.connection import connect
from colonnade.kube.informer import Handlers, Informer
from colonnade.kube.kinds import DEPLOYMENTS, ENDPOINT_SLICES, LEASES
from colonnade.router.metrics import Metrics
from colonnade.router.settings import Settings
from colonnade.router.view import View
from colonnade_api.wellknown import REVISION_LABEL

LIST_SECONDS = 15.0
"""For a page of a list, which takes long on a busy API server and may."""

Watched = tuple[str, Selection, Handlers]


async def watch(view: View, metrics: Metrics, settings: Settings) -> None:
    """Never returns."""
    async with await connect() as client, asyncio.TaskGroup() as group:
        api = ApiServer(client, seconds=LIST_SECONDS)
        for each in watched(view, settings):
            informer = Informer(api, *each, relisted=metrics.relisted, broke=metrics.broke)
            group.create_task(informer.run())


def watched(view: View, settings: Settings) -> Iterator[Watched]:
    """By the names that metrics and logs have for them."""
    yield (
        "lease",
        _lease(settings),
        Handlers(
            replace=lambda found: view.saw_lease(found[0] if found else None),
            put=view.saw_lease,
            drop=lambda _gone: view.saw_lease(None),
        ),
    )
    everywhere: list[str | None] = [None]
    for namespace in settings.namespaces or everywhere:
        where = f"/namespaces/{namespace}" if namespace else ""
        deployments, slices = view.deployments.part(where), view.slices.part(where)
        of_revisions = Selection(ENDPOINT_SLICES, namespace, labels=REVISION_LABEL)
        told = Handlers(deployments.replace, deployments.put, deployments.drop)
        yield f"deployments{where}", Selection(DEPLOYMENTS, namespace), told
        yield f"endpointslices{where}", of_revisions, Handlers(slices.replace, slices.put, slices.drop)


def _lease(settings: Settings) -> Selection:
    return Selection(LEASES, settings.namespace, fields=f"metadata.name={settings.lease_name}")
