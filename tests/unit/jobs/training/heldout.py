"""The held-out rows of a harness's last dataset, as a training Job splits them off."""

from dataclasses import dataclass

import numpy as np

from colonnade_api.datasets.split import Split
from colonnade_api.models.training import Features
from colonnade_api.stored import DATA
from colonnade_jobs.data.versions import version
from colonnade_jobs.training.learning import features
from colonnade_jobs.training.rows import frames, split
from colonnade_jobs.training.rows.frames import Frame
from colonnade_serving import digests
from tests.unit.jobs.harness import Harness


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


def held_out(harness: Harness, include: list[str], target: str, task: str) -> HeldOut:
    """The rows that a training on the harness's last dataset holds out."""
    manifest = version.read_manifest(harness.store, harness.digest)
    table = harness.folder / "store" / "datasets" / digests.hex_of(harness.digest) / DATA
    chosen = features.choose(manifest["schema"], target, Features(include=include)).features
    asked = Split.model_validate(manifest["split"])
    if task == "Classification":
        asked = asked.model_copy(update={"stratify_by": target})
    frame, values = frames.read(table, chosen, target, task, split.columns(asked))
    return HeldOut(frame, np.flatnonzero(split.held_out(len(frame.target), asked, values)))
