"""What a retraining asks of objects that aren't the policy's own: a look at a source, another ModelVersion."""

from dataclasses import dataclass

from colonnade.act.objects import NotOwned
from colonnade.kube.client import ApiServer
from colonnade.kube.errors import Conflict, NotFound
from colonnade.kube.kinds import DATASETS, Key, key_of
from colonnade.manifests import model_version
from colonnade.observe.cache import Cache
from colonnade.plan.common.actions import EnsureModelVersion, RequestRefresh
from colonnade_api.wellknown import REFRESH_ANNOTATION, RETRAINED_BY_LABEL


@dataclass(frozen=True)
class Successors:
    """namespace: the policy's, its Datasets' and ModelVersions'."""

    api: ApiServer
    cache: Cache
    namespace: str

    async def carry_out(self, wanted: RequestRefresh | EnsureModelVersion) -> None:
        """Raises NotOwned where someone else has the ModelVersion's name."""
        if isinstance(wanted, RequestRefresh):
            await self._refresh(wanted)
        else:
            await self._make(wanted)

    async def _refresh(self, wanted: RequestRefresh) -> None:
        """A Dataset that is gone meanwhile is waited for like one that never was."""
        key = Key(DATASETS, self.namespace, wanted.dataset)
        try:
            self.cache.put(await self.api.merge(key, {"metadata": {"annotations": {REFRESH_ANNOTATION: wanted.token}}}))
        except NotFound:
            return

    async def _make(self, wanted: EnsureModelVersion) -> None:
        """Once, whoever was broken off before."""
        manifest = model_version(self.namespace, wanted)
        key = key_of(manifest)
        try:
            self.cache.put(await self.api.create(key.resource, key.namespace, manifest))
        except Conflict as conflict:
            if conflict.reason != "AlreadyExists":
                raise
            live = await self.api.get(key)
            if (live["metadata"].get("labels") or {}).get(RETRAINED_BY_LABEL) != wanted.policy:
                raise NotOwned(f"{key} exists and belongs to someone else; delete it, or choose another name") from None
            self.cache.put(live)
