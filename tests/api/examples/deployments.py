"""Deployments: specs that are right, and specs that are wrong in one thing."""

from typing import Any

from tests.api.examples.wrong import Invalid, Spec


def deployment(**spec: Any) -> Spec:
    return {"model": {"name": "flights-late"}, **spec}


def canary(*steps: Spec, **given: Any) -> Spec:
    return deployment(strategy={"canary": {"steps": list(steps), **given}})


DURATION = "such as 250ms, 30s, 10m, 24h"


INVALID = (
    Invalid("no model", "Deployment", {}, "spec.model", "Required value"),
    Invalid(
        "both select and version",
        "Deployment",
        deployment(model={"name": "m", "select": "LatestApproved", "version": "m-1"}),
        "spec.model.version",
        "leave out either version or select",
    ),
    Invalid(
        "a model's name in capitals",
        "Deployment",
        deployment(model={"name": "Flights"}),
        "spec.model.name",
        "should match",
    ),
    Invalid(
        "groups from two places",
        "Deployment",
        deployment(serving={"groups": {"fromInput": "sex", "fromParameter": "sex"}}),
        "spec.serving.groups",
        "groups come from one place",
    ),
    Invalid(
        "feedback without a key",
        "Deployment",
        deployment(serving={"feedback": {}}),
        "spec.serving.feedback.keySecretRef",
        "Required value",
    ),
    Invalid(
        "replicas below zero", "Deployment", deployment(replicas=-1), "spec.replicas", "greater than or equal to 0"
    ),
    Invalid("replicas in words", "Deployment", deployment(replicas="two"), "spec.replicas", "must be of type integer"),
    Invalid(
        "no strategy chosen", "Deployment", deployment(strategy={}), "spec.strategy", "choose exactly one of canary"
    ),
    Invalid(
        "two strategies",
        "Deployment",
        deployment(strategy={"canary": {}, "blueGreen": {}}),
        "spec.strategy",
        "choose exactly one of canary",
    ),
    Invalid(
        "weights that descend",
        "Deployment",
        canary({"setWeight": 50}, {"setWeight": 25}),
        "spec.strategy.canary.steps",
        "weights ascend from step to step",
    ),
    Invalid(
        "a weight twice",
        "Deployment",
        canary({"setWeight": 25}, {"pause": {}}, {"setWeight": 25}),
        "spec.strategy.canary.steps",
        "each above the one before",
    ),
    Invalid("no step", "Deployment", canary(), "spec.strategy.canary.steps", "should have at least 1 items"),
    Invalid(
        "pauses alone",
        "Deployment",
        canary({"pause": {}}),
        "spec.strategy.canary.steps",
        "some step has to set a weight",
    ),
    Invalid(
        "a step that both sets and pauses",
        "Deployment",
        canary({"setWeight": 5, "pause": {}}),
        "spec.strategy.canary.steps[0]",
        "a step is exactly one of setWeight",
    ),
    Invalid(
        "a pause that holds",
        "Deployment",
        canary({"setWeight": 5}, {"pause": {}, "hold": "1m"}),
        "spec.strategy.canary.steps[1].hold",
        "write pause: {duration: 10m}",
    ),
    Invalid(
        "more than all requests",
        "Deployment",
        canary({"setWeight": 101}),
        "spec.strategy.canary.steps[0].setWeight",
        "less than or equal to 100",
    ),
    Invalid(
        "a hold in words",
        "Deployment",
        canary({"setWeight": 5, "hold": "a minute"}),
        "spec.strategy.canary.steps[0].hold",
        DURATION,
    ),
    Invalid(
        "a deadline without unit", "Deployment", deployment(progressDeadline="10"), "spec.progressDeadline", DURATION
    ),
    Invalid(
        "a history without end",
        "Deployment",
        deployment(rollback={"historyLimit": 1000}),
        "spec.rollback.historyLimit",
        "less than or equal to 50",
    ),
    Invalid(
        "a router that isn't there",
        "Deployment",
        deployment(traffic={"provider": "Istio"}),
        "spec.traffic.provider",
        'supported values: "Envoy"',
    ),
    Invalid("a field of later", "Deployment", deployment(autoscaling={}), "spec.autoscaling", "unknown field"),
)

VALID: tuple[tuple[str, str, Spec], ...] = (
    ("a model alone", "Deployment", deployment()),
    ("one version", "Deployment", deployment(model={"name": "m", "version": "m-3"}, replicas=0)),
    (
        "a canary with pauses",
        "Deployment",
        canary(
            {"setWeight": 5, "hold": "1m"},
            {"pause": {"duration": "10m"}},
            {"setWeight": 25},
            {"pause": {}},
            {"setWeight": 100, "hold": "1h30m"},
            retryOnStable={"errors": True, "timeout": "250ms"},
        ),
    ),
    ("blue-green", "Deployment", deployment(strategy={"blueGreen": {"autoPromotion": False}}, paused=True)),
)
