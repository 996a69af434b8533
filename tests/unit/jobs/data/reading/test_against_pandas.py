"""Real tables, read as pandas reads them."""

import pandas as pd
import pytest

from colonnade_jobs.data.reading.missing import NULLS
from tests.unit.jobs.data import plain_tables
from tests.unit.jobs.harness import Harness

TABLES = ["airlines.csv", "airports.csv", "planes.csv", "weather.csv", "flights.csv", "iris.csv", "wine.csv"]
TABLES += ["breast_cancer.csv", "diabetes.csv", "zipped.csv.gz"]


@pytest.mark.parametrize("name", TABLES)
def test_a_real_table_is_what_pandas_makes_of_it(harness: Harness, name: str) -> None:
    path = plain_tables.write(name, harness.folder)
    found = harness.table(harness.dataset(f"file://{path}"))
    expected = pd.read_csv(path, keep_default_na=False, na_values=["", *NULLS])
    for column in found.select_dtypes("datetime"):
        expected[column] = pd.to_datetime(expected[column], utc=True).dt.tz_localize(None)
    pd.testing.assert_frame_equal(found, expected, check_dtype=False, check_exact=True)
