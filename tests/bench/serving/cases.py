"""What is served, what is asked and what is right: `make_models.py` wrote it, all servers are held to it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

MODELS = ("lr", "gbt", "mlp")


@dataclass(frozen=True)
class Case:
    """A model with one input X, FP32 [-1, features], rows to ask for, and the right answers to each."""

    name: str
    folder: Path  # model.onnx, and model.joblib where scikit-learn made it; bundle/ with bundle.json
    output: str
    features: int
    outputs: int  # numbers an answer
    rows: Sequence[Sequence[float]]
    answers: Sequence[Sequence[float]]

    @classmethod
    def read(cls, models: Path, name: str) -> Self:
        kept = json.loads((models / "cases.json").read_text())[name]
        return cls(
            name=name,
            folder=models / name,
            output=kept["output"],
            features=kept["features"],
            outputs=kept["outputs"],
            rows=kept["rows"],
            answers=kept["answers"],
        )

    def window(self, start: int, rows: int) -> Self:
        """The same case with these rows alone, so that no constant passes for an answer."""
        chosen = [i % len(self.rows) for i in range(start, start + rows)]
        return replace(self, rows=[self.rows[i] for i in chosen], answers=[self.answers[i] for i in chosen])
