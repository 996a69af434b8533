"""A table to search on: numbers of which some tell the target, no missing values."""

import numpy as np
import pandas as pd

COLUMNS = 12
TARGET = "late"


def table(rows: int, seed: int = 7) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    values = random.normal(size=(rows, COLUMNS)).round(4)
    tells = values[:, 0] + values[:, 1] * values[:, 2] + random.normal(size=rows)
    frame = pd.DataFrame(values, columns=[f"x{n}" for n in range(COLUMNS)])
    frame[TARGET] = np.where(tells > 0.8, "yes", "no")
    return frame
