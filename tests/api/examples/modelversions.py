"""ModelVersions: specs that are right, and specs that are wrong in one thing."""

from typing import Any

from tests.api.examples.wrong import Invalid, Spec


def training(**changes: Any) -> Spec:
    estimator = {"name": "sklearn.linear_model.LogisticRegression"}
    usual = {"datasetRef": {"name": "flights"}, "target": "late", "task": "Classification", "estimator": estimator}
    return {"model": "flights-late", "training": {**usual, **changes}}


def automl(**given: Any) -> Spec:
    rest = {name: value for name, value in training()["training"].items() if name != "estimator"}
    return {**training(), "training": {**rest, "automl": {"metric": "roc_auc", **given}}}


def gate(**given: Any) -> Spec:
    return {**training(), "gates": [{"metric": "roc_auc", **given}]}


def searched(*parameters: Spec, metric: str = "roc_auc", algorithm: str = "TPE") -> Spec:
    objective = {"metricName": metric}
    return training(tuning={"algorithm": {"name": algorithm}, "objective": objective, "parameters": list(parameters)})


RATE = {"name": "learning_rate", "parameterType": "double", "feasibleSpace": {"min": 0.01, "max": 1}}


COST = {"name": "cost", "expression": "5 * fn + fp", "direction": "minimize"}
STEP = {"columns": ["distance"], "transformer": {"name": "sklearn.preprocessing.KBinsDiscretizer"}}


INVALID = (
    Invalid(
        "a weight that is learnt from",
        "ModelVersion",
        training(weightColumn="seats", features={"include": ["seats"]}),
        "spec.training.weightColumn",
        "says what a row counts",
    ),
    Invalid(
        "a threshold that is chosen and given",
        "ModelVersion",
        training(decisionThreshold={"value": 0.5, "maximize": "f1"}),
        "spec.training.decisionThreshold",
        "exactly one of value, maximize and minimize",
    ),
    Invalid(
        "a threshold by what every cut could make greatest",
        "ModelVersion",
        training(decisionThreshold={"maximize": "recall"}),
        "spec.training.decisionThreshold.maximize",
        "name accuracy, f1, or one of spec.training.metrics",
    ),
    Invalid(
        "a threshold that makes a cost greatest",
        "ModelVersion",
        training(decisionThreshold={"maximize": "cost"}, metrics=[COST]),
        "spec.training.decisionThreshold.maximize",
        "whose direction is maximize",
    ),
    Invalid(
        "repeats of folds in time",
        "ModelVersion",
        training(crossValidation={"strategy": "TimeSeries", "repeats": 2}),
        "spec.training.crossValidation",
        "folds in time are the same each time",
    ),
    Invalid(
        "a step for no column",
        "ModelVersion",
        training(preprocessing={"steps": [{**STEP, "columns": []}]}),
        "spec.training.preprocessing.steps[0].columns",
        "at least 1",
    ),
    Invalid("a search of nothing", "ModelVersion", searched(), "spec.training.tuning.parameters", "at least 1"),
    Invalid(
        "a parameter that is searched twice", "ModelVersion", searched(RATE, RATE), "spec.training.tuning", "Duplicate"
    ),
    Invalid(
        "a search by another task's metric",
        "ModelVersion",
        searched(RATE, metric="rmse"),
        "spec.training.tuning.objective.metricName",
        "none of a Classification's metrics",
    ),
    Invalid(
        "a parameter that depends on one after it",
        "ModelVersion",
        searched({**RATE, "when": {"name": "boosting", "in": []}}),
        "spec.training.tuning.parameters[0].when.in",
        "at least 1",
    ),
    Invalid(
        "a halving of another algorithm",
        "ModelVersion",
        training(
            tuning={
                "algorithm": {"name": "TPE", "halving": {"factor": 3}},
                "objective": {"metricName": "roc_auc"},
                "parameters": [RATE],
            }
        ),
        "spec.training.tuning.algorithm.halving",
        "halving is of SuccessiveHalving alone",
    ),
    Invalid(
        "a halving of too few trials",
        "ModelVersion",
        training(
            tuning={
                "algorithm": {"name": "SuccessiveHalving"},
                "objective": {"metricName": "roc_auc"},
                "maxTrialCount": 12,
                "parameters": [RATE],
            }
        ),
        "spec.training.tuning.maxTrialCount",
        "under the 13 that three rungs of SuccessiveHalving take",
    ),
    Invalid(
        "steps of a logarithm",
        "ModelVersion",
        searched({**RATE, "feasibleSpace": {"min": 0.1, "max": 1, "step": 0.1, "distribution": "logUniform"}}),
        "spec.training.tuning.parameters[0].feasibleSpace.step",
        "steps go with uniform",
    ),
    Invalid(
        "an estimator and several",
        "ModelVersion",
        {**training(), "training": {**training()["training"], "automl": {"metric": "roc_auc"}}},
        "spec.training",
        "exactly one of estimator and automl",
    ),
    Invalid(
        "AutoML by another task's metric",
        "ModelVersion",
        automl(metric="rmse"),
        "spec.training.automl.metric",
        "none of a Classification's metrics",
    ),
    Invalid(
        "AutoML of another task's estimators",
        "ModelVersion",
        automl(estimators=["enet"]),
        "spec.training.automl.estimators",
        "what learns a Regression alone is among them: leave out enet",
    ),
    Invalid(
        "AutoML and a search",
        "ModelVersion",
        {**automl(), "training": {**automl()["training"], "tuning": searched(RATE)["training"]["tuning"]}},
        "spec.training.tuning",
        "automl searches by itself",
    ),
    Invalid(
        "a grid without steps",
        "ModelVersion",
        searched(RATE, algorithm="Grid"),
        "spec.training.tuning.parameters",
        "Grid needs a step of each double",
    ),
    Invalid(
        "a space of one end",
        "ModelVersion",
        searched({**RATE, "feasibleSpace": {"min": 1}}),
        "spec.training.tuning.parameters[0].feasibleSpace",
        "give both min and max, the smaller first",
    ),
    Invalid(
        "a space turned round",
        "ModelVersion",
        searched({**RATE, "feasibleSpace": {"min": 2, "max": 1}}),
        "spec.training.tuning.parameters[0].feasibleSpace",
        "the smaller first",
    ),
    Invalid(
        "orders of magnitude from nothing",
        "ModelVersion",
        searched({**RATE, "feasibleSpace": {"min": 0, "max": 1, "distribution": "logUniform"}}),
        "spec.training.tuning.parameters[0].feasibleSpace.distribution",
        "logUniform needs a min over 0",
    ),
    Invalid(
        "a category between two numbers",
        "ModelVersion",
        searched({**RATE, "parameterType": "categorical"}),
        "spec.training.tuning.parameters[0].feasibleSpace",
        "categorical and discrete have a list",
    ),
    Invalid(
        "neither training nor source", "ModelVersion", {"model": "m"}, "spec", "exactly one of training (train it here)"
    ),
    Invalid(
        "both training and source",
        "ModelVersion",
        {**training(), "source": {"storageUri": "s3://models/x.onnx"}},
        "spec",
        "exactly one of training (train it here)",
    ),
    Invalid(
        "a model from an unknown scheme",
        "ModelVersion",
        {"model": "m", "source": {"storageUri": "x.onnx"}},
        "spec.source.storageUri",
        "start it with s3://",
    ),
    Invalid(
        "an estimator of no known library",
        "ModelVersion",
        training(estimator={"name": "os.system"}),
        "spec.training.estimator.name",
        "such as sklearn.linear_model.LogisticRegression",
    ),
    Invalid(
        "an unknown task",
        "ModelVersion",
        training(task="Clustering"),
        "spec.training.task",
        '"Classification", "Regression"',
    ),
    Invalid(
        "the target among the features",
        "ModelVersion",
        training(features={"include": ["late", "carrier"]}),
        "spec.training.features.include",
        "the target can't be among the features",
    ),
    Invalid(
        "one fold",
        "ModelVersion",
        training(crossValidation={"folds": 1}),
        "spec.training.crossValidation.folds",
        "greater than or equal to 2",
    ),
    Invalid(
        "an unknown treatment of the unknown",
        "ModelVersion",
        training(preprocessing={"encode": {"handleUnknown": "Guess"}}),
        "spec.training.preprocessing.encode.handleUnknown",
        '"Ignore", "Error"',
    ),
    Invalid(
        "resources in words",
        "ModelVersion",
        training(resources={"requests": {"memory": "two gigabytes"}}),
        "spec.training.resources.requests.memory",
        "should match",
    ),
    Invalid("a gate without bound", "ModelVersion", gate(), "spec.gates[0]", "by min, by max, or by comparedTo"),
    Invalid(
        "a comparison without allowance",
        "ModelVersion",
        gate(comparedTo="Serving"),
        "spec.gates[0].maxRegression",
        "comparedTo: Serving and maxRegression go together",
    ),
    Invalid(
        "a gate on a metric that nobody takes",
        "ModelVersion",
        {
            "model": "flights-late",
            "source": {"storageUri": "s3://a/b.onnx"},
            "gates": [{"metric": "brier", "max": 0.1}],
        },
        "spec.gates",
        "a gate's metric is none that is taken: give one of roc_auc",
    ),
    Invalid(
        "a gate on a metric of another task",
        "ModelVersion",
        gate(metric="rmse", max=10),
        "spec.gates",
        "a gate's metric is none of a Classification's (roc_auc",
    ),
    Invalid(
        "a gate on two things",
        "ModelVersion",
        gate(min=0.9, cel="true"),
        "spec.gates[0]",
        "exactly one of metric, fairness, cel, latency, size",
    ),
    Invalid(
        "a quantile that nobody takes",
        "ModelVersion",
        {**training(), "gates": [{"latency": {"quantile": 0.7, "max": "5ms"}}]},
        "spec.gates[0].latency.quantile",
        "one of 0.5, 0.9, 0.95, 0.99",
    ),
    Invalid(
        "a size in words",
        "ModelVersion",
        {**training(), "gates": [{"size": {"max": "much"}}]},
        "spec.gates[0].size.max",
        "should match",
    ),
    Invalid(
        "a bound of the bytes, of which there is no doubt",
        "ModelVersion",
        {**training(), "gates": [{"size": {"max": "5Mi"}, "bound": "Interval"}]},
        "spec.gates[0].bound",
        "measured with doubt",
    ),
    Invalid(
        "a gate on groups that are not counted",
        "ModelVersion",
        {**training(), "gates": [{"fairness": "demographic_parity_ratio", "sensitive": "sex", "min": 0.8}]},
        "spec.gates",
        "none of spec.training.fairness.sensitive",
    ),
    Invalid(
        "groups of a number",
        "ModelVersion",
        training(task="Regression", fairness={"sensitive": ["sex"]}),
        "spec.training.fairness",
        "of which a Regression has none",
    ),
    Invalid(
        "a metric of one's own by a name that is taken",
        "ModelVersion",
        training(metrics=[{"name": "f1", "expression": "tp", "direction": "maximize"}]),
        "spec.training.metrics",
        "the name of one that is taken anyway",
    ),
    Invalid(
        "a gate that none can pass", "ModelVersion", gate(min=0.9, max=0.1), "spec.gates[0].min", "no model could pass"
    ),
    Invalid(
        "an unknown decision",
        "ModelVersion",
        {**training(), "approval": {"decision": "Maybe"}},
        "spec.approval.decision",
        '"Approved", "Rejected"',
    ),
)

VALID: tuple[tuple[str, str, Spec], ...] = (
    (
        "rows that weigh, folds drawn again, a cut, rounds and steps",
        "ModelVersion",
        training(
            weightColumn="seats",
            crossValidation={"strategy": "StratifiedGroup", "repeats": 3},
            decisionThreshold={"minimize": "cost"},
            metrics=[COST],
            earlyStopping={"patience": 20, "validation": 0.2},
            preprocessing={"steps": [STEP]},
        ),
    ),
    (
        "a search over every kind of parameter",
        "ModelVersion",
        training(
            tuning={
                "algorithm": {"name": "Random"},
                "objective": {"metricName": "log_loss", "goal": 0.3},
                "maxTrialCount": 40,
                "parallelTrialCount": 4,
                "maxFailedTrialCount": 2,
                "timeout": "2h",
                "trialResources": {"requests": {"cpu": "1"}},
                "parameters": [
                    {**RATE, "feasibleSpace": {"min": 0.01, "max": 1, "distribution": "logUniform"}},
                    {"name": "depth", "parameterType": "int", "feasibleSpace": {"min": 2, "max": 9, "step": 1}},
                    {"name": "leaves", "parameterType": "discrete", "feasibleSpace": {"list": [7, 15, 31]}},
                    {"name": "weight", "parameterType": "categorical", "feasibleSpace": {"list": ["balanced", None]}},
                ],
            }
        ),
    ),
    (
        "a training that says everything",
        "ModelVersion",
        {
            **training(
                features={"exclude": ["arr_delay"]},
                estimator={
                    "name": "sklearn.ensemble.StackingClassifier",
                    "params": {
                        "cv": 3,
                        "estimators": [
                            ["near", {"name": "sklearn.neighbors.KNeighborsClassifier", "params": {"p": 1}}]
                        ],
                    },
                },
                preprocessing={"scale": "Standard", "encode": {"handleUnknown": "Error"}},
                crossValidation={"folds": 5, "strategy": "Stratified"},
                seed=7,
                resources={"requests": {"cpu": 1, "memory": "1Gi"}, "limits": {"memory": "2Gi"}},
            ),
            "gates": [
                {"metric": "roc_auc", "min": 0.7},
                {"metric": "roc_auc", "comparedTo": "Serving", "maxRegression": 0.01},
            ],
            "approval": {"required": True},
        },
    ),
    ("an imported model", "ModelVersion", {"model": "m", "source": {"storageUri": "https://example.org/m.onnx"}}),
)
