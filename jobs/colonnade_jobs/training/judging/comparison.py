"""A trained model against the version that serves, on the same held-out rows."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from colonnade_api.jobs import ServingVersion
from colonnade_api.models.training import Training
from colonnade_serving.store import Store

from ... import progress
from ...errors import PermanentError
from ..learning.fitting import Trained
from ..rows import frames
from ..rows.frames import Frame
from . import champion, overlap, paired
from .champion import Champion, Incomparable
from .overlap import Table
from .own import OwnMetrics
from .paired import Answers

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Challenger:
    """A trained model and what the serving engine answered with it to the held-out rows, in the graph's order."""

    wanted: Training
    trained: Trained
    served: list[Array]
    table: Table

    @property
    def classes(self) -> list[Any] | None:
        """Those that it tells apart, in order; None of a regression."""
        found = getattr(self.trained.pipeline, "classes_", None)
        return None if found is None else list(found.tolist())


@dataclass(frozen=True)
class Rows:
    """Held-out rows by index that both answer, what the champion answered to them, and which it learnt from.

    notes: sentences on those that were left out.
    """

    index: Array
    champion: Answers
    learnt: Array
    notes: list[str]


def compare(challenger: Challenger, serving: ServingVersion, store: Store, scratch: Path) -> dict[str, Any]:
    """What the answer of a training Job says of it, as the contracts page has it; without metrics where the two can't
    be compared, and with the reason. Raises TransientError."""
    progress.report(92, f"asking {serving.model_version}, which serves, the same rows")
    named = serving.model_dump(by_alias=True)
    folder = scratch / "champion"
    folder.mkdir()
    try:
        found = champion.fetch(serving, store, folder)
        champion.check(found, challenger.wanted, challenger.classes)
        rows = _rows(challenger, found, store, folder)
    except Incomparable as reason:
        return named | {"rows": 0, "metrics": {}, "message": str(reason)}
    unseen = {"unseen": _figures(challenger, rows, ~rows.learnt)} if rows.learnt.any() else {}
    return named | _figures(challenger, rows, np.ones_like(rows.learnt)) | unseen | {"message": " ".join(rows.notes)}


def _figures(challenger: Challenger, rows: Rows, which: Array) -> dict[str, Any]:
    """Of some of the rows. which: true where one counts, shape (rows,)."""
    if not which.any():
        return {"rows": 0, "metrics": {}}
    index, classes = rows.index[which], challenger.classes
    truth = _indices(challenger.trained.frame.target[challenger.trained.testing[index]], classes)
    ours, theirs = _answers(challenger.served, classes, classes).of(index), rows.champion.of(np.flatnonzero(which))
    own = OwnMetrics(challenger.wanted.metrics or (), classes or ())
    sample = challenger.trained.sample(challenger.trained.testing[index], challenger.wanted.seed)
    metrics = paired.compare(truth, ours, theirs, sample, own)
    rarer = {"rarerClass": int(np.bincount(truth, minlength=2).min())} if len(classes or ()) == 2 else {}
    grouped = {} if sample.groups is None else {"groups": sample.units}
    return {
        "rows": len(index),
        **rarer,
        **grouped,
        "metrics": {name: metric.rounded() for name, metric in metrics.items()},
    }


def _rows(challenger: Challenger, found: Champion, store: Store, scratch: Path) -> Rows:
    trained, name = challenger.trained, found.name
    positions = trained.frame.positions[trained.testing]
    learnt = overlap.learnt(challenger.table, challenger.wanted, found.dataset, store, scratch)
    notes = [f"Whether {name} learnt from some of them can't be told: {learnt.unknown}."] if learnt.unknown else []
    answered, outputs = champion.ask(found, _frame(challenger, found), trained.testing)
    if refused := int((~answered).sum()):
        notes.append(f"{name} fails on {refused:,} other held-out rows, which count for neither.")
    known = learnt.rows[positions[answered]]
    if count := int(known.sum()):
        notes.append(f"{name} learnt from {count:,} of them, which flatters it.")
    answers = _answers(_checked(outputs, found), found.bundle.classes, challenger.classes)
    return Rows(np.flatnonzero(answered), answers, known, notes)


def _frame(challenger: Challenger, found: Champion) -> Frame:
    """The rows of the challenger's frame with the champion's inputs."""
    frame, inputs = challenger.trained.frame, champion.features(found, challenger.table.manifest["schema"])
    if set(inputs) <= set(frame.features):
        return replace(frame, features=inputs)
    wanted = challenger.wanted
    try:
        return frames.read(challenger.table.path, inputs, wanted.target, wanted.task)[0]
    except PermanentError as error:
        raise Incomparable(f"{found.name}, which serves, can't be asked these rows: {error.message}") from error


def _checked(outputs: list[Array], found: Champion) -> list[Array]:
    rows = len(outputs[0])
    due = [(rows, 1)] if found.bundle.task == "Regression" else [(rows,), (rows, len(found.bundle.classes or ()))]
    if [output.shape for output in outputs] != due:
        raise Incomparable(f"{found.name}, which serves, answers in another shape than this version")
    return outputs


def _answers(outputs: list[Array], theirs: list[Any] | None, ours: list[Any] | None) -> Answers:
    """A model's outputs in our classes' order; a class of its own alone is none of ours, one of ours alone has
    probability 0."""
    if theirs is None or ours is None:
        return Answers(None, outputs[0].ravel().astype(float))
    scores = np.zeros((len(outputs[1]), len(ours)))
    for k, name in enumerate(ours):
        if name in theirs:
            scores[:, k] = outputs[1][:, theirs.index(name)]
    return Answers(_indices(outputs[0], ours), scores)


def _indices(labels: Array, classes: list[Any] | None) -> Array:
    """The classes' index of each label, and the number of classes for a label that is none; a target as it is."""
    if classes is None:
        return labels.astype(float)
    index = {name: k for k, name in enumerate(classes)}
    return np.array([index.get(label, len(classes)) for label in labels.tolist()], dtype=np.int64)
