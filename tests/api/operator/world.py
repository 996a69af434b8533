"""What the tests do to a cluster without a kubelet: users' wishes, and what kubelet and controllers would report."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime

from kubernetes import client, dynamic
from kubernetes.client import ApiException

from tests.api.operator.processes import eventually

OURS = "colonnade.dev/v1alpha1"
KINDS = {
    "Dataset": OURS,
    "ModelVersion": OURS,
    "Deployment": OURS,
    "MonitorPolicy": OURS,
    "Job": "batch/v1",
    "Pod": "v1",
    "Service": "v1",
    "PersistentVolumeClaim": "v1",
    "NetworkPolicy": "networking.k8s.io/v1",
    "EndpointSlice": "discovery.k8s.io/v1",
    "PodDisruptionBudget": "policy/v1",
}
DIGEST = "sha256:" + "5" * 64


def now():
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass
class World:
    """One namespace."""

    api: client.ApiClient
    namespace: str

    def __post_init__(self):
        self._dynamic = dynamic.DynamicClient(self.api)

    def of(self, kind, api_version=None):
        return self._dynamic.resources.get(api_version=api_version or KINDS[kind], kind=kind)

    def apply(self, manifest):
        resource = self.of(manifest["kind"], manifest["apiVersion"])
        name = manifest["metadata"]["name"]
        return resource.server_side_apply(
            body=manifest, name=name, namespace=self.namespace, field_manager="user", force_conflicts=True
        ).to_dict()

    def get(self, kind, name, api_version=None):
        try:
            return self.of(kind, api_version).get(name=name, namespace=self.namespace).to_dict()
        except ApiException as error:
            if error.status == 404:
                return None
            raise

    def all(self, kind, api_version=None):
        return [item.to_dict() for item in self.of(kind, api_version).get(namespace=self.namespace).items]

    def patch(self, kind, name, body, subresource=None, api_version=None):
        resource = self.of(kind, api_version)
        if subresource:
            resource = resource.subresources[subresource]
        return resource.patch(
            name=name, namespace=self.namespace, body=body, content_type="application/merge-patch+json"
        ).to_dict()

    def delete(self, kind, name, api_version=None, **options):
        return self.of(kind, api_version).delete(name=name, namespace=self.namespace, **options)

    def condition(self, kind, name, type_):
        found = ((self.get(kind, name) or {}).get("status") or {}).get("conditions") or []
        return next((one for one in found if one["type"] == type_), None)

    def has(self, kind, name, **conditions):
        """Whether each condition has this status or, where it isn't True, False or Unknown, this reason."""

        def held(type_, wanted):
            found = self.condition(kind, name, type_) or {}
            return wanted in (found.get("status"), found.get("reason"))

        return all(held(type_, wanted) for type_, wanted in conditions.items())

    def dataset(self, name="flights", uri="https://data.example/flights.csv", **spec):
        spec = {"source": {"storageUri": uri}, **spec}
        return self.apply({"apiVersion": OURS, "kind": "Dataset", "metadata": {"name": name}, "spec": spec})

    def model_version(self, name="late-1", digest=DIGEST):
        """Brought along, and ready."""
        spec = {"model": "late", "source": {"storageUri": "https://models.example/late.onnx"}}
        self.apply({"apiVersion": OURS, "kind": "ModelVersion", "metadata": {"name": name}, "spec": spec})
        self.finish(self.job_of(name), trained(digest))
        eventually(lambda: self.has("ModelVersion", name, Ready="True"), f"{name} ready")

    def deployment(self, name="late", **spec):
        spec = {"model": {"name": "late"}, "replicas": 2, **spec}
        return self.apply({"apiVersion": OURS, "kind": "Deployment", "metadata": {"name": name}, "spec": spec})

    def workloads(self):
        return self.all("Deployment", "apps/v1")

    def run_pods(self):
        """As kubelet and controllers do it: every workload has what it asks for, and its Service's slice lists it."""
        for workload in self.workloads():
            name, replicas = workload["metadata"]["name"], workload["spec"]["replicas"]
            counts = {"replicas": replicas, "readyReplicas": replicas, "availableReplicas": replicas}
            generation = {"observedGeneration": workload["metadata"]["generation"]}
            self.patch("Deployment", name, {"status": {**counts, **generation}}, "status", "apps/v1")
            self.apply(_slice(workload, replicas))

    def router_pod(self, address, labels):
        container = {"name": "envoy", "image": "envoy"}
        pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "router-0", "labels": labels}}
        self.of("Pod").create(body={**pod, "spec": {"containers": [container]}}, namespace=self.namespace)
        ready = [{"type": "Ready", "status": "True"}]
        status = {"phase": "Running", "podIP": address, "podIPs": [{"ip": address}], "conditions": ready}
        self.patch("Pod", "router-0", {"status": status}, "status")

    def job_of(self, owner):
        """The one Job that someone's labels name, once it is there."""
        return eventually(lambda: next(iter(self.jobs_of(owner)), None), f"a Job of {owner}")

    def jobs_of(self, owner):
        return [job for job in self.all("Job") if owner in (job["metadata"].get("labels") or {}).values()]

    def finish(self, job, answer):
        """As kubelet and Job controller report a pod that exited 0 with these last words."""
        name, at = job["metadata"]["name"], now()
        last_words = {"exitCode": 0, "reason": "Completed", "message": json.dumps(answer)}
        self._pod(job, {**last_words, "startedAt": at, "finishedAt": at})
        met = {"status": "True", "reason": "CompletionsReached", "lastProbeTime": at, "lastTransitionTime": at}
        begun = {"startTime": at, "conditions": [{"type": "SuccessCriteriaMet", **met}]}
        self.patch("Job", name, {"status": begun}, "status")
        counts = {"completionTime": at, "succeeded": 1, "active": 0, "ready": 0}
        conditions = [*begun["conditions"], {"type": "Complete", **met}]
        self.patch("Job", name, {"status": {**counts, "conditions": conditions}}, "status")

    def accept(self, dataset="flights", rows=1000):
        """Its Job comes, and ends with a new version."""
        self.finish(self.job_of(dataset), new_version(rows))

    def _pod(self, job, terminated):
        template = job["spec"]["template"]
        labels = {**template["metadata"]["labels"], "batch.kubernetes.io/job-name": job["metadata"]["name"]}
        name = f"{job['metadata']['name']}-0"
        owner = {
            "apiVersion": "batch/v1",
            "kind": "Job",
            "name": job["metadata"]["name"],
            "uid": job["metadata"]["uid"],
            "controller": True,
        }
        metadata = {"name": name, "labels": labels, "ownerReferences": [owner]}
        pod = {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": template["spec"]}
        self.of("Pod").create(body=pod, namespace=self.namespace)
        container = template["spec"]["containers"][0]
        statuses = [
            {
                "name": container["name"],
                "image": container["image"],
                "imageID": "",
                "ready": False,
                "restartCount": 0,
                "state": {"terminated": terminated},
            }
        ]
        self.patch("Pod", name, {"status": {"phase": "Succeeded", "containerStatuses": statuses}}, "status")


def _slice(workload, replicas):
    name, labels = workload["metadata"]["name"], workload["metadata"]["labels"]
    addresses = [f"192.0.2.{number + 1}" for number in range(replicas)]
    return {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {"name": name, "labels": {**labels, "kubernetes.io/service-name": name}},
        "addressType": "IPv4",
        "endpoints": [{"addresses": [address], "conditions": {"ready": True}} for address in addresses],
        "ports": [{"name": "http", "port": 8080, "protocol": "TCP"}],
    }


def trained(digest=DIGEST):
    digits = digest.removeprefix("sha256:")
    return {
        "outcome": "Trained",
        "reason": "Trained",
        "message": "brought along",
        "digest": digest,
        "artifactUri": f"file:///store/models/{digits}",
        "bytes": 4096,
        "metrics": {},
        "crossValidation": {},
        "lineage": {"source": "https://models.example/late.onnx"},
    }


def new_version(rows=1000, digest=DIGEST):
    return {
        "outcome": "NewVersion",
        "reason": "NewVersion",
        "message": f"{rows} rows",
        "version": {
            "digest": digest,
            "rows": rows,
            "bytes": 4096,
            "createdAt": now(),
            "source": "https://data.example/flights.csv",
            "schemaDigest": "sha256:" + "6" * 64,
            "invalidRows": 0,
            "reportUri": f"file:///store/datasets/{digest.removeprefix('sha256:')}/report.json",
        },
    }
