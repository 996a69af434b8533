"""From data to pods: which version learnt from what, and who serves it."""

from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, replace

from colonnade.cli.page import Branch, Forest, Line, Said, Word, line
from colonnade.cli.views.modelversion import dataset_name, made_by
from colonnade.cli.views.parts import condition_tone
from colonnade.cli.views.pods import pod_line
from colonnade_access.references import Object
from colonnade_access.words import count, short
from colonnade_api import CandidateRevision, DatasetStatus, DeploymentStatus, ModelVersionStatus, ServedRevision, Status
from colonnade_api.wellknown import (
    COMPONENT_LABEL,
    DATASET_LABEL,
    DEPLOYMENT_LABEL,
    MODEL_VERSION_LABEL,
    REVISION_LABEL,
)

NOTHING_HERE = "nothing here yet: apply a Dataset, a ModelVersion or a Deployment"
WRONG = ("Stalled", "RolledBack")
WORKERS = ("dataset", "push", "training")


@dataclass(frozen=True)
class Family:
    """All objects of one namespace that the tree is made from."""

    datasets: tuple[Object, ...]
    versions: tuple[Object, ...]
    deployments: tuple[Object, ...]
    pods: tuple[Object, ...]

    def objects(self) -> list[Object]:
        """All that the tree shows, from data to pods."""
        return [*self.datasets, *self.versions, *self.deployments, *filter(self._has, self.pods)]

    def _has(self, pod: Object) -> bool:
        labels = pod["metadata"].get("labels") or {}
        if labels.get(COMPONENT_LABEL) in WORKERS:
            made_for = (labels.get(DATASET_LABEL), labels.get(MODEL_VERSION_LABEL))
            return _is_at_work(pod) and any(_name(each) in made_for for each in (*self.datasets, *self.versions))
        serving = {(_name(each), one.revision) for each in self.deployments for one in _serving(each)}
        return _serves(pod) in serving

    def of_dataset(self, name: str) -> "Family":
        """The Dataset, and all that came of it."""
        return self._with([each for each in self.versions if dataset_name(each) == name], {name})

    def of_version(self, name: str) -> "Family":
        """The ModelVersion, what it learnt from and who serves it."""
        return self._with([each for each in self.versions if _name(each) == name])

    def of_deployment(self, name: str) -> "Family":
        """The Deployment, and what its revisions came from."""
        alone = [each for each in self.deployments if _name(each) == name]
        served = {revision.model_version for each in alone for revision in _serving(each)}
        family = self._with([each for each in self.versions if _name(each) in served])
        return replace(family, deployments=tuple(alone))

    def _with(self, versions: list[Object], datasets: Container[str | None] | None = None) -> "Family":
        names = {_name(each) for each in versions}
        sources = datasets or {dataset_name(each) for each in versions}
        return Family(
            tuple(each for each in self.datasets if _name(each) in sources),
            tuple(versions),
            tuple(each for each in self.deployments if any(one.model_version in names for one in _serving(each))),
            self.pods,
        )


def tree(family: Family) -> Forest | Line:
    """Datasets first, then versions of no Dataset here, then Deployments that serve none of the versions here."""
    datasets = {_name(each) for each in family.datasets}
    versions = {_name(each) for each in family.versions}
    roots = [_dataset(each, family) for each in family.datasets]
    roots += [_version(each, family) for each in family.versions if dataset_name(each) not in datasets]
    for each in family.deployments:
        serving = _serving(each)
        roots += [_deployment(each, one, family) for one in serving if one.model_version not in versions]
        roots += [] if serving else [_idle(each)]
    return Forest(tuple(roots)) if roots else line(NOTHING_HERE)


def _dataset(item: Object, family: Family) -> Branch:
    status = DatasetStatus.model_validate(item.get("status") or {})
    jobs = _jobs(family.pods, DATASET_LABEL, _name(item))
    learnt = [_version(each, family) for each in family.versions if dataset_name(each) == _name(item)]
    return Branch(_line("dset", item, _newest(status), status), (*jobs, *learnt))


def _newest(status: DatasetStatus) -> str:
    if not status.versions:
        return "no version yet"
    newest = status.versions[0]
    return f"{short(newest.digest)}, {newest.rows:,} rows, {count(len(status.versions), 'version')}"


def _version(item: Object, family: Family) -> Branch:
    status = ModelVersionStatus.model_validate(item.get("status") or {})
    facts = [made_by(item), (item.get("status") or {}).get("headline"), _approval(status)]
    served = [
        _deployment(deployment, revision, family)
        for deployment in family.deployments
        for revision in _serving(deployment)
        if revision.model_version == _name(item)
    ]
    jobs = _jobs(family.pods, MODEL_VERSION_LABEL, _name(item))
    return Branch(_line("mv", item, ", ".join(fact for fact in facts if fact), status), (*jobs, *served))


def _approval(status: ModelVersionStatus) -> str | None:
    state = status.approval.state if status.approval else "NotRequired"
    return None if state == "NotRequired" else state


def _deployment(item: Object, revision: ServedRevision, family: Family) -> Branch:
    status = DeploymentStatus.model_validate(item.get("status") or {})
    role = Word("candidate", "waiting") if isinstance(revision, CandidateRevision) else Word("stable", "good")
    serving = line(Word("revision ", "quiet"), revision.revision, f"  {count(revision.ready, 'pod')} ready")
    pods = [pod for pod in family.pods if _serves(pod) == (_name(item), revision.revision)]
    below = Branch(serving, tuple(Branch(pod_line(pod)) for pod in pods))
    return Branch(_line("mdep", item, line(role, f" {revision.weight} %"), status), (below,))


def _idle(item: Object) -> Branch:
    status = DeploymentStatus.model_validate(item.get("status") or {})
    return Branch(_line("mdep", item, "serves nothing yet", status))


def _jobs(pods: Iterable[Object], label: str, name: str) -> Iterator[Branch]:
    """Pods that work on the object now, or ended badly."""
    for pod in pods:
        labels = pod["metadata"].get("labels") or {}
        if _is_at_work(pod) and labels.get(label) == name and labels.get(COMPONENT_LABEL) in WORKERS:
            yield Branch(pod_line(pod))


def _is_at_work(pod: Object) -> bool:
    return bool((pod.get("status") or {}).get("phase") != "Succeeded")


def _line(short_kind: str, item: Object, about: Said, status: Status) -> Line:
    named = line(Word(f"{short_kind}/{_name(item)}", "strong"), "  ", about)
    ready = status.condition("Ready")
    if ready is None:
        return line(named, Word("  not looked at yet", "quiet"))
    word = "Ready" if ready.status == "True" else f"not Ready: {ready.reason}"
    wrong = [found for kind in WRONG if (found := status.condition(kind)) and found.status == "True"]
    said = [Word(f"  {each.type}: {each.reason}", "bad") for each in wrong]
    return line(named, Word(f"  {word}", condition_tone(ready)), *said)


def _serving(deployment: Object) -> list[ServedRevision]:
    status = DeploymentStatus.model_validate(deployment.get("status") or {})
    return [each for each in (status.stable, status.candidate) if each]


def _name(item: Object) -> str:
    return str(item["metadata"]["name"])


def _serves(pod: Object) -> tuple[str | None, str | None]:
    labels = pod["metadata"].get("labels") or {}
    return labels.get(DEPLOYMENT_LABEL), labels.get(REVISION_LABEL)
