"""MonitorPolicies: specs that are right, and specs that are wrong in one thing."""

from typing import Any

from tests.api.examples.wrong import Invalid, Spec

ON_CALL: Spec = {"name": "on-call", "alertmanager": {"url": "http://alertmanager:9093"}}


def policy(*signals: Spec, **spec: Any) -> Spec:
    return {"signals": [{"name": "it", **signal} for signal in signals], **spec}


ERRORS = {"type": "ErrorRate", "max": 0.01}
ACCURATE = {"type": "Quality", "metric": "accuracy"}
PARITY = {"type": "Fairness", "metric": "demographic_parity_ratio", "sensitive": "sex"}


INVALID = (
    Invalid("no signal", "MonitorPolicy", policy(), "spec.signals", "should have at least 1 items"),
    Invalid("a signal twice", "MonitorPolicy", policy(ERRORS, ERRORS), "spec.signals[1]", "Duplicate value"),
    Invalid("an unknown signal", "MonitorPolicy", policy({"type": "Errors"}), "spec.signals[0].type", '"ErrorRate"'),
    Invalid(
        "errors without limit",
        "MonitorPolicy",
        policy({"type": "ErrorRate"}),
        "spec.signals[0].max",
        "such as max: 0.01",
    ),
    Invalid(
        "errors in percent",
        "MonitorPolicy",
        policy({"type": "ErrorRate", "max": 5}),
        "spec.signals[0].max",
        "0 to 1, such as max: 0.01",
    ),
    Invalid(
        "data quality without limit",
        "MonitorPolicy",
        policy({"type": "DataQuality"}),
        "spec.signals[0]",
        "such as maxUnseen: 0.01",
    ),
    Invalid("quality without limit", "MonitorPolicy", policy(ACCURATE), "spec.signals[0]", "such as min: 0.8"),
    Invalid(
        "quality by an unknown metric",
        "MonitorPolicy",
        policy(ACCURATE | {"metric": "gini", "min": 0.8}),
        "spec.signals[0].metric",
        "one of accuracy",
    ),
    Invalid(
        "accuracy with a greatest value",
        "MonitorPolicy",
        policy(ACCURATE | {"max": 0.8}),
        "spec.signals[0].metric",
        "more is better",
    ),
    Invalid(
        "an estimate without limit",
        "MonitorPolicy",
        policy({"type": "EstimatedQuality"}),
        "spec.signals[0]",
        "such as min: 0.8",
    ),
    Invalid(
        "an estimate of something else",
        "MonitorPolicy",
        policy({"type": "EstimatedQuality", "metric": "f1", "min": 0.8}),
        "spec.signals[0].metric",
        "accuracy alone is estimated",
    ),
    Invalid(
        "fairness of nobody",
        "MonitorPolicy",
        policy({"type": "Fairness", "metric": "demographic_parity_ratio", "min": 0.8}),
        "spec.signals[0].sensitive",
        "needs sensitive",
    ),
    Invalid(
        "a ratio with a greatest value",
        "MonitorPolicy",
        policy(PARITY | {"max": 0.1}),
        "spec.signals[0].metric",
        "a ratio is 1 where groups are alike",
    ),
    Invalid(
        "drift by another method",
        "MonitorPolicy",
        policy({"type": "FeatureDrift", "method": "KS"}),
        "spec.signals[0].method",
        '"PSI"',
    ),
    Invalid(
        "an effect of errors",
        "MonitorPolicy",
        policy(ERRORS | {"minEffect": 0.1}),
        "spec.signals[0].minEffect",
        "belongs to signals of type FeatureDrift or PredictionDrift",
    ),
    Invalid(
        "latency without quantile",
        "MonitorPolicy",
        policy({"type": "Latency", "maxDuration": "50ms"}),
        "spec.signals[0].quantile",
        "such as quantile: 0.99",
    ),
    Invalid(
        "latency without limit",
        "MonitorPolicy",
        policy({"type": "Latency", "quantile": 0.99}),
        "spec.signals[0]",
        "needs maxDuration, such as 50ms",
    ),
    Invalid(
        "latency as a number",
        "MonitorPolicy",
        policy({"type": "Latency", "quantile": 0.99, "max": 0.05}),
        "spec.signals[0]",
        "such as maxDuration: 50ms",
    ),
    Invalid(
        "a ratio to nothing",
        "MonitorPolicy",
        policy({"type": "Latency", "quantile": 0.99, "maxRatio": 1.3}),
        "spec.signals[0].maxRatio",
        "comparedTo: Stable and maxRatio go together",
    ),
    Invalid(
        "a quantile of errors",
        "MonitorPolicy",
        policy({**ERRORS, "quantile": 0.99}),
        "spec.signals[0].quantile",
        "belongs to signals of type Latency",
    ),
    Invalid(
        "no query",
        "MonitorPolicy",
        policy({"type": "PromQL", "max": 5}),
        "spec.signals[0].query",
        "a PromQL signal needs query",
    ),
    Invalid(
        "a query of errors",
        "MonitorPolicy",
        policy({**ERRORS, "query": "up"}),
        "spec.signals[0].query",
        "set type: PromQL",
    ),
    Invalid(
        "an action that isn't there",
        "MonitorPolicy",
        policy({**ERRORS, "action": "Promote"}),
        "spec.signals[0].action",
        '"Rollback", "Hold", "Alert"',
    ),
    Invalid(
        "an alert's label that no rule could match",
        "MonitorPolicy",
        policy(ERRORS, alerts=[{**ON_CALL, "labels": {"cost-center": "42"}}]),
        "spec.alerts[0].labels",
        "named as Prometheus has it",
    ),
    Invalid(
        "an alert's label that each has already",
        "MonitorPolicy",
        policy(ERRORS, alerts=[{**ON_CALL, "labels": {"severity": "page"}}]),
        "spec.alerts[0].labels",
        "choose other names",
    ),
    Invalid(
        "an Alertmanager without scheme",
        "MonitorPolicy",
        policy(ERRORS, alerts=[{"name": "on-call", "alertmanager": {"url": "alertmanager:9093"}}]),
        "spec.alerts[0].alertmanager.url",
        "^https?://",
    ),
    Invalid(
        "a retraining without a limit",
        "MonitorPolicy",
        policy({**ERRORS, "action": "Retrain"}, retrain={"maxPerWeek": 0}),
        "spec.retrain.maxPerWeek",
        "greater than or equal to 1",
    ),
    Invalid(
        "a Prometheus without scheme",
        "MonitorPolicy",
        policy(ERRORS, prometheus={"url": "prometheus:9090"}),
        "spec.prometheus.url",
        "^https?://",
    ),
    Invalid("no interval at all", "MonitorPolicy", policy(ERRORS, interval="0s"), "spec.interval", "over zero"),
    Invalid(
        "promotion on missing numbers",
        "MonitorPolicy",
        policy(ERRORS, noData={"then": "Promote"}),
        "spec.noData.then",
        '"Hold", "Rollback"',
    ),
)

VALID: tuple[tuple[str, str, Spec], ...] = (
    (
        "every signal",
        "MonitorPolicy",
        {
            "prometheus": {"url": "http://prometheus.monitoring:9090"},
            "interval": "1s",
            "signals": [
                {"name": "errors", **ERRORS, "window": "1m", "minSamples": 200, "action": "Rollback"},
                {
                    "name": "slow",
                    "type": "Latency",
                    "quantile": 0.99,
                    "maxDuration": "50ms",
                    "comparedTo": "Stable",
                    "maxRatio": 1.3,
                },
                {"name": "own", "type": "PromQL", "query": 'up{revision="{{revision}}"}', "min": 1, "action": "Alert"},
                {"name": "drift", "type": "FeatureDrift", "features": ["dep_*", "distance"], "minEffect": 0.2},
                {"name": "shift", "type": "PredictionDrift", "reference": "PreviousDay", "action": "Hold"},
                {"name": "sane", "type": "DataQuality", "maxMissingIncrease": 0.05, "maxUnseen": 0.01},
                {"name": "quality", **ACCURATE, "min": 0.8, "maxRegression": 0.02, "window": "24h"},
                {"name": "close", "type": "Quality", "metric": "rmse", "max": 25.5},
                {"name": "estimated", "type": "EstimatedQuality", "min": 0.8},
                {"name": "fair", **PARITY, "min": 0.8, "minGroupSize": 200},
            ],
            "noData": {"hold": "10m", "then": "Rollback"},
        },
    ),
)
