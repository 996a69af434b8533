"""The model card: what the model is, how good, from what, and where it ends. As JSON; rendering.py makes it a page."""

from typing import Any

from colonnade_serving.bundle import TensorSignature

from ..facts import Facts

ENCODINGS = {
    "number": "a number; null or NaN where missing; booleans as 0 and 1",
    "category": "a text of few; the empty text where missing",
    "text": "words; the empty text where missing",
    "date": "seconds since 1970-01-01 in UTC; null or NaN where missing",
    None: "as the imported graph has it",
}


def describe(facts: Facts) -> dict[str, Any]:
    """The card as CycloneDX's modelCard divides it: modelParameters, quantitativeAnalysis, considerations."""
    return {
        "bomFormat": "colonnade.dev/card/v1",
        "model": facts.model,
        "modelParameters": {
            "task": facts.task,
            "estimator": facts.training.learner.model_dump() if facts.training else None,
            "preprocessing": facts.training.preprocessing.model_dump(by_alias=True, exclude_none=True)
            if facts.training
            else None,
            "target": facts.training.target if facts.training else None,
            "inputs": [_tensor(tensor) | {"encoding": ENCODINGS[tensor.kind]} for tensor in facts.inputs],
            "outputs": [_tensor(tensor) for tensor in facts.outputs],
            "classes": facts.classes,
            "positiveClass": _positive(facts.classes),
            **_own_metrics(facts),
            **_drawn(facts),
            **({"decisionThreshold": facts.threshold} if facts.threshold else {}),
            "leftOut": facts.left_out,
        },
        "quantitativeAnalysis": {
            "rows": facts.rows,
            **({"groups": facts.groups} if facts.groups else {}),
            "balance": facts.balance,
            "metrics": facts.metrics,
            "crossValidation": facts.cross_validation,
            "parity": facts.parity,
            **({"fairness": facts.fairness} if facts.fairness else {}),
            **({"pictures": facts.pictures} if facts.pictures else {}),
        },
        "considerations": {"warnings": facts.warnings, "limits": _limits(facts)},
        "dataset": facts.dataset.model_dump(exclude_defaults=True) if facts.dataset else None,
        "lineage": facts.lineage,
        "versions": facts.versions,
    }


def _own_metrics(facts: Facts) -> dict[str, Any]:
    own = facts.training.metrics if facts.training else None
    return {"ownMetrics": [metric.model_dump() for metric in own]} if own else {}


def _drawn(facts: Facts) -> dict[str, Any]:
    """What rows count by and are grouped by, where they are."""
    weights = facts.training.weight_column if facts.training else None
    told = {"weightColumn": weights, "groupColumn": facts.group_column}
    return {name: column for name, column in told.items() if column}


def _positive(classes: list[str | int] | None) -> str | int | None:
    """The class that precision, recall, f1 and roc_auc are of, where there are two."""
    return classes[1] if classes is not None and len(classes) == 2 else None


def _limits(facts: Facts) -> list[str]:
    if facts.training is None:
        return ["The model was made elsewhere: its quality was not measured here."]
    known = (
        "is refused"
        if facts.training.preprocessing.encode.handle_unknown == "Error"
        else "counts as none of the known ones"
    )
    limits = [
        f"The metrics hold for rows like the {facts.rows['test']:,} held out; on others they may differ.",
        f"A category that training never saw {known}.",
        "What the columns tell is learnt; whether it is a cause, or fair, is not.",
    ]
    left_out = [f"{name} ({reason})" for name, reason in facts.left_out.items()]
    return limits + ([f"Not learnt from: {', '.join(left_out)}."] if left_out else []) + facts.notes


def _tensor(tensor: TensorSignature) -> dict[str, Any]:
    return {"name": tensor.name, "datatype": tensor.datatype, "shape": tensor.shape}
