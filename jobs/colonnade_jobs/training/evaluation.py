"""From a fitted pipeline and the engine that will serve it to the facts of a bundle."""

import platform
from dataclasses import replace
from importlib import metadata
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.metrics import r2_score

from colonnade_api.jobs import TrainJob
from colonnade_api.models.training import Training
from colonnade_api.stored import canonical_json
from colonnade_serving import digests
from colonnade_serving.bundle import TensorSignature
from colonnade_serving.engine import Engine

from .. import arithmetic, progress
from . import boosters
from .export import float32, golden, parity, ties
from .facts import Facts
from .judging import curves, estimating, fairness, importances, metrics, own
from .judging.fairness import Groups
from .judging.intervals import Metric
from .judging.own import Labelled
from .learning.fitting import Trained
from .rows import balance, leakage, reference_distribution

Array = np.ndarray[Any, Any]
MOST_NAMED = 5
SURE = 1e-3
# The dataset is named by its digest, a larger pod makes no other model, and gates and approval come after it.
MAKES_NO_MODEL: Any = {
    "training": {"dataset_ref", "resources"},
    "source": {"secret_ref"},
    "gates": True,
    "approval": True,
}
LIBRARIES = ("colonnade-jobs", "numpy", "onnx", "onnxruntime", "scikit-learn", "scipy", "skl2onnx")


def evaluate(
    job: TrainJob, wanted: Training, trained: Trained, engine: Engine, groups: list[Groups]
) -> tuple[Facts, list[Array]]:
    """Compares the engine with scikit-learn on every held-out row, then takes the metrics of what will be served.

    groups: of the dataset's rows, by each sensitive column. Returns the facts and what the engine answered to the
    held-out rows, in the graph's order. Raises PermanentError (ParityFailed, UnsuitableSensitive).
    """
    choice, frame, testing = trained.choice, trained.frame, trained.testing
    progress.report(65, f"comparing the serving engine with scikit-learn on {len(testing):,} held-out rows")
    expected = _expected(trained, wanted.task)
    served = parity.answer(engine, frame, testing, [output.shape[1:] for output in expected])
    spread = float32.spread(frame.target) if wanted.task == "Regression" else 1.0
    agreement = parity.compare(
        expected, served, spread, lambda rows: ties.tied(trained.pipeline, frame.table(testing[rows])), trained.cut
    )
    parity.check(agreement, wanted.learner.name, wanted.preprocessing.scale)
    progress.report(90, f"all {agreement.rows:,} rows agree (worst {agreement.worst:.2g}); measuring")
    classes = getattr(trained.pipeline, "classes_", None)
    chosen = frame.tensors(golden.choose(frame, testing[_sure(served, trained.cut)]))
    facts = Facts(
        model=job.spec.model,
        task=wanted.task,
        inputs=[TensorSignature(name=f.name, datatype=f.datatype, shape=[-1, 1], kind=f.kind) for f in choice.features],
        outputs=_signature(engine),
        classes=None if classes is None else list(classes.tolist()),
        features={
            f.name: reference_distribution.of_feature(frame.inputs[f.name][trained.training], f)
            for f in choice.features
        },
        scores=reference_distribution.of_scores(_scores(served)),
        metrics={name: metric.rounded() for name, metric in _metrics(wanted, trained, served).items()},
        fairness=(judged := _fairness(wanted, trained, served, groups)),
        monitoring=_monitoring(wanted, trained, served, judged),
        cross_validation=trained.folds,
        threshold=None if trained.threshold is None else trained.threshold.model_dump(by_alias=True, exclude_none=True),
        parity={"rows": agreement.rows, "worst": agreement.worst},
        lineage=lineage(job) | ({"rounds": trained.rounds} if trained.rounds is not None else {}),
        dataset=job.dataset,
        versions=versions(trained.pipeline["model"]),
        golden=golden.record(engine, chosen, parity.TOLERANCE * min(1, spread)),
        training=wanted,
        rows={"train": len(trained.training), "test": len(testing)},
        group_column=trained.parted.group_column,
        groups=None if trained.groups is None else trained.sample(testing, wanted.seed).units,
        balance=balance.of_target(frame.target, trained.training, testing, classes),
        pictures=_pictures(wanted, trained, engine, served),
        left_out=choice.left_out,
        warnings=leakage.warnings(frame, trained.training, testing, wanted.target, classes),
        notes=trained.notes + _of_ties(frame.positions[testing[list(agreement.ties)]]),
    )
    return facts, served


def lineage(job: TrainJob) -> dict[str, Any]:
    """What the model was made from."""
    return {
        "arithmetic": arithmetic.describe() if job.spec.training else None,
        "dataset": job.dataset.digest if job.dataset else None,
        "image": job.image,
        "seed": job.spec.training.seed if job.spec.training else None,
        "source": _source(job),
        "spec": digests.of_bytes(canonical_json(made_by(job))),
    }


def made_by(job: TrainJob) -> dict[str, Any]:
    """The part of the spec that makes the model: with any other value there it may be another one."""
    spec: dict[str, Any] = job.spec.model_dump(mode="json", by_alias=True, exclude_none=True, exclude=MAKES_NO_MODEL)
    return spec


def _source(job: TrainJob) -> str | None:
    if job.upload:
        return f"upload://{job.upload}"
    return job.spec.source.storage_uri if job.spec.source else None


def _of_ties(positions: Array) -> list[str]:
    if not len(positions):
        return []
    which = ", ".join(str(position) for position in positions[:MOST_NAMED]) + (
        ", …" if len(positions) > MOST_NAMED else ""
    )
    return [
        f"{len(positions):,} held-out rows (of the dataset, from 0: {which}) lie between two answers, and the served "
        "model gives the other one than scikit-learn: either is right."
    ]


def versions(model: BaseEstimator) -> dict[str, str]:
    """Those of the libraries that a model's numbers come from."""
    libraries = [*LIBRARIES, *boosters.packages_of(model)]
    return {"python": platform.python_version()} | {name: metadata.version(name) for name in libraries}


def _expected(trained: Trained, task: str) -> list[Array]:
    table = trained.frame.table(trained.testing)
    if task == "Regression":
        return [trained.pipeline.predict(table).reshape(-1, 1)]
    return [trained.labels(trained.testing), trained.pipeline.predict_proba(table)]


def _metrics(wanted: Training, trained: Trained, served: list[Array]) -> dict[str, Metric]:
    target, mine = trained.frame.target[trained.testing], wanted.metrics or ()
    sample = trained.sample(trained.testing, wanted.seed)
    if wanted.task == "Regression":
        predictions = served[0].ravel()
        own.check(mine, None)
        found = metrics.regression(target, predictions, sample)
        return found | own.regression(mine, target.astype(float), predictions.astype(float), sample)
    classes = trained.pipeline.classes_
    own.check(mine, len(classes))
    found = metrics.classification(target, served[0], served[1], classes, sample)
    truth, answered = (np.searchsorted(classes, labels) for labels in (target, served[0].ravel()))
    answers = Labelled(truth, answered, classes.tolist(), served[1].astype(float))
    return found | own.classification(mine, answers, sample)


def _fairness(wanted: Training, trained: Trained, served: list[Array], groups: list[Groups]) -> list[dict[str, Any]]:
    if wanted.fairness is None:
        return []
    classes = trained.pipeline.classes_
    chosen = fairness.positive(wanted.fairness, list(classes.tolist()))
    truth, answered = (
        (labels == classes[chosen]).astype(int) for labels in (trained.frame.target[trained.testing], served[0].ravel())
    )
    rows, smallest = trained.frame.positions[trained.testing], wanted.fairness.min_group_size
    sample = trained.sample(trained.testing, wanted.seed)
    return [
        {"positiveClass": str(classes[chosen])}
        | fairness.judge(truth, answered, replace(of, of=of.of[rows]), smallest, sample)
        for of in groups
    ]


def _monitoring(
    wanted: Training, trained: Trained, served: list[Array], judged: list[dict[str, Any]]
) -> dict[str, Any]:
    """What a watched model's answers are held against, as far as these rows tell."""
    if wanted.task == "Regression":
        return {}
    frame, testing, answered = trained.frame, trained.testing, _scores(served)
    edges: Any = reference_distribution.of_scores(answered)["edges"]
    inputs = {name: values[testing] for name, values in frame.inputs.items()}
    right = frame.target[testing] == served[0].ravel()
    estimate = estimating.of_scores(answered.astype(float), edges, right, inputs, wanted.seed)
    groups = {
        of["column"]: {
            "names": [group["name"] for group in of["groups"]],
            "rows": [group["rows"] for group in of["groups"]],
            "positiveClass": of["positiveClass"],
        }
        for of in judged
    }
    return ({"estimate": estimate} if estimate else {}) | ({"groups": groups} if groups else {})


def _pictures(wanted: Training, trained: Trained, engine: Engine, served: list[Array]) -> dict[str, Any]:
    target = trained.frame.target[trained.testing]
    if wanted.task == "Regression":
        drawn, measure = curves.regression(target, served[0].ravel()), "r2"

        def score(answer: list[Array], chosen: Array) -> float:
            return float(r2_score(target[chosen].astype(float), answer[0].ravel().astype(float)))

    else:
        drawn = curves.classification(target, served[0].ravel(), served[1], trained.pipeline.classes_)
        measure = "accuracy"

        def score(answer: list[Array], chosen: Array) -> float:
            return float((answer[0].ravel() == target[chosen]).mean())

    found = importances.permuted(engine, trained.frame, trained.testing, score, wanted.seed)
    return drawn | ({"importances": {"metric": measure, "inputs": found}} if found else {})


def _sure(served: list[Array], threshold: float | None) -> Array:
    """Where no other processor's last bit would turn the label: all rows, should there be no such row."""
    if len(served) == 1 or served[1].shape[1] < 2:
        return np.ones(len(served[0]), dtype=bool)
    sure = parity.margin(served[1], threshold) > SURE
    return sure if sure.any() else np.ones(len(sure), dtype=bool)


def _scores(served: list[Array]) -> Array:
    """What bins are counted of: the probability of the second class of two, the greatest of more, or the number."""
    if len(served) == 1:
        return served[0].ravel()
    return served[1][:, 1] if served[1].shape[1] == 2 else served[1].max(axis=1)


def _signature(engine: Engine) -> list[TensorSignature]:
    return [TensorSignature(name=o.name, datatype=o.datatype, shape=list(o.shape)) for o in engine.outputs]
