"""How a model is trained: on which data, by which estimator, after which preprocessing."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import Field, ValidationError, WithJsonSchema, model_validator

from colonnade_api.common import ColumnName, ObjectRef, Rule, Seed, SpecPart, cel_list
from colonnade_api.models.automl import AutoML
from colonnade_api.models.candidates import OF_ONE_TASK
from colonnade_api.models.crossvalidation import CrossValidation
from colonnade_api.models.earlystopping import EarlyStopping
from colonnade_api.models.fairness import Fairness
from colonnade_api.models.halving import ROWS
from colonnade_api.models.metrics import METRICS, Direction, Task, direction, names
from colonnade_api.models.ownmetrics import MOST_METRICS, OwnMetric
from colonnade_api.models.places import OF_PREPROCESSING, NoSuchPlace, put_by_path, put_nested
from colonnade_api.models.steps import MOST_STEPS, PreprocessingStep
from colonnade_api.models.threshold import BUILT_IN, DecisionThreshold
from colonnade_api.models.trials import Trial
from colonnade_api.models.tuning import Tuning
from colonnade_api.workload import Resources

ESTIMATOR_PATTERN = r"^(sklearn|xgboost|lightgbm)([.][A-Za-z_][A-Za-z0-9_]*)+$"
ColumnNames = Annotated[tuple[ColumnName, ...], Field(max_length=512)]
Params = Annotated[dict[str, Any], WithJsonSchema({"type": "object", "x-kubernetes-preserve-unknown-fields": True})]


def _candidates_of(task: Task) -> Rule:
    only = OF_ONE_TASK[task]
    return Rule(
        f"!has(self.automl) || self.task == '{task}' || !has(self.automl.estimators) || "
        f"!self.automl.estimators.exists(one, one in {cel_list(only)})",
        f"what learns a {task} alone is among them: leave out {', '.join(only)}",
        lambda training: (
            training.automl is None or training.task == task or not set(training.automl.estimators or ()) & set(only)
        ),
        field=".automl.estimators",
    )


def _metric_of(task: Task) -> Rule:
    return Rule(
        f"!has(self.automl) || self.task != '{task}' || self.automl.metric in {cel_list(names(task))} || "
        "(has(self.metrics) && self.metrics.exists(own, own.name == self.automl.metric))",
        f"none of a {task}'s metrics ({', '.join(names(task))}), nor of spec.training.metrics",
        lambda training: (
            training.automl is None
            or training.task != task
            or training.automl.metric in {*names(task), *(own.name for own in training.metrics or ())}
        ),
        field=".automl.metric",
    )


def _objective_of(task: Task) -> Rule:
    return Rule(
        f"!has(self.tuning) || self.task != '{task}' || self.tuning.objective.metricName in {cel_list(names(task))} || "
        "(has(self.metrics) && self.metrics.exists(own, own.name == self.tuning.objective.metricName))",
        f"none of a {task}'s metrics ({', '.join(names(task))}), nor of spec.training.metrics",
        lambda training: (
            training.tuning is None
            or training.task != task
            or training.tuning.objective.metric_name in {*names(task), *(own.name for own in training.metrics or ())}
        ),
        field=".tuning.objective.metricName",
    )


class Features(SpecPart):
    """Which columns the model sees."""

    include: ColumnNames = Field(
        default=(),
        description="The only columns to learn from. Left out: all but the target.",
        json_schema_extra={"x-kubernetes-list-type": "set"},
    )
    exclude: ColumnNames = Field(
        default=(),
        description="Columns not to learn from: those that are not known yet when the model is asked, those that tell "
        "the answer, names.",
        json_schema_extra={"x-kubernetes-list-type": "set"},
    )


class Estimator(SpecPart):
    """A class of scikit-learn, XGBoost or LightGBM, and its arguments."""

    name: Annotated[str, Field(min_length=1, max_length=200, pattern=ESTIMATOR_PATTERN)] = Field(
        description="Full name of a scikit-learn class, such as sklearn.ensemble.HistGradientBoostingClassifier, or "
        "one of xgboost.XGBClassifier, xgboost.XGBRegressor, lightgbm.LGBMClassifier, lightgbm.LGBMRegressor.",
        json_schema_extra={
            "x-kubernetes-validations": [
                {
                    "rule": f"self.matches('{ESTIMATOR_PATTERN}')",
                    "message": "give a class by its full name, such as sklearn.linear_model.LogisticRegression or "
                    "xgboost.XGBClassifier",
                }
            ]
        },
    )
    params: Params = Field(
        default={},
        description="Arguments of the class by the names of its scikit-learn interface, such as {max_iter: 200}. Where "
        "an argument is an estimator itself (stacking, calibration), write {name: sklearn..., params: {...}} in its "
        "place.",
    )


class Encode(SpecPart):
    """How categories become numbers."""

    handle_unknown: Literal["Ignore", "Error"] = Field(
        default="Ignore",
        description="What the served model does with a category that training never saw. Ignore: takes it as none of "
        "the known ones. Error: refuses the request, as scikit-learn's OneHotEncoder does by default.",
    )


class Preprocessing(SpecPart):
    """What happens to the features before the estimator; it is part of the model and served with it."""

    scale: Literal["Auto", "Standard", "None"] = Field(
        default="Auto",
        description="Whether numbers are scaled to mean 0 and deviation 1. Auto: where the estimator needs it (linear "
        "models, neighbours, networks) and not before trees, where it costs parity. Standard: always. None: never.",
    )
    encode: Encode = Field(default=Encode(), description="How categories become numbers.")
    steps: Annotated[tuple[PreprocessingStep, ...], Field(max_length=MOST_STEPS)] | None = Field(
        default=None,
        description="Transformers for columns by name, in order, in the place of their usual encoding and scaling. "
        "Left out: each column is encoded by its kind.",
        json_schema_extra={"x-kubernetes-list-type": "atomic"},
    )
    cleaning: Literal["FromDataset", "None"] | None = Field(
        default=None,
        description="Whether the Dataset's trim, lowercase, replace, clip and fillMissing are done to each request, so "
        "that a raw row gets the answer of the cleaned one. FromDataset, which holds when left out: those that the "
        "version records, which it does once one of its steps is lowercase, replace or clip. None: requests bring "
        "cleaned rows.",
    )


def _cut_by(way: Direction, built_in: tuple[str, ...]) -> Rule:
    """decisionThreshold.maximize and minimize name a metric of that direction."""
    cut = f"self.decisionThreshold.{way}"
    return Rule(
        f"!has(self.decisionThreshold) || !has({cut}) || {cut} in {cel_list(built_in)} || (has(self.metrics) && "
        f"self.metrics.exists(own, own.name == {cut} && own.direction == '{way}'))",
        f"name {', '.join([*built_in, ''])}{'or ' if built_in else ''}one of spec.training.metrics whose direction is "
        f"{way}",
        lambda training: (
            training.decision_threshold is None
            or (named := getattr(training.decision_threshold, way)) is None
            or named in {*built_in, *(one.name for one in training.metrics or () if one.direction == way)}
        ),
        field=f".decisionThreshold.{way}",
    )


class Training(SpecPart):
    """A training run: the same training on the same data makes the same model."""

    rules = (
        Rule(
            "!has(self.features) || !has(self.features.include) || !(self.target in self.features.include)",
            "the target can't be among the features: take it out of include",
            lambda training: training.target not in training.features.include,
            field=".features.include",
        ),
        Rule(
            f"!has(self.metrics) || self.metrics.all(metric, !(metric.name in {cel_list(m.name for m in METRICS)}))",
            "a metric of your own has the name of one that is taken anyway: give it another",
            lambda training: not {m.name for m in training.metrics or ()} & {m.name for m in METRICS},
            field=".metrics",
        ),
        Rule(
            "!has(self.fairness) || self.task == 'Classification'",
            "fairness compares the answers that groups get, of which a Regression has none: leave it out",
            lambda training: training.fairness is None or training.task == "Classification",
            field=".fairness",
        ),
        Rule(
            "!has(self.fairness) || !(self.target in self.fairness.sensitive)",
            "the target can't be sensitive: name the columns that tell groups of people apart",
            lambda training: training.fairness is None or training.target not in training.fairness.sensitive,
            field=".fairness.sensitive",
        ),
        Rule(
            "has(self.estimator) != has(self.automl)",
            "say what learns by exactly one of estimator and automl",
            lambda training: (training.estimator is None) != (training.automl is None),
        ),
        Rule(
            "!has(self.automl) || !has(self.tuning)",
            "automl searches by itself: leave out tuning",
            lambda training: training.automl is None or training.tuning is None,
            field=".tuning",
        ),
        _candidates_of("Classification"),
        _candidates_of("Regression"),
        _metric_of("Classification"),
        _metric_of("Regression"),
        _objective_of("Classification"),
        _objective_of("Regression"),
        Rule(
            "!has(self.weightColumn) || (self.weightColumn != self.target && (!has(self.features) || "
            "!has(self.features.include) || !(self.weightColumn in self.features.include)))",
            "weightColumn says what a row counts: it can't be the target, nor among the features",
            lambda training: training.weight_column not in {training.target, *training.features.include},
            field=".weightColumn",
        ),
        Rule(
            "!has(self.decisionThreshold) || self.task == 'Classification'",
            "a decisionThreshold tells two classes apart, of which a Regression has none: leave it out",
            lambda training: training.decision_threshold is None or training.task == "Classification",
            field=".decisionThreshold",
        ),
        _cut_by("maximize", BUILT_IN),
        _cut_by("minimize", ()),
    )

    dataset_ref: ObjectRef = Field(
        description="The Dataset to train on; its current version is pinned in status when training begins."
    )
    target: ColumnName = Field(description="The column to predict.")
    features: Features = Field(
        default=Features(), description="Which columns the model sees. Left out: all but the target."
    )
    task: Literal["Classification", "Regression"] = Field(
        description="Classification: the target is one of few classes. Regression: the target is a number."
    )
    estimator: Estimator | None = Field(
        default=None, description="The class that learns: scikit-learn's, XGBoost's or LightGBM's."
    )
    automl: AutoML | None = Field(
        default=None, description="In place of one estimator: a search over several of them, each with its parameters."
    )
    preprocessing: Preprocessing = Field(
        default=Preprocessing(), description="What happens to the features before the estimator."
    )
    weight_column: ColumnName | None = Field(
        default=None,
        description="The column that says what a row counts, a number of 0 or more, in the fit and in each metric and "
        "interval; not learnt from. Left out: each counts the same.",
    )
    early_stopping: EarlyStopping | None = Field(
        default=None,
        description="How many rounds a booster or a network learns, n_estimators or max_iter at most. Left out: as "
        "many as its arguments say.",
    )
    decision_threshold: DecisionThreshold | None = Field(
        default=None,
        description="From which probability on the label is the second of two classes. Left out: the label is the "
        "estimator's own, as a rule the likelier class.",
    )
    cross_validation: CrossValidation | None = Field(
        default=None,
        description="How much the metrics vary over parts of the training rows. Left out: only the held-out rows are "
        "judged.",
    )
    tuning: Tuning | None = Field(
        default=None,
        description="A search for the estimator's best parameters, by trials on the training rows. Left out: "
        "estimator.params as they are.",
    )
    fairness: Fairness | None = Field(
        default=None,
        description="On which groups of people the model is judged, one by one. Left out: on none.",
    )
    metrics: Annotated[tuple[OwnMetric, ...], Field(max_length=MOST_METRICS)] | None = Field(
        default=None,
        description="Metrics of your own, beside those that each task has.",
        json_schema_extra={"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"]},
    )
    seed: Seed = Field(
        default=0, description="Start of every random draw; the same seed, data and spec make the same model."
    )
    resources: Resources = Field(default=Resources(), description="What the training pod asks for and may use.")

    @model_validator(mode="after")
    def _can_be_searched(self) -> Self:
        tuning = self.tuning
        if tuning is None:
            return self
        for index, one in enumerate(tuning.parameters):
            try:
                self.tuned({one.name: (one.feasible_space.list_ or (one.feasible_space.min,))[0]})
            except NoSuchPlace as error:
                raise ValueError(f"tuning.parameters[{index}].name: {error}") from error
        self._check_halving(tuning)
        return self

    def _check_halving(self, tuning: Tuning) -> None:
        halving = tuning.algorithm.rungs
        if halving is None or halving.resource == ROWS:
            return
        whole, field = self.learner.params.get(halving.resource), "tuning.algorithm.halving.resource"
        least = halving.factor ** (halving.rungs - 1)
        if not isinstance(whole, int | float) or whole < least:
            raise ValueError(f"{field}: estimator.params has to have {halving.resource}, a number of at least {least}")
        if halving.resource in (one.name for one in tuning.parameters):
            raise ValueError(f"{field}: {halving.resource} can't be searched for as well")

    @property
    def search(self) -> Tuning | None:
        """What is searched for by trials; None where all is said."""
        return self.automl.tuning(self.task) if self.automl else self.tuning

    @property
    def learner(self) -> Estimator:
        """The one estimator. Raises ValueError of an AutoML that has not been settled yet."""
        if self.estimator is None:
            raise ValueError("spec.training.automl: which estimator learns is not known before its trials have ended")
        return self.estimator

    @property
    def objective(self) -> Direction:
        """Which way its search is better. Raises UnknownMetric where there is none."""
        return direction(self.search.objective.metric_name if self.search else "", self.metrics or ())

    def better(self, one: float, other: float) -> bool:
        """Whether one objective is better than another."""
        return one > other if self.objective == "maximize" else one < other

    def reached(self, value: float) -> bool:
        """Whether an objective is good enough."""
        goal = self.search.objective.goal if self.search else None
        return goal is not None and not self.better(goal, value)

    def ranked(self, trials: Iterable[Trial]) -> list[Trial]:
        """Those that have an objective, the best first; of equals the first by number."""
        known = sorted((trial for trial in trials if trial.value is not None), key=lambda trial: trial.number)
        return sorted(known, key=lambda trial: trial.value or 0.0, reverse=self.objective == "maximize")

    def best(self, trials: Iterable[Trial]) -> Trial | None:
        return next(iter(self.ranked(trials)), None)

    def tuned(self, parameters: Mapping[str, Any]) -> "Training":
        """As it would be written without a search, with these parameters. Raises NoSuchPlace."""
        of_estimator = {name: value for name, value in parameters.items() if not name.startswith(OF_PREPROCESSING)}
        before = {name: value for name, value in parameters.items() if name.startswith(OF_PREPROCESSING)}
        preprocessing = self._preprocessed(before) if before else self.preprocessing
        if self.automl:
            name, params = self.automl.written_out(self.task, of_estimator)
            return self.model_copy(update={"estimator": Estimator(name=name, params=params), "automl": None})
        params = self.learner.params
        for name, value in of_estimator.items():
            params = put_nested(params, name, value)
        estimator = self.learner.model_copy(update={"params": params})
        return self.model_copy(update={"estimator": estimator, "preprocessing": preprocessing, "tuning": None})

    def _preprocessed(self, parameters: Mapping[str, Any]) -> Preprocessing:
        tree = self.preprocessing.manifest()
        for name, value in parameters.items():
            tree = put_by_path(tree, name.removeprefix(OF_PREPROCESSING).split("."), value)
        try:
            return Preprocessing.model_validate(tree)
        except ValidationError as error:
            raise NoSuchPlace(f"{', '.join(parameters)}: {error.errors()[0]['msg']}") from error
