"""A decision, carried out in its order: each action, the status where it belongs, then the events."""

from dataclasses import dataclass, replace

from colonnade.act.alertmanager import Alertmanagers
from colonnade.act.events import Events
from colonnade.act.objects import Objects
from colonnade.act.retraining import Successors
from colonnade.act.status_writer import StatusWriter
from colonnade.kube.client import ApiServer
from colonnade.kube.kinds import (
    BUDGETS,
    CONFIG_MAPS,
    JOBS,
    NETWORK_POLICIES,
    SERVICES,
    WORKLOADS,
    Key,
    Manifest,
    Resource,
)
from colonnade.manifests import (
    Owner,
    Platform,
    VolumeStore,
    budget,
    client_service,
    job,
    job_document,
    job_network,
    mounts_document,
    public_keys,
    revision_service,
    serving_network,
    store_claim,
    workload,
)
from colonnade.manifests.labels import revision_name
from colonnade.observe.cache import Cache
from colonnade.plan.common import actions
from colonnade.plan.common.actions import Action
from colonnade.plan.common.decision import Decision, Status


@dataclass(frozen=True)
class Applier:
    """What acting takes."""

    api: ApiServer
    cache: Cache
    platform: Platform
    events: Events
    alertmanagers: Alertmanagers


async def act(decision: Decision[Status], live: Manifest, applier: Applier) -> None:
    """live: the object as it was observed.

    Raises ApiError, NotOwned or Terminating at the first thing that can't be done; all before it is done, once and for
    all. Nothing more is made for an object that turns out to be gone.
    """
    writer = StatusWriter(applier.api, applier.cache, live)
    owner = Owner(writer.key, str(live["metadata"]["uid"]))
    objects, platform = Objects(applier.api, applier.cache, owner), applier.platform.of(owner.key.namespace)
    successors = Successors(applier.api, applier.cache, owner.key.namespace)
    status = decision.status.manifest()
    for action in decision.actions:
        if isinstance(action, actions.RecordStatus):
            await writer.record(status)
        elif isinstance(action, actions.RequestRefresh | actions.EnsureModelVersion):
            await successors.carry_out(action)
        elif isinstance(action, actions.SendAlerts):
            await applier.alertmanagers.send(owner.key.namespace, owner.key.name, action)
        else:
            await _perform(action, owner, platform, writer, objects)
        if writer.is_gone:
            return
    if not any(isinstance(action, actions.RecordStatus | actions.RemoveFinalizer) for action in decision.actions):
        await writer.record(status)
    for event in decision.events:
        await applier.events.say(owner.key, owner.uid, event)


async def _perform(action: Action, owner: Owner, platform: Platform, writer: StatusWriter, objects: Objects) -> None:
    match action:
        case actions.EnsureFinalizer():
            await writer.add_finalizer()
        case actions.RemoveFinalizer():
            await writer.remove_finalizer()
        case actions.EnsureStore():
            if isinstance(platform.store, VolumeStore):
                await objects.provide(store_claim(owner.key.namespace, platform.store))
        case actions.RunJob():
            await _run_job(action, owner, platform, objects)
        case actions.DeleteJob(name):
            await _delete_job(_of(owner, JOBS, name), objects)
        case actions.EnsureRevision():
            await _ensure_revision(action, owner, platform, objects)
        case actions.ScaleRevision(revision, replicas):
            await objects.scale(_of(owner, WORKLOADS, revision_name(owner.key.name, revision)), replicas)
        case actions.DeleteRevision(revision):
            for resource in (WORKLOADS, SERVICES, BUDGETS, NETWORK_POLICIES):
                await objects.delete(_of(owner, resource, revision_name(owner.key.name, revision)))
        case actions.EnsureClientService(name):
            await _ensure_public_keys(owner, platform, objects)
            await objects.ensure(client_service(platform, owner, name))
        case actions.DeleteClientService(name):
            await objects.delete(_of(owner, SERVICES, name))


async def _ensure_revision(wanted: actions.EnsureRevision, owner: Owner, platform: Platform, objects: Objects) -> None:
    """The pods as they were first made, whatever a newer operator would make them: an upgrade restarts no pods."""
    await objects.ensure(serving_network(platform, owner, wanted.revision))
    await objects.ensure(revision_service(owner, wanted.revision))
    await objects.ensure(budget(owner, wanted.revision))
    pods = workload(platform, owner, wanted)
    key = _of(owner, WORKLOADS, pods["metadata"]["name"])
    if objects.cache.get(key) is None:
        await _ensure_public_keys(owner, platform, objects)
    await objects.create_once(pods)
    await objects.scale(key, wanted.replicas)


async def _ensure_public_keys(owner: Owner, platform: Platform, objects: Objects) -> None:
    """In every pass: they may change while the pods, which read them at each start, stay as they were made."""
    if keys := public_keys(owner, platform.signing):
        await objects.ensure(keys)


async def _run_job(wanted: actions.RunJob, owner: Owner, platform: Platform, objects: Objects) -> None:
    await objects.ensure(job_network(platform, owner, wanted))
    if document := job_document(owner, wanted):
        await objects.ensure(document)
    await objects.create_once(job(platform, owner, wanted))


async def _delete_job(key: Key, objects: Objects) -> None:
    """And what it was told, where that lies beside it."""
    if mounts_document(objects.cache.get(key)):
        await objects.delete(replace(key, resource=CONFIG_MAPS))
    await objects.delete(key)


def _of(owner: Owner, resource: Resource, name: str) -> Key:
    return Key(resource, owner.key.namespace, name)
