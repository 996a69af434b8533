"""The bundle's files: bundle.json names all others by digest, and so one digest covers all."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from colonnade_api.jobs import TrainResult
from colonnade_api.stored import canonical_json
from colonnade_serving import digests
from colonnade_serving.bundle import MANIFEST, Bundle, encode

from ...formatting import rounded
from ..card import content, rendering
from ..facts import Facts
from . import signature

MOST_WARNINGS = 4
LONGEST_WARNING = 320
FILES = ("model.onnx", "card.json", "card.html")


def write(folder: Path, facts: Facts) -> str:
    """Adds card and bundle.json to a folder that holds model.onnx; returns the bundle's digest."""
    described = content.describe(facts)
    (folder / "card.json").write_bytes(canonical_json(described))
    (folder / "card.html").write_text(rendering.render(described), encoding="utf-8")
    bundle = Bundle(
        model=facts.model,
        task=facts.task,
        files={name: digests.of_file(folder / name) for name in FILES},
        inputs=facts.inputs,
        outputs=facts.outputs,
        classes=facts.classes,
        features=facts.features,
        scores=facts.scores,
        metrics=facts.metrics,
        monitoring=facts.monitoring,
        cross_validation=facts.cross_validation,
        lineage=facts.lineage,
        golden=facts.golden,
    )
    data = encode(bundle)
    (folder / MANIFEST).write_bytes(data)
    return digests.of_bytes(data)


@dataclass(frozen=True)
class Made:
    """The stored bundle: where it lies, its size in bytes, and the statement of how it was made."""

    digest: str
    uri: str
    size: int
    provenance: dict[str, Any]


def result(facts: Facts, made: Made, gated: Collection[str]) -> TrainResult:
    """The answer of a training Job. gated: metrics that gates ask for."""
    first = sorted(facts.metrics, key=lambda name: name not in gated)  # stable: else as the registry has them
    return TrainResult.model_validate(
        {
            "outcome": "Trained",
            "reason": "Trained" if facts.training else "Imported",
            "message": _sentence(facts),
            "digest": made.digest,
            "artifactUri": made.uri,
            "bytes": made.size,
            "provenance": made.provenance,
            "signature": signature.described(facts.inputs, facts.outputs),
            "metrics": {name: facts.metrics[name] for name in first},
            "heldOut": _held_out(facts),
            "threshold": facts.threshold,
            "fairness": facts.fairness,
            "warnings": [clipped(each) for each in facts.warnings[:MOST_WARNINGS]],
            "crossValidation": facts.cross_validation,
            "parity": facts.parity,
            "lineage": facts.lineage,
            "comparison": facts.comparison,
            "latency": facts.latency,
        }
    )


def clipped(text: str) -> str:
    """An answer has 4,096 bytes; the card has all of it."""
    return text if len(text) <= LONGEST_WARNING else f"{text[: LONGEST_WARNING - 1]}…"


def _held_out(facts: Facts) -> dict[str, int] | None:
    if facts.training is None:
        return None
    rarer = {"rarerClass": min(of["test"] for of in facts.balance)} if len(facts.classes or ()) == 2 else {}
    return {"rows": facts.rows["test"], **rarer, **({"groups": facts.groups} if facts.groups else {})}


def _sentence(facts: Facts) -> str:
    if facts.training is None:
        return f"{facts.lineage['source']} loads, answers alike twice, and has {len(facts.inputs)} inputs"
    name = "roc_auc" if "roc_auc" in facts.metrics else next(iter(facts.metrics), None)
    score = (
        f"{name} {rounded(facts.metrics[name]['value'])} on {facts.rows['test']:,} held-out rows"
        if name
        else "no metric"
    )
    notes = f" {' '.join(facts.notes)}" if facts.notes else ""
    return f"trained on {facts.rows['train']:,} rows: {score}.{notes}"
