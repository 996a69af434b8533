"""`colonnade-jobs train`: from a dataset version and a spec to a bundle, or to the reason why there is none."""

import socket
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import onnx
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from colonnade_api.jobs import TrainJob, TrainResult
from colonnade_api.models.training import Training
from colonnade_api.references import bundle_unit
from colonnade_api.stored import canonical_json
from colonnade_serving import digests
from colonnade_serving.bundle import MANIFEST
from colonnade_serving.store import Store

from .. import marks, progress
from ..data.versions import stored
from ..errors import PermanentError, store_answers
from . import evaluation, evidence, imported
from .card import content, rendering
from .export import bundle, cleaning_front, graph, parity
from .facts import Facts
from .judging import comparison, fairness, latency
from .judging.comparison import Challenger
from .judging.overlap import Table
from .learning import fitting, limits
from .learning.features import Choice
from .rows import splitleaks, unnamedgroups

MOST_ASKED = 200  # held-out rows that are asked one by one, for the time that it takes


def run(job: TrainJob, store: Store, scratch: Path, signing_key: Path | None = None) -> TrainResult:
    """Trains, exports, judges, stores, signs; returns the answer. signing_key: the platform's, None where it has none.

    Raises PermanentError, TransientError.
    """
    began, key = datetime.now(UTC), evidence.read_key(signing_key) if signing_key else None
    folder = scratch / "bundle"
    folder.mkdir()
    facts = _facts(job, store, folder, scratch)
    progress.report(95, "storing the bundle")
    digest = bundle.write(folder, facts)
    path = bundle_unit(digest)
    marks.keep(store, path, MANIFEST)
    with store_answers():
        store.commit(folder, path, MANIFEST)
        facts = _with_page(facts, store, path)
    size = sum(file.stat().st_size for file in folder.iterdir())
    _with_materials(facts, digest, folder, store)
    run = evidence.Run(_invocation(job), began, datetime.now(UTC))
    statement = evidence.describe(job, facts, folder, run)
    provenance = evidence.keep(evidence.signed(statement, key), store, path) | {"at": run.ended}
    made = bundle.Made(digest, store.uri(path), size, provenance)
    return bundle.result(facts, made, {gate.metric for gate in job.spec.gates if gate.metric})


def _with_materials(facts: Facts, digest: str, folder: Path, store: Store) -> None:
    """The bill of materials lies beside the bundle, since it names its digest; the statement names that of both."""
    files = {name: digests.of_file(folder / name) for name in bundle.FILES}
    described = canonical_json(evidence.mlbom.describe(facts, content.describe(facts), digest, files))
    (folder / evidence.mlbom.FILE).write_bytes(described)
    with store_answers():
        store.put(f"{bundle_unit(digest)}/{evidence.mlbom.FILE}", described)


def _invocation(job: TrainJob) -> str:
    """The pod, by the name that Kubernetes gives it as its host's."""
    return f"{job.namespace}/{socket.gethostname()}"


def _facts(job: TrainJob, store: Store, folder: Path, scratch: Path) -> Facts:
    if job.spec.training is None:
        return imported.describe(job, store, folder, scratch)
    with threadpool_limits(1, user_api="blas"):  # sums must not depend on how many processors there are
        return _train(job, job.spec.training, store, folder, scratch)


def _train(job: TrainJob, wanted: Training, store: Store, folder: Path, scratch: Path) -> Facts:
    fitting.check(wanted)
    progress.report(5, "fetching the dataset")
    if job.dataset is None:
        raise PermanentError("DatasetNotFound", "spec.training.datasetRef: no dataset version was named")
    manifest, table = stored.fetch(job.dataset.name, job.dataset.digest, store, scratch)
    choice = fitting.choose(wanted, manifest)
    groups = fairness.read(table, wanted.fairness, manifest["schema"])
    progress.report(15, f"training {wanted.learner.name}")
    trained = fitting.fit(wanted, manifest, table, choice)
    limits.check_trees(trained.pipeline, len(getattr(trained.pipeline, "classes_", [0])))
    progress.report(60, "exporting to ONNX")
    choice = trained.choice
    steps = cleaning_front.steps(manifest, choice.features, wanted.preprocessing.cleaning)
    cleaning_front.check_settled(trained.frame, steps, scratch)
    trained = replace(trained, notes=[*trained.notes, *cleaning_front.notes(steps)])
    model = graph.export(trained.pipeline, choice.features, _outputs(wanted.task, choice), steps, trained.cut)
    onnx.save(model, folder / "model.onnx")
    engine = parity.load(folder / "model.onnx")
    facts, served = evaluation.evaluate(job, wanted, trained, engine, groups)
    asked = [trained.frame.tensors(trained.testing[n : n + 1]) for n in range(min(len(trained.testing), MOST_ASKED))]
    found = [of.warnings(trained, manifest, table, wanted.target) for of in (splitleaks, unnamedgroups)]
    warnings = [*facts.warnings, *(one for each in found for one in each)]
    facts = replace(facts, latency=latency.measure(engine, asked), warnings=warnings)
    if job.serving is None:
        return facts
    challenger = Challenger(wanted, trained, served, Table(job.dataset.digest, manifest, table))
    return replace(facts, comparison=comparison.compare(challenger, job.serving, store, scratch))


def _with_page(facts: Facts, store: Store, path: str) -> Facts:
    """Puts the card with the comparison beside the bundle: the bundle's own card is the same whatever serves."""
    if facts.comparison is None:
        return facts
    page = f"{path}/compared-with-{digests.hex_of(facts.comparison['digest'])}.html"
    store.put(page, rendering.render(content.describe(facts), facts.comparison).encode())
    return replace(facts, comparison=facts.comparison | {"reportUri": store.uri(page)})


def _outputs(task: str, choice: Choice) -> list[str]:
    taken = {feature.name for feature in choice.features}
    wanted = ["label", "probabilities"] if task == "Classification" else ["prediction"]
    return [
        next(name for name in (want, f"predicted_{want}", f"served_{want}") if name not in taken) for want in wanted
    ]
