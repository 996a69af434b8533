"""Small tables that no example has seen: numbers, categories, text, dates, missing values."""

from pathlib import Path

import numpy as np
import pandas as pd

ROWS = 600


def mixed(seed: int = 7, rows: int = ROWS) -> pd.DataFrame:
    """Orders: will one be returned? How many euros? By which of three carriers was it sent?"""
    random = np.random.default_rng(seed)
    price = random.lognormal(3, 0.7, rows)
    country = random.choice(np.array(["NL", "DE", "FR", None], object), rows, p=[0.5, 0.3, 0.15, 0.05])
    words = np.array(["soft", "blue", "large", "torn", "late", "fine"])
    note = [" ".join(random.choice(words, 3)) for _ in range(rows)]
    ordered = pd.Timestamp("2026-01-01") + pd.to_timedelta(random.integers(0, 300, rows), unit="D")
    torn = np.array(["torn" in text for text in note])
    return pd.DataFrame(
        {
            "order": np.arange(rows),
            "price": np.where(random.random(rows) < 0.05, np.nan, price.round(2)),
            "country": country,
            "note": note,
            "ordered": ordered,
            "returned": np.where(torn | (random.random(rows) < 0.1), "yes", "no"),
            "carrier": np.where(price > 30, "air", np.where(torn, "sea", "road")),
            "cost": (price * 0.1 + torn * 4 + random.normal(0, 0.3, rows)).round(3),
        }
    )


def csv(folder: Path, frame: pd.DataFrame, name: str = "orders.csv") -> Path:
    path = folder / name
    frame.to_csv(path, index=False)
    return path


def parquet(folder: Path, frame: pd.DataFrame, name: str = "orders.parquet") -> Path:
    path = folder / name
    frame.to_parquet(path, index=False)
    return path
