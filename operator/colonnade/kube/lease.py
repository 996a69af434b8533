"""Who leads: a Lease, taken over only after it has stood still for its whole duration on our own clock."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import monotonic

from colonnade.kube.client import ApiServer
from colonnade.kube.errors import ApiError, Conflict, LeadershipLost, NotFound
from colonnade.kube.kinds import LEASES, Key, Manifest

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Terms:
    """Seconds.

    `renew_within` lies below `duration` by more than a call may take: an old leader is gone before a new one starts.
    """

    duration: float = 6.0
    renew_within: float = 4.0
    retry: float = 1.0


@dataclass
class Leadership:
    """One candidate's side of the election.

    api: a connection of its own, whose calls have time limits below `renew_within` and which writes unguarded.
    """

    api: ApiServer
    namespace: str
    name: str
    identity: str
    terms: Terms = field(default_factory=Terms)
    clock: Callable[[], float] = monotonic

    def __post_init__(self) -> None:
        self._key = Key(LEASES, self.namespace, self.name)
        self._renewed_at: float | None = None
        self._seen: tuple[str, float] | None = None  # resourceVersion, and when we first saw it
        self._lease: Manifest | None = None

    def guard(self) -> None:
        """Raises LeadershipLost unless the lease was renewed recently enough to be surely ours."""
        if not self.holds():
            raise LeadershipLost(f"the lease {self.namespace}/{self.name} is not held by {self.identity}")

    def holds(self) -> bool:
        return self._renewed_at is not None and self.clock() - self._renewed_at < self.terms.renew_within

    @property
    def uid(self) -> str:
        """The Lease's own: one an installation, whoever leads, for as long as its namespace lasts."""
        return str(((self._lease or {}).get("metadata") or {}).get("uid", ""))

    async def acquire(self) -> None:
        """Returns as leader."""
        while not await self._attempt():  # noqa: ASYNC110 - what it waits for happens on the API server
            await asyncio.sleep(self.terms.retry)
        log.info("leading as %s", self.identity)

    async def keep(self, deserved: Callable[[], None]) -> None:
        """Renews for as long as it can; raises LeadershipLost once it can't, and then nothing may be written.

        deserved: raises LeadershipLost where somebody else had better lead.
        """
        while True:
            await asyncio.sleep(self.terms.retry)
            self.guard()
            deserved()
            await self._attempt()
            if self._taken_by_another():
                raise LeadershipLost(f"{_holder(self._lease)} leads now")

    async def release(self) -> None:
        """Lets go at once, so that nobody has to wait for the lease to end."""
        if self._lease is None or not self.holds():
            return
        self._renewed_at = None
        released = self._written(holder="", duration=1.0, acquired=False)
        try:
            await self.api.replace(self._key, released)
        except ApiError as error:
            log.warning("the lease %s was left to end by itself: %s", self.name, error)

    async def _attempt(self) -> bool:
        """One try to create, take over or renew."""
        sent_at = self.clock()
        try:
            if self._lease is None or not self.holds():
                self._lease = await self._read()
            if self._lease is None:
                self._lease = await self.api.create(
                    LEASES, self.namespace, self._written(self.identity, self.terms.duration, True)
                )
            elif self._may_take(self._lease):
                renews = _holder(self._lease) == self.identity
                wanted = self._written(self.identity, self.terms.duration, not renews)
                self._lease = await self.api.replace(self._key, wanted)
            else:
                return False
        except Conflict:
            self._lease = None
            return False
        except ApiError as error:
            log.warning("the lease %s could not be renewed or taken: %s", self.name, error)
            return False
        self._renewed_at = sent_at
        return True

    async def _read(self) -> Manifest | None:
        try:
            return await self.api.get(self._key)
        except NotFound:
            return None

    def _may_take(self, lease: Manifest) -> bool:
        holder, version = _holder(lease), lease["metadata"]["resourceVersion"]
        if self._seen is None or self._seen[0] != version:
            self._seen = (version, self.clock())
        if holder in ("", self.identity):
            return True
        return self.clock() - self._seen[1] >= float(lease["spec"].get("leaseDurationSeconds") or self.terms.duration)

    def _taken_by_another(self) -> bool:
        return self._lease is not None and _holder(self._lease) not in ("", self.identity)

    def _written(self, holder: str, duration: float, acquired: bool) -> Manifest:
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        before = (self._lease or {}).get("spec", {})
        spec = before | {"holderIdentity": holder, "leaseDurationSeconds": max(1, round(duration)), "renewTime": now}
        if acquired:
            spec |= {"acquireTime": now, "leaseTransitions": before.get("leaseTransitions", 0) + 1}
        metadata = (self._lease or {}).get("metadata") or {"name": self.name, "namespace": self.namespace}
        return {"apiVersion": LEASES.api_version, "kind": LEASES.kind, "metadata": metadata, "spec": spec}


def _holder(lease: Manifest | None) -> str:
    return str((lease or {}).get("spec", {}).get("holderIdentity") or "")
