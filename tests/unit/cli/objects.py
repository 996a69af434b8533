"""Objects as the API server gave them, and a clock that stands still."""

from datetime import UTC, datetime
from typing import Any

NOW = datetime(2026, 11, 23, 12, 0, 0, tzinfo=UTC)
Object = dict[str, Any]


def made(kind: str, name: str, spec: Object, status: Object | None = None, **metadata: Any) -> Object:
    common = {
        "name": name,
        "namespace": "default",
        "uid": f"uid-{name}",
        "generation": 1,
        "resourceVersion": "7",
        "creationTimestamp": "2026-11-23T09:00:00Z",
    }
    found = {"apiVersion": "colonnade.dev/v1alpha1", "kind": kind, "metadata": common | metadata, "spec": spec}
    return found | ({"status": status} if status is not None else {})


def condition(kind: str, status: str, reason: str, message: str = "") -> Object:
    return {
        "type": kind,
        "status": status,
        "reason": reason,
        "message": message,
        "lastTransitionTime": "2026-11-23T11:58:30Z",
        "observedGeneration": 1,
    }


def digest(digit: str) -> str:
    return "sha256:" + digit * 64


def flights(**status: Any) -> Object:
    """A Dataset with one version."""
    version = {
        "digest": digest("a"),
        "rows": 327_346,
        "bytes": 4_404_019,
        "createdAt": "2026-11-23T11:00:00Z",
        "source": "upload://flights.parquet",
        "invalidRows": 1_204,
        "reportUri": f"file:///store/datasets/{'a' * 64}/report.json",
        "quarantineUri": f"file:///store/datasets/{'a' * 64}/quarantine.parquet",
    }
    common = {
        "observedGeneration": 1,
        "current": digest("a"),
        "versions": [version],
        "checkedAt": "2026-11-23T11:59:00Z",
        "conditions": [condition("Ready", "True", "Collected", "327,346 rows, 1,204 in quarantine")],
    }
    return made("Dataset", "flights", {"source": {"upload": {}}}, common | status)


def version(number: int, **status: Any) -> Object:
    """A ModelVersion `flights-late-<number>` that was trained and passed its gate."""
    spec = {
        "model": "flights-late",
        "training": {
            "datasetRef": {"name": "flights"},
            "target": "late",
            "task": "Classification",
            "estimator": {"name": "sklearn.ensemble.HistGradientBoostingClassifier"},
        },
        "gates": [{"metric": "roc_auc", "min": 0.7, "comparedTo": "Serving", "maxRegression": 0.01}],
    }
    common = {
        "observedGeneration": 1,
        "digest": digest(str(number)),
        "bytes": 812_345,
        "dataset": {"name": "flights", "digest": digest("a")},
        "metrics": {"roc_auc": {"value": 0.9281, "low": 0.9262, "high": 0.93, "n": 65_470}},
        "crossValidation": {"roc_auc": {"mean": 0.9275, "std": 0.0012, "folds": 5}},
        "parity": {"rows": 65_470, "worst": 2.4e-7},
        "comparison": {
            "modelVersion": "flights-late-0",
            "deployment": "flights-late",
            "digest": digest("0"),
            "rows": 65_412,
            "rarerClass": 15_200,
            "metrics": {
                "roc_auc": {"value": 0.9281, "serving": 0.9023, "difference": 0.0258, "low": 0.0241, "high": 0.0274}
            },
            "unseen": {
                "rows": 1_204,
                "metrics": {
                    "roc_auc": {"value": 0.927, "serving": 0.9, "difference": 0.027, "low": 0.0121, "high": 0.0419}
                },
            },
            "message": "flights-late-0 learnt from 64,208 of them, which flatters it.",
        },
        "gates": [
            {"name": "roc_auc.min", "verdict": "Pass", "value": 0.9281, "bound": 0.7},
            {"name": "roc_auc.maxRegression", "verdict": "Pass", "value": 0.0258, "bound": -0.01},
        ],
        "headline": "roc_auc 0.9281",
        "conditions": [condition("Ready", "True", "Ready")],
    }
    return made("ModelVersion", f"flights-late-{number}", spec, common | status)


def policy() -> Object:
    signals = [
        {"name": "errors", "type": "ErrorRate", "max": 0.01},
        {"name": "slow", "type": "Latency", "quantile": 0.99, "maxDuration": "50ms"},
    ]
    return made("MonitorPolicy", "default", {"interval": "5s", "signals": signals})


STABLE = {
    "revision": "1111111111",
    "modelVersion": "flights-late-1",
    "digest": digest("1"),
    "weight": 100,
    "ready": 2,
}
CANDIDATE = {
    "revision": "2222222222",
    "modelVersion": "flights-late-2",
    "digest": digest("2"),
    "weight": 25,
    "observedWeight": 24.6,
    "ready": 2,
}


def deployment(**status: Any) -> Object:
    """A Deployment whose version 1 serves all requests."""
    steps = [
        {"setWeight": 5, "hold": "30s"},
        {"setWeight": 25, "hold": "1m"},
        {"pause": {}},
        {"setWeight": 50, "hold": "1m"},
    ]
    spec = {
        "model": {"name": "flights-late"},
        "replicas": 2,
        "strategy": {"canary": {"steps": steps}},
        "monitorPolicyRef": {"name": "default"},
    }
    common = {
        "observedGeneration": 1,
        "url": "http://flights-late.default",
        "stable": STABLE,
        "conditions": [condition("Ready", "True", "Serving", "flights-late-1 on 2 pods")],
    }
    return made("Deployment", "flights-late", spec, common | status)


def canary(**status: Any) -> Object:
    """The same with version 2 at 25 %."""
    step = {
        "index": 1,
        "total": 4,
        "reason": "InsufficientSamples",
        "message": "slow: 87 of 200 requests; the weight stays at 25 %",
        "since": "2026-11-23T11:59:26Z",
    }
    verdicts = [
        {"signal": "errors", "result": "Pass", "value": 0.0002, "limit": 0.01, "stableValue": 0.0001, "samples": 1204},
        {"signal": "slow", "result": "InsufficientSamples", "value": 0.0312, "limit": 0.05, "samples": 87},
    ]
    under_way = {"stable": STABLE | {"weight": 75}, "candidate": CANDIDATE, "step": step, "verdicts": verdicts}
    return deployment(**(under_way | status))


def pod(name: str, labels: dict[str, str], **status: Any) -> Object:
    ready = {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]}
    named = {f"colonnade.dev/{key}": value for key, value in labels.items() if key != "component"}
    component = {"app.kubernetes.io/component": labels["component"]}
    metadata = {"name": name, "namespace": "default", "labels": named | component}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "status": ready | status}
