"""What the routers are seen to do, which is proof; what status tells them to do is not."""

from colonnade.plan.deployment.observed import Applied, Router


def unapplied(routers: tuple[Router, ...], wanted: Applied) -> str:
    """Which ready router isn't seen to send as `wanted` says, in words; empty when each of them is."""
    ready = [router for router in routers if router.ready]
    if not ready:
        return "no router is ready"
    for router in ready:
        if not router.reachable:
            return f"router {router.pod} doesn't answer"
        if not _same(router.applied, wanted):
            shown = router.applied.weight if router.applied else 0
            return f"router {router.pod} still sends {shown} %"
    return ""


def contradicts(routers: tuple[Router, ...], wanted: Applied) -> bool:
    """Whether some ready router is seen to send otherwise; one that doesn't answer contradicts nothing."""
    return any(router.ready and router.reachable and not _same(router.applied, wanted) for router in routers)


def sends(routers: tuple[Router, ...], revision: str) -> str:
    """Which router sends requests to the revision, or might, in words; empty when none is left that could."""
    return next((words for router in routers if (words := _sends(router, revision))), "")


def mentions(routers: tuple[Router, ...], revision: str) -> str:
    """Like `sends`, and a router that merely knows the revision counts too: its pods must stay."""
    for router in routers:
        applied = router.applied
        if router.reachable and applied and revision in (applied.stable, applied.candidate):
            return f"router {router.pod} still routes to {revision}"
    return sends(routers, revision)


def _sends(router: Router, revision: str) -> str:
    if not router.reachable:
        return f"router {router.pod} doesn't answer" if router.ready else ""
    applied = router.applied
    if applied is None:
        return ""
    if applied.stable == revision or (applied.candidate == revision and applied.weight > 0):
        return f"router {router.pod} still sends to {revision}"
    if in_flight := applied.active.get(revision, 0):
        return f"router {router.pod} waits for {in_flight} answers of {revision}"
    return ""


def _same(applied: Applied | None, wanted: Applied) -> bool:
    if applied is None or applied.stable != wanted.stable:
        return False
    return applied.weight == wanted.weight and (wanted.weight == 0 or applied.candidate == wanted.candidate)
