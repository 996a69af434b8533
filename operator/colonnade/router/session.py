"""The discovery protocol (aggregated, state of the world) with one Envoy, but for the wire."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from envoy.service.discovery.v3 import discovery_pb2

from colonnade.router.snapshot import CLUSTERS, ENDPOINTS, LISTENERS, ORDER, ROUTES, RUNTIME, Snapshot
from colonnade.router.weights import RENEWAL_SECONDS, TTL_SECONDS

log = logging.getLogger(__name__)

# Envoy warms a changed cluster (a changed listener) until it hears of its endpoints (its routes) again, changed or not.
FOLLOWS = {CLUSTERS: ENDPOINTS, LISTENERS: ROUTES}


@dataclass
class Subscription:
    """What this Envoy knows of one kind. `names` empty: all there is. `sent` is what the latest nonce was about."""

    names: frozenset[str] = frozenset()
    due: bool = True
    nonce: str = ""
    sent: Snapshot | None = None
    sent_at: float = 0.0
    applied: Snapshot | None = None
    applied_at: float = 0.0


@dataclass
class Session:
    """refused: called with the kind and Envoy's words when it rejects what it was sent."""

    refused: Callable[[str, str], None] = lambda _kind, _words: None
    _subscriptions: dict[str, Subscription] = field(default_factory=dict)
    _responses: int = 0

    def asked(self, request: discovery_pb2.DiscoveryRequest) -> None:
        """Takes a request in, which may be a subscription, an acknowledgement, a refusal, or several of these."""
        kind = request.type_url
        if kind not in ORDER:
            return
        ours = self._subscriptions.setdefault(kind, Subscription())
        names = frozenset(request.resource_names)
        ours.due = ours.due or not names <= ours.names
        ours.names = names
        if not ours.nonce or request.response_nonce != ours.nonce:
            return
        if request.HasField("error_detail"):
            log.error("Envoy refused %s: %s", kind, request.error_detail.message)
            self.refused(kind, request.error_detail.message)
        else:
            ours.applied, ours.applied_at = ours.sent, ours.sent_at

    def next(self, snapshot: Snapshot, now: float) -> discovery_pb2.DiscoveryResponse | None:
        """What Envoy should hear next, None when it knows all. A kind comes before those that refer to it."""
        for kind in ORDER:
            ours = self._subscriptions.get(kind)
            if ours and self._is_due(kind, ours, snapshot, now):
                return self._response(kind, ours, snapshot, now)
        return None

    def applied(self, kind: str) -> Snapshot | None:
        """What Envoy last acknowledged of this kind."""
        ours = self._subscriptions.get(kind)
        return ours.applied if ours else None

    def weights_hold(self, now: float) -> bool:
        """Whether the runtime layer that Envoy acknowledged is within its time."""
        ours = self._subscriptions.get(RUNTIME)
        return ours is not None and ours.applied is not None and now < ours.applied_at + TTL_SECONDS

    def _is_due(self, kind: str, ours: Subscription, snapshot: Snapshot, now: float) -> bool:
        if ours.due or ours.sent is None or ours.sent.resources[kind].version != snapshot.resources[kind].version:
            return True
        return kind == RUNTIME and bool(snapshot.weights) and now >= ours.sent_at + RENEWAL_SECONDS

    def _response(
        self, kind: str, ours: Subscription, snapshot: Snapshot, now: float
    ) -> discovery_pb2.DiscoveryResponse:
        resources = snapshot.resources[kind]
        if (follower := self._subscriptions.get(FOLLOWS.get(kind, ""))) is not None:
            follower.due = True
        self._responses += 1
        ours.nonce, ours.sent, ours.sent_at, ours.due = str(self._responses), snapshot, now, False
        return discovery_pb2.DiscoveryResponse(
            type_url=kind,
            version_info=resources.version,
            nonce=ours.nonce,
            resources=self._wanted(kind, ours, resources.by_name),
        )

    def _wanted(self, kind: str, ours: Subscription, by_name: Any) -> list[Any]:
        """Endpoints go out whole: those of a new cluster must be there before Envoy has had time to ask for them."""
        if kind in (CLUSTERS, LISTENERS, ENDPOINTS) or not ours.names:
            return list(by_name.values())
        return [resource for name, resource in by_name.items() if name in ours.names]
