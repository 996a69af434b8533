"""All links of one ModelVersion, from the rows that it learnt from to the pods that serve it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from colonnade.cli.kinds import DEPLOYMENT, POD
from colonnade.cli.proof.link import Broken, Link, Unknown, looked_at, same
from colonnade.cli.proof.stored import Stored
from colonnade_access import podhttp
from colonnade_access.cluster import Cluster
from colonnade_access.reading import Place, opened
from colonnade_access.references import Object
from colonnade_access.store.installation import installation
from colonnade_access.words import short
from colonnade_api import DeploymentStatus, ModelVersionStatus
from colonnade_api.wellknown import DEPLOYMENT_LABEL, REVISION_LABEL

SERVING = "app.kubernetes.io/managed-by=colonnade,app.kubernetes.io/component=serving"
PORT = 8080


@dataclass(frozen=True)
class Chain:
    """stored: links in the store, rows first. served: by Deployment, its record first, then its pods."""

    stored: tuple[Link, ...]
    served: dict[str, tuple[Link, ...]]

    @property
    def links(self) -> tuple[Link, ...]:
        return (*self.stored, *(link for links in self.served.values() for link in links))

    @property
    def is_broken(self) -> bool:
        return any(link.state == "broken" for link in self.links)


def chain_of(place: Place, item: Object, *, rows: bool) -> Chain:
    """item: a ModelVersion that is trained. rows: whether those of its Dataset are read, too.

    Raises ColonnadeError when cluster or store can't be reached.
    """
    status, settings = (
        ModelVersionStatus.model_validate(item["status"]),
        installation(place.cluster, place.system_namespace),
    )
    with opened(place, item) as files:
        stored = Stored(files, status, settings.public_keys, settings.allow_unsigned, rows)
        links = (
            looked_at("dataset", stored.dataset),
            looked_at("provenance", stored.provenance),
            looked_at("bundle", stored.bundle),
            looked_at("signature", stored.signature),
        )
    return Chain(links, dict(_served(place.cluster, item["metadata"]["name"], status)))


def _served(cluster: Cluster, name: str, status: ModelVersionStatus) -> Iterator[tuple[str, tuple[Link, ...]]]:
    pods = cluster.list(POD, SERVING)
    for item in cluster.list(DEPLOYMENT):
        deployment = str(item["metadata"]["name"])
        found = DeploymentStatus.model_validate(item.get("status") or {})
        for role, revision in (("stable", found.stable), ("candidate", found.candidate)):
            if revision is None or revision.model_version != name:
                continue
            theirs = [pod for pod in pods if _is_of(pod, deployment, revision.revision)]
            recorded = looked_at(role, lambda digest=revision.digest: _recorded(digest, status))  # type: ignore[misc]
            yield (
                f"{deployment} {revision.revision}",
                (recorded, *(_pod(cluster, deployment, pod, status) for pod in theirs)),
            )


def _recorded(digest: str, status: ModelVersionStatus) -> str:
    same("the digest that it serves", digest, status.digest)
    return f"serves {short(digest)}"


def _pod(cluster: Cluster, deployment: str, pod: Object, status: ModelVersionStatus) -> Link:
    name = str(pod["metadata"]["name"])

    def look() -> str:
        ready = [each for each in pod.get("status", {}).get("conditions") or [] if each["type"] == "Ready"]
        if not ready or ready[0]["status"] != "True":
            raise Unknown("it isn't ready, and answers nobody")
        answer = podhttp.get(cluster, name, _port(pod), f"/v2/models/{deployment}/config")
        try:
            found = json.loads(answer)["parameters"]["digest"]["string_value"]
        except (ValueError, LookupError, TypeError) as error:
            raise Broken("it doesn't say which bundle it serves") from error
        same("the bundle that it has loaded", found, status.digest)
        return f"has loaded {short(found)}{_verifies(pod)}"

    return looked_at(f"pod {name}", look)


def _verifies(pod: Object) -> str:
    variables = {each["name"] for each in pod["spec"]["containers"][0].get("env") or ()}
    return ", and verifies signatures" if "COLONNADE_PUBLIC_KEY" in variables else ", whoever signed it"


def _port(pod: Object) -> int:
    ports = (port for each in pod["spec"]["containers"] for port in each.get("ports") or ())
    return next((int(port["containerPort"]) for port in ports if port.get("name") == "http"), PORT)


def _is_of(pod: Object, deployment: str, revision: str) -> bool:
    labels = pod["metadata"].get("labels") or {}
    return (labels.get(DEPLOYMENT_LABEL), labels.get(REVISION_LABEL)) == (deployment, revision)
