"""The same folds, fitted and judged by plain scikit-learn: `python -m tests.bench.trials.bare FILE.parquet`."""

import json
import sys
import time
from typing import Any

started = time.process_time()  # before the imports, which are told apart

import pandas as pd  # noqa: E402
from lightgbm import LGBMClassifier  # noqa: E402
from sklearn.model_selection import StratifiedKFold, cross_val_score  # noqa: E402

from tests.bench.trials.table import TARGET  # noqa: E402

PARAMS: dict[str, Any] = {"n_estimators": 50, "num_leaves": 31}
FOLDS, SEED = 3, 7


def main(path: str) -> None:
    imported = time.process_time()
    rows = pd.read_parquet(path)
    read = time.process_time()
    model = LGBMClassifier(**PARAMS, random_state=SEED, n_jobs=1, verbose=-1, deterministic=True, force_row_wise=True)
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=SEED)
    found = cross_val_score(model, rows.drop(columns=TARGET), rows[TARGET] == "yes", cv=folds, scoring="roc_auc")
    ended = time.process_time()
    cost = {"libraries": imported - started, "rows": read - imported, "folds": ended - read}
    print(json.dumps({"cost": cost, "roc_auc": float(found.mean())}))


if __name__ == "__main__":
    main(sys.argv[1])
