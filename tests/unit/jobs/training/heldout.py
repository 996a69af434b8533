"""The held-out rows of a desk's last dataset, as a training Job splits them off."""

from dataclasses import dataclass

import numpy as np

from colonnade_jobs.data import version
from colonnade_jobs.documents import Features, Split
from colonnade_jobs.training import features, frames, split
from colonnade_jobs.training.frames import Frame
from colonnade_serving import digests
from tests.unit.jobs.desk import Desk


@dataclass(frozen=True)
class HeldOut:
    """Rows of a frame that training never sees."""

    frame: Frame
    rows: np.ndarray

    @property
    def target(self) -> np.ndarray:
        """Their true answers, shape (rows,)."""
        return np.asarray(self.frame.target[self.rows])

    def questions(self, part: slice = slice(None)) -> dict[str, np.ndarray]:
        """What a client would ask about them: an array (rows, 1) by input name."""
        return self.frame.tensors(self.rows[part])


def held_out(desk: Desk, include: list[str], target: str, task: str) -> HeldOut:
    """The rows that a training on the desk's last dataset holds out."""
    manifest = version.read_manifest(desk.store, desk.digest)
    table = desk.folder / "store" / "datasets" / digests.hex_of(desk.digest) / version.DATA
    chosen = features.choose(manifest["schema"], target, Features(include=include)).features
    asked = Split.model_validate(manifest["split"])
    if task == "Classification":
        asked = asked.model_copy(update={"stratify_by": target})
    frame, values = frames.read(table, chosen, target, task, asked.stratify_by)
    return HeldOut(frame, np.flatnonzero(split.held_out(len(frame.target), asked, values)))
