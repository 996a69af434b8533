"""Who acts beside us: kubelet, the controllers of Jobs, Deployments and endpoints, the garbage collector."""

import asyncio
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from colonnade.kube.kinds import ENDPOINT_SLICES, JOBS, PODS, WORKLOADS, Key, Manifest, key_of
from tests.harness.answers import new_version, now, trained
from tests.harness.client import Client, Refused
from tests.harness.journal import Entry, Journal

OVERTAKEN = (404, 409)  # the object went, changed or came while we were at it
METRICS = {"roc_auc": {"value": 0.8, "low": 0.78, "high": 0.82, "n": 400}}


@dataclass
class Kubelet:
    """Does each thing as soon as the journal tells that it is due. awake: while unset, everything waits.
    answer: the last words of the Job whose container this is."""

    client: Client
    journal: Journal
    awake: asyncio.Event = field(default_factory=asyncio.Event)
    answer: Callable[[Manifest], Manifest] = field(default_factory=lambda: _answer)
    _due: asyncio.Queue[Entry] = field(default_factory=asyncio.Queue)
    _ended: set[str] = field(default_factory=set)  # uids of objects

    def __post_init__(self) -> None:
        self.awake.set()
        self.journal.told.append(self._due.put_nowait)

    async def work(self) -> None:
        """Until cancelled."""
        while True:
            entry = await self._due.get()
            await self.awake.wait()
            try:
                await self._collect(entry)
                await self._run(entry)
            except Refused as refusal:
                if refusal.status not in OVERTAKEN:
                    raise

    def idle(self) -> bool:
        return self._due.empty()

    async def _run(self, entry: Entry) -> None:
        match entry.key.resource:
            case resource if resource == WORKLOADS:
                await self._run_pods(entry)
            case resource if resource == JOBS and entry.kind == "ADDED" and self._is_due(entry):
                await self._run_job(entry.manifest)

    def _is_due(self, job: Entry) -> bool:
        """It is still this very Job, and is to run."""
        now = self.journal.now.get(job.key)
        return now is not None and now["metadata"]["uid"] == job.uid and not job.manifest["spec"]["suspend"]

    async def _collect(self, entry: Entry) -> None:
        """What belongs to an object that is gone goes too, also when it came later."""
        if entry.kind == "DELETED":
            self._ended.add(entry.uid)
            for manifest in [one for one in self.journal.now.values() if _owner(one) == entry.uid]:
                await self.client.delete(key_of(manifest))
        elif _owner(entry.manifest) in self._ended:
            await self.client.delete(entry.key)

    async def _run_pods(self, entry: Entry) -> None:
        """Every workload has what it asks for, and a slice lists it."""
        name, workload = entry.key.name, entry.manifest
        if entry.kind == "DELETED":
            await self.client.delete(self.client.key(ENDPOINT_SLICES, name))
            return
        replicas, status = workload["spec"]["replicas"], workload.get("status") or {}
        seen = {"observedGeneration": workload["metadata"]["generation"]}
        counts = dict.fromkeys(("replicas", "readyReplicas", "availableReplicas"), replicas)
        if {**status, **counts, **seen} != status:
            await self.client.apply(_slice(workload, replicas), "kubelet")
            await self._report(entry.key, {**counts, **seen})

    async def _run_job(self, job: Manifest) -> None:
        """To its end: a pod that exits 0 and leaves its last words."""
        key, at = key_of(job), now()
        pod = _pod(job)
        pod_key = self.client.key(PODS, pod["metadata"]["name"])
        await self.client.delete(pod_key)  # of an earlier Job of this name
        await self.client.create(PODS, pod)
        container = pod["spec"]["containers"][0]
        ended = {"exitCode": 0, "reason": "Completed", "startedAt": at, "finishedAt": at}
        ended["message"] = json.dumps(self.answer(container))
        state = {"name": container["name"], "image": container["image"], "imageID": "", "ready": False}
        state |= {"restartCount": 0, "state": {"terminated": ended}}
        await self._report(pod_key, {"phase": "Succeeded", "containerStatuses": [state]})
        met = {"status": "True", "reason": "CompletionsReached", "lastProbeTime": at, "lastTransitionTime": at}
        criteria = {"type": "SuccessCriteriaMet", **met}
        await self._report(key, {"startTime": at, "conditions": [criteria]})
        complete = {"conditions": [criteria, {"type": "Complete", **met}], "completionTime": at}
        await self._report(key, {**complete, "succeeded": 1, "active": 0, "ready": 0})

    async def _report(self, key: Key, status: Manifest) -> None:
        await self.client.merge(key, {"status": status}, "status", "kubelet")


def _owner(manifest: Manifest) -> str | None:
    owners = manifest["metadata"].get("ownerReferences") or ()
    return next((str(owner["uid"]) for owner in owners if owner.get("controller")), None)


def _answer(container: Manifest) -> Manifest:
    """The same for the same wish, in whatever namespace and however often it is asked."""
    asked = next((json.loads(one["value"]) for one in container["env"] if one["name"] == "COLONNADE_JOB"), None)
    wish = json.dumps([asked["name"], asked["spec"]] if asked else container, sort_keys=True)
    digest = f"sha256:{hashlib.sha256(wish.encode()).hexdigest()}"
    made: dict[str, Any] = new_version(1000, digest)
    if container["command"][1] == "train":
        made = {**trained(digest), "metrics": METRICS, "comparison": _compared((asked or {}).get("serving"))}
    return made


def _compared(serving: Manifest | None) -> Manifest | None:
    if serving is None:
        return None
    figures = {"value": 0.8, "serving": 0.79, "difference": 0.01, "low": 0.002, "high": 0.018}
    return {**serving, "rows": 400, "rarerClass": 120, "metrics": {"roc_auc": figures}, "message": ""}


def _pod(job: Manifest) -> Manifest:
    template, name, uid = job["spec"]["template"], job["metadata"]["name"], job["metadata"]["uid"]
    owner = {"apiVersion": "batch/v1", "kind": "Job", "name": name, "uid": uid, "controller": True}
    labels = {**template["metadata"]["labels"], "batch.kubernetes.io/job-name": name}
    metadata = {"name": f"{name}-0", "labels": labels, "ownerReferences": [owner]}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": template["spec"]}


def _slice(workload: Manifest, replicas: int) -> Manifest:
    name, labels = workload["metadata"]["name"], workload["metadata"]["labels"]
    ready = [{"addresses": [f"192.0.2.{number + 1}"], "conditions": {"ready": True}} for number in range(replicas)]
    return {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {"name": name, "labels": {**labels, "kubernetes.io/service-name": name}},
        "addressType": "IPv4",
        "endpoints": ready,
        "ports": [{"name": "http", "port": 8080, "protocol": "TCP"}],
    }
