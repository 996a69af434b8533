"""A ModelVersion: what it learnt from, how it did, who agreed."""

from datetime import datetime

from colonnade.cli.page import Page, Table, facts, page, table
from colonnade.cli.views.fairness import fairness_tables
from colonnade.cli.views.parts import conditions, heading, verdict_word
from colonnade_access.references import Object
from colonnade_access.words import NOTHING, number, short, size
from colonnade_api import ComparedRows, Comparison, FoldMetric, ModelVersionStatus


def model_version(item: Object, now: datetime) -> Page:
    status = ModelVersionStatus.model_validate(item.get("status") or {})
    return page(
        heading(item, "ModelVersion", now),
        facts(
            [
                ("model", item["spec"]["model"]),
                ("made by", made_by(item)),
                ("dataset", _dataset(item, status)),
                ("bundle", f"{short(status.digest)}, {size(status.bytes or 0)}" if status.digest else None),
                ("approval", _approval(item, status)),
                ("trials", _trials(item, status)),
                ("label", _label(status)),
                ("parity", _parity(status)),
                ("one request", _latency(status)),
                ("compared", _compared(status)),
                *(("look at this", warning) for warning in status.warnings),
            ]
        ),
        _metrics(status),
        *(table for of in status.fairness for table in fairness_tables(of)),
        *_comparisons(status.comparison),
        _gates(status),
        conditions(status.conditions, now),
    )


def made_by(item: Object) -> str:
    """The estimator's class, or where the model was imported from."""
    training = item["spec"].get("training") or {}
    if estimator := (training.get("estimator") or {}).get("name"):
        return str(estimator).rpartition(".")[2]
    source = item["spec"].get("source") or {}
    return "an upload" if "upload" in source else str(source.get("storageUri", NOTHING))


def dataset_name(item: Object) -> str | None:
    reference = (item["spec"].get("training") or {}).get("datasetRef") or {}
    return reference.get("name")


def _dataset(item: Object, status: ModelVersionStatus) -> str | None:
    if status.dataset:
        return f"dset/{status.dataset.name} at {short(status.dataset.digest)}"
    name = dataset_name(item)
    return f"dset/{name}" if name else None


def _approval(item: Object, status: ModelVersionStatus) -> str | None:
    if status.approval and status.approval.state == "PendingManualApproval":
        name = item["metadata"]["name"]
        return f"pending: kubectl colonnade approve mv/{name} --reason …, or reject"
    return approval(status)


def approval(status: ModelVersionStatus) -> str | None:
    """Its state, who decided, and why; None where nobody has to."""
    if status.approval is None:
        return None
    by = f" by {status.approval.by}" if status.approval.by else ""
    reason = f": {status.approval.reason}" if status.approval.reason else ""
    return f"{status.approval.state}{by}{reason}"


def _trials(item: Object, status: ModelVersionStatus) -> str | None:
    if status.trials is None:
        return None
    ended, best = status.trials.succeeded + status.trials.failed, status.trials.best
    so_far = f", the best {number(best.value)} by trial {best.number}" if best else ""
    name = item["metadata"]["name"]
    return f"{ended} of {status.trials.total} ended{so_far}: kubectl colonnade trials mv/{name}"


def _label(status: ModelVersionStatus) -> str | None:
    if status.threshold is None:
        return None
    by = f", by {status.threshold.metric} over folds" if status.threshold.metric else ""
    return f"the second class from a probability of {number(status.threshold.value)} on{by}"


def _parity(status: ModelVersionStatus) -> str | None:
    if status.parity is None:
        return None
    return f"the serving engine differs by {status.parity.worst:.1e} at most, over {status.parity.rows:,} rows"


def _latency(status: ModelVersionStatus) -> str | None:
    timed = status.latency
    if timed is None:
        return None
    return f"{1000 * timed.p50.value:.3g} ms, 99 of 100 within {1000 * timed.p99.value:.3g} ms, in the training pod"


def _compared(status: ModelVersionStatus) -> str | None:
    if status.comparison is None:
        return None
    served = f"with mv/{status.comparison.model_version}, which served mdep/{status.comparison.deployment}"
    if not status.comparison.metrics:
        return f"not {served}: {status.comparison.message}"
    return f"{served}, on the same {status.comparison.rows:,} held-out rows. {status.comparison.message}".rstrip()


def _metrics(status: ModelVersionStatus) -> Table | None:
    rows = []
    for name, metric in status.metrics.items():
        folds = status.cross_validation.get(name)
        spread = f"{number(metric.low)} to {number(metric.high)}" if metric.low is not None else NOTHING
        crossed = _over_folds(folds) if folds else NOTHING
        rows.append((name, number(metric.value), spread, f"{metric.n:,}" if metric.n is not None else NOTHING, crossed))
    columns = ("metric", "held out", "95 % interval", "n", "cross-validation")
    return table(columns, rows, right=("held out", "n")) if rows else None


def _over_folds(folds: FoldMetric) -> str:
    repeated = f" of {folds.repeats} repeats, their means ± {folds.spread:.2g}" if folds.spread is not None else ""
    return f"{folds.mean:.4g} ± {folds.std:.2g}, {folds.folds} folds{repeated}"


def _comparisons(comparison: Comparison | None) -> tuple[Table, ...]:
    if comparison is None:
        return ()
    serving = comparison.model_version
    tables = [("on the same rows", comparison), (f"on those that {serving} did not learn from", comparison.unseen)]
    return tuple(_compared_rows(head, serving, rows) for head, rows in tables if rows and rows.metrics)


def _compared_rows(head: str, serving: str, compared: ComparedRows) -> Table:
    rows = [
        (
            name,
            number(metric.value),
            number(metric.serving),
            f"{metric.difference:+.4g}",
            f"{metric.low:+.4g} to {metric.high:+.4g}",
            f"{compared.rows:,}",
        )
        for name, metric in compared.metrics.items()
    ]
    columns = (head, "this", serving, "difference", "95 % interval", "n")
    return table(columns, rows, right=("this", serving, "difference", "n"))


def _gates(status: ModelVersionStatus) -> Table | None:
    rows = [
        (gate.name, verdict_word(gate.verdict), number(gate.value), number(gate.bound), gate.message or "")
        for gate in status.gates
    ]
    return table(("gate", "verdict", "value", "bound", ""), rows, right=("value", "bound")) if rows else None
