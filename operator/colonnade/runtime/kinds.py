"""For each of our kinds, what to look at and who decides."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import aiohttp

from colonnade.manifests.resources import DATASETS, MODEL_VERSIONS, Key, Manifest, Resource
from colonnade.observe.cache import Cache
from colonnade.observe.collected import observe_dataset, observe_model_version
from colonnade.observe.routers import Routers
from colonnade.plan import dataset, modelversion
from colonnade.plan.decided import Decision
from colonnade.runtime.reconcile import Decide


@dataclass(frozen=True)
class Eyes:
    """What observing takes. image: what training Jobs run. prometheus: where a policy names none."""

    cache: Cache
    routers: Routers
    session: aiohttp.ClientSession
    image: str
    prometheus: str


def deciders(eyes: Eyes) -> Mapping[Resource, Decide]:
    async def datasets(key: Key, live: Manifest, now: datetime) -> Decision[Any]:
        return dataset.plan(observe_dataset(key, live, eyes.cache), now)

    async def model_versions(key: Key, live: Manifest, now: datetime) -> Decision[Any]:
        return modelversion.plan(observe_model_version(key, live, eyes.cache, eyes.image), now)

    return {DATASETS: datasets, MODEL_VERSIONS: model_versions}
