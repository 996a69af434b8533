"""Values of parameters with which a booster is served as it was trained, and why others aren't offered."""

TREES = "its ONNX form is of gradient boosted trees alone; leave it out"
PLACE = "a training pod has processors alone; leave it out"
STOPPING = "it needs rows to stop by, which spec.training.earlyStopping draws; use that"
BY_POSITION = "it goes by the position of encoded columns, which a spec doesn't know; leave it out"
ONE_TREE = "its ONNX form has one tree a round; use sklearn.ensemble.RandomForestClassifier for a forest"
LOSSES = "its ONNX form hasn't that loss; use another of "
Allowed = tuple[tuple[str | int | None, ...], str]


def _losses(*names: str) -> Allowed:
    return (None, *names), LOSSES + ", ".join(names)


XGBOOST: dict[str, Allowed] = {
    "booster": ((None, "gbtree"), TREES),
    "device": ((None, "cpu"), PLACE),
    "early_stopping_rounds": ((None,), STOPPING),
    "feature_weights": ((None,), BY_POSITION),
    "interaction_constraints": ((None,), BY_POSITION),
    "monotone_constraints": ((None,), BY_POSITION),
    "multi_strategy": ((None, "one_output_per_tree"), TREES),
    "num_parallel_tree": ((None, 1), ONE_TREE),
}
LIGHTGBM: dict[str, Allowed] = {"boosting_type": (("gbdt", "dart", "goss"), TREES)}
REGRESSION = ("squarederror", "absoluteerror", "pseudohubererror", "squaredlogerror", "gamma", "tweedie")
BY_CLASS: dict[str, dict[str, Allowed]] = {
    "XGBClassifier": XGBOOST | {"objective": _losses("binary:logistic", "multi:softprob")},
    "XGBRegressor": XGBOOST | {"objective": _losses(*(f"reg:{loss}" for loss in REGRESSION), "count:poisson")},
    "LGBMClassifier": LIGHTGBM | {"objective": _losses("binary", "multiclass")},
    "LGBMRegressor": LIGHTGBM
    | {"objective": _losses("regression", "regression_l1", "mae", "huber", "quantile", "poisson", "gamma", "tweedie")},
}
FAITHFUL = {(kind, parameter): allowed for kind, of in BY_CLASS.items() for parameter, allowed in of.items()}
