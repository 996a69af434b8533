"""Specs that are right, and specs that are wrong in one thing, with what the refusal must say."""

from typing import Any, NamedTuple

from tests.api.expectations import BROKEN, FULL

Spec = dict[str, Any]


class Invalid(NamedTuple):
    """A wrong spec. field and hint: what the API server's message has to hold."""

    about: str
    kind: str
    spec: Spec
    field: str
    hint: str


def dataset(**spec: Any) -> Spec:
    return {"source": {"storageUri": "s3://raw/flights.parquet"}, **spec}


def columns(*given: Spec) -> Spec:
    return dataset(schema={"columns": [{"name": "a", **column} for column in given]})


def training(**changes: Any) -> Spec:
    estimator = {"name": "sklearn.linear_model.LogisticRegression"}
    usual = {"datasetRef": {"name": "flights"}, "target": "late", "task": "Classification", "estimator": estimator}
    return {"model": "flights-late", "training": {**usual, **changes}}


def gate(**given: Any) -> Spec:
    return {**training(), "gates": [{"metric": "roc_auc", **given}]}


def deployment(**spec: Any) -> Spec:
    return {"model": {"name": "flights-late"}, **spec}


def canary(*steps: Spec, **given: Any) -> Spec:
    return deployment(strategy={"canary": {"steps": list(steps), **given}})


def policy(*signals: Spec, **spec: Any) -> Spec:
    return {"signals": [{"name": "it", **signal} for signal in signals], **spec}


DURATION = "such as 250ms, 30s, 10m, 24h"
ERRORS = {"type": "ErrorRate", "max": 0.01}


def query(*datasets: Spec, **source: Any) -> Spec:
    return dataset(source={"query": {"datasets": list(datasets), "statement": "SELECT 1"}, **source})


SQL = {"connectionSecretRef": {"name": "shop", "key": "uri"}, "statement": "SELECT 1"}


def privacy(*rules: Spec, **given: Any) -> Spec:
    return dataset(privacy={"rules": [{"column": "a", **rule} for rule in rules], **given})


def searched(*parameters: Spec, metric: str = "roc_auc", algorithm: str = "TPE") -> Spec:
    objective = {"metricName": metric}
    return training(tuning={"algorithm": {"name": algorithm}, "objective": objective, "parameters": list(parameters)})


RATE = {"name": "learning_rate", "parameterType": "double", "feasibleSpace": {"min": 0.01, "max": 1}}


INVALID = (
    Invalid("a search of nothing", "ModelVersion", searched(), "spec.training.tuning.parameters", "at least 1"),
    Invalid(
        "a parameter that is searched twice", "ModelVersion", searched(RATE, RATE), "spec.training.tuning", "Duplicate"
    ),
    Invalid(
        "a search by another task's metric",
        "ModelVersion",
        searched(RATE, metric="rmse"),
        "spec.training.tuning.objective.metricName",
        "rmse, mae and r2 are of a Regression",
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
        "a pseudonym without a key",
        "Dataset",
        privacy({"action": "Pseudonymize"}),
        "spec.privacy.pseudonyms",
        "Pseudonymize needs a key: name its Secret in pseudonyms.keySecretRef",
    ),
    Invalid(
        "generalized to nothing",
        "Dataset",
        privacy({"action": "Generalize"}),
        "spec.privacy.rules[0].to",
        "write zip3, year, decade, age or bins",
    ),
    Invalid(
        "bins without edges",
        "Dataset",
        privacy({"action": "Generalize", "to": "bins"}),
        "spec.privacy.rules[0].edges",
        "edges go with to: bins",
    ),
    Invalid(
        "edges that descend",
        "Dataset",
        privacy({"action": "Generalize", "to": "bins", "edges": [2, 1]}),
        "spec.privacy.rules[0].edges",
        "edges must ascend",
    ),
    Invalid(
        "kept without a reason",
        "Dataset",
        privacy({"action": "Keep"}),
        "spec.privacy.rules[0].because",
        "say why in because",
    ),
    Invalid(
        "diversity without groups",
        "Dataset",
        privacy(lDiversity={"sensitive": "b", "l": 2}),
        "spec.privacy.lDiversity",
        "write kAnonymity.quasiIdentifiers too",
    ),
    Invalid(
        "sensitive and identifying",
        "Dataset",
        privacy(kAnonymity={"quasiIdentifiers": ["b"], "k": 2}, lDiversity={"sensitive": "b", "l": 2}),
        "spec.privacy.lDiversity",
        "a sensitive column can't be a quasi-identifier too",
    ),
    Invalid(
        "a query beside an address",
        "Dataset",
        query({"name": "flights"}, storageUri="s3://raw/a.csv"),
        "spec.source",
        "exactly one of storageUri",
    ),
    Invalid(
        "two tables of one name",
        "Dataset",
        query({"name": "flights"}, {"name": "weather", "alias": "Flights"}),
        "spec.source.query.datasets",
        "give one of them an alias",
    ),
    Invalid(
        "a query on a schedule",
        "Dataset",
        query({"name": "flights"}, refresh={"schedule": "@daily"}),
        "spec.source",
        "whenever one of its Datasets has a new version",
    ),
    Invalid("a query over nothing", "Dataset", query(), "spec.source.query.datasets", "at least 1"),
    Invalid(
        "a database with a file's format",
        "Dataset",
        dataset(source={"sql": SQL, "format": "csv"}),
        "spec.source",
        "sql reads none",
    ),
    Invalid("no source", "Dataset", {}, "spec.source", "Required value"),
    Invalid("neither address nor upload", "Dataset", dataset(source={}), "spec.source", "exactly one of storageUri"),
    Invalid(
        "both address and upload",
        "Dataset",
        dataset(source={"storageUri": "s3://raw/a.csv", "upload": {}}),
        "spec.source",
        "exactly one of storageUri",
    ),
    Invalid(
        "an unknown scheme",
        "Dataset",
        dataset(source={"storageUri": "ftp://raw/a.csv"}),
        "spec.source.storageUri",
        "start it with s3://",
    ),
    Invalid(
        "unprotected http",
        "Dataset",
        dataset(source={"storageUri": "http://raw/a.csv"}),
        "spec.source.storageUri",
        "insecure: true",
    ),
    Invalid(
        "a refresh of what is pushed",
        "Dataset",
        dataset(source={"upload": {}, "refresh": {"schedule": "@daily"}}),
        "spec.source.refresh",
        "an upload is new when someone pushes it",
    ),
    Invalid(
        "a schedule in words",
        "Dataset",
        dataset(source={"storageUri": "s3://raw/a.csv", "refresh": {"schedule": "every day"}}),
        "spec.source.refresh.schedule",
        "five cron fields",
    ),
    Invalid(
        "an unknown format",
        "Dataset",
        dataset(source={"storageUri": "s3://raw/a.xlsx", "format": "excel"}),
        "spec.source.format",
        'supported values: "csv", "parquet"',
    ),
    Invalid("an unknown field", "Dataset", dataset(colour={}), "spec.colour", "unknown field"),
    Invalid("an unknown type", "Dataset", columns({"type": "float"}), "spec.schema.columns[0].type", '"number"'),
    Invalid(
        "a column twice",
        "Dataset",
        columns({"type": "number"}, {"type": "integer"}),
        "spec.schema.columns[1]",
        "Duplicate value",
    ),
    Invalid(
        "bounds on a category",
        "Dataset",
        columns({"type": "category", "min": 1}),
        "spec.schema.columns[0]",
        "set type to number or integer",
    ),
    Invalid(
        "a pattern for a number",
        "Dataset",
        columns({"type": "number", "pattern": "x"}),
        "spec.schema.columns[0]",
        "set type to category, string or text",
    ),
    Invalid(
        "min above max",
        "Dataset",
        columns({"type": "number", "min": 2, "max": 1}),
        "spec.schema.columns[0].min",
        "min must not exceed max",
    ),
    Invalid(
        "a share over one",
        "Dataset",
        dataset(validation={"maxInvalidFraction": 1.5}),
        "spec.validation.maxInvalidFraction",
        "less than or equal to 1",
    ),
    Invalid(
        "two cleanings in one step",
        "Dataset",
        dataset(cleaning=[{"trim": {}, "dropDuplicates": {}}]),
        "spec.cleaning[0]",
        "exactly one of dropDuplicates, fillMissing, trim",
    ),
    Invalid("an empty step", "Dataset", dataset(cleaning=[{}]), "spec.cleaning[0]", "exactly one of dropDuplicates"),
    Invalid(
        "a replacement of nothing",
        "Dataset",
        dataset(cleaning=[{"replace": {"column": "a"}}]),
        "spec.cleaning[0].replace",
        "give values",
    ),
    Invalid(
        "a replacement of what is missing",
        "Dataset",
        dataset(cleaning=[{"replace": {"column": "a", "values": {"": "x"}}}]),
        "spec.cleaning[0].replace.values",
        "by fillMissing",
    ),
    Invalid(
        "a clip without a bound",
        "Dataset",
        dataset(cleaning=[{"clip": {"column": "a"}}]),
        "spec.cleaning[0].clip",
        "min, max or both",
    ),
    Invalid(
        "a clip that lets nothing through",
        "Dataset",
        dataset(cleaning=[{"clip": {"column": "a", "min": 2, "max": 1}}]),
        "spec.cleaning[0].clip.min",
        "min must not exceed max",
    ),
    Invalid(
        "a format of booleans",
        "Dataset",
        dataset(cleaning=[{"parse": {"column": "a", "type": "boolean", "format": "yes"}}]),
        "spec.cleaning[0].parse.format",
        "format goes with type",
    ),
    Invalid(
        "a constant without value",
        "Dataset",
        dataset(cleaning=[{"fillMissing": {"column": "a", "strategy": "constant"}}]),
        "spec.cleaning[0].fillMissing.value",
        "strategy: constant",
    ),
    Invalid(
        "a split in two ways",
        "Dataset",
        dataset(split={"stratifyBy": "late", "timeColumn": "day"}),
        "spec.split",
        "name one of the two",
    ),
    Invalid(
        "everything held out",
        "Dataset",
        dataset(split={"test": 1.0}),
        "spec.split.test",
        "should be less than 1",
    ),
    *(
        Invalid(
            wrong.about, "Dataset", dataset(validation=wrong.validation), f"spec.validation{wrong.field}", wrong.hint
        )
        for wrong in BROKEN
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
        policy({**ERRORS, "action": "Retrain"}),
        "spec.signals[0].action",
        '"Rollback", "Hold", "Alert"',
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
        "a table about people",
        "Dataset",
        privacy(
            {"action": "Pseudonymize", "article": "GDPR 4(5)"},
            pseudonyms={"keySecretRef": {"name": "pseudonyms", "key": "key"}},
            kAnonymity={"quasiIdentifiers": ["zip", "age"], "k": 5, "action": "Reject"},
            lDiversity={"sensitive": "diagnosis", "l": 2},
        ),
    ),
    (
        "a column in bins, and one kept",
        "Dataset",
        dataset(
            purpose="late flights",
            lawfulBasis="Contract",
            sensitivity="Restricted",
            privacy={
                "rules": [
                    {"column": "age", "action": "Generalize", "to": "bins", "edges": [18, 65]},
                    {"column": "sex", "action": "Keep", "because": "fairness is measured by it"},
                ]
            },
        ),
    ),
    ("an upload", "Dataset", {"source": {"upload": {}}}),
    ("all that a table can be held against", "Dataset", dataset(validation=FULL)),
    ("a replacement by a value", "Dataset", dataset(cleaning=[{"replace": {"column": "a", "values": {"x": "y"}}}])),
    ("a replacement by nothing", "Dataset", dataset(cleaning=[{"replace": {"column": "a", "missing": ["x"]}}])),
    ("a join", "Dataset", query({"name": "flights"}, {"name": "weather-hourly", "alias": "w"})),
    ("a database", "Dataset", {"source": {"sql": SQL, "refresh": {"schedule": "@daily"}}}),
    (
        "a whole table",
        "Dataset",
        {
            "source": {
                "storageUri": "s3://raw/flights/*.parquet",
                "secretRef": {"name": "raw"},
                "format": "parquet",
                "refresh": {"schedule": "*/15 6-22 * * Mon-Fri"},
            },
            "description": "Departures from New York",
            "owner": "data@example.org",
            "license": "CC0-1.0",
            "schema": {
                "uniqueKey": ["flight id"],
                "columns": [
                    {"name": "flight id", "type": "string", "unique": True},
                    {"name": "dep_delay", "type": "number", "nullable": True, "min": -120, "max": 1500},
                    {"name": "carrier", "type": "category", "allowed": ["UA", "AA", "DL"]},
                    {"name": "tailnum", "type": "string", "pattern": "^N[0-9A-Z]+$"},
                ],
            },
            "validation": {"onInvalid": "Reject", "maxInvalidFraction": 0},
            "cleaning": [
                {"rename": {"from": "Carrier", "to": "carrier"}},
                {"parse": {"column": "time_hour", "type": "date", "format": "%d.%m.%Y"}},
                {"lowercase": {"columns": ["carrier"]}},
                {"replace": {"column": "carrier", "values": {"ev": "9e"}, "missing": ["n/a"]}},
                {"clip": {"column": "air_time", "min": 0, "max": 1500}},
                {"dropRows": {"where": "air_time = 0 OR dep_delay > 1500"}},
                {"dropDuplicates": {}},
                {"fillMissing": {"column": "air_time", "strategy": "median"}},
                {"fillMissing": {"column": "gate", "strategy": "constant", "value": "none"}},
                {"trim": {"columns": ["carrier"]}},
            ],
            "split": {"test": 0.2, "stratifyBy": "late", "seed": 7},
        },
    ),
    ("plain http that is meant", "Dataset", dataset(source={"storageUri": "http://raw/a.csv", "insecure": True})),
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
            ],
            "noData": {"hold": "10m", "then": "Rollback"},
        },
    ),
)
