"""All that is known of a model before it is written down: what its bundle, its card and its answer are made of."""

from dataclasses import dataclass, field
from typing import Any

from colonnade_api.jobs import TrainingData
from colonnade_api.models.training import Training
from colonnade_serving.bundle import Golden, TensorSignature


@dataclass(frozen=True)
class Facts:
    """All that is known of a model; what follows classes is of a model that was trained here.

    monitoring: what signals hold against held-out rows, as bundle.json has it.
    balance: rows by class, or the target's numbers, of the training and of the held-out rows; groups: of how many the
    held-out rows are, where the Dataset names them; warnings, notes: sentences for the card; versions: of the
    libraries; pictures: what the card draws. comparison: with the version that serves; latency: of the engine in this
    pod; neither is part of the bundle, which is the same whatever serves and however quick.
    """

    model: str
    task: str | None
    inputs: list[TensorSignature]
    outputs: list[TensorSignature]
    golden: Golden
    lineage: dict[str, Any]
    classes: list[str | int] | None = None
    features: dict[str, Any] = field(default_factory=dict)
    scores: dict[str, Any] | None = None
    metrics: dict[str, dict[str, float | int]] = field(default_factory=dict)
    fairness: list[dict[str, Any]] = field(default_factory=list)
    monitoring: dict[str, Any] = field(default_factory=dict)
    cross_validation: dict[str, dict[str, float | int]] = field(default_factory=dict)
    threshold: dict[str, Any] | None = None
    parity: dict[str, Any] | None = None
    training: Training | None = None
    rows: dict[str, int] = field(default_factory=dict)
    groups: int | None = None
    group_column: str | None = None
    left_out: dict[str, str] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    dataset: TrainingData | None = None
    balance: list[dict[str, Any]] = field(default_factory=list)
    versions: dict[str, str] = field(default_factory=dict)
    pictures: dict[str, Any] = field(default_factory=dict)
    comparison: dict[str, Any] | None = None
    latency: dict[str, Any] | None = None
