"""What a Dataset may say of a csv file and of dates."""

from typing import Any

import pytest
from pydantic import ValidationError

from colonnade_api.datasets.columns import ColumnRule
from colonnade_api.datasets.csv import Csv
from colonnade_api.datasets.sources import DataSource


@pytest.mark.parametrize(
    ("csv", "words"),
    [
        ({"decimal": ",", "thousands": ","}, "one character can't be both the decimal mark"),
        ({"delimiter": "'", "quote": "'"}, "one character can't be both the delimiter"),
        ({"delimiter": ";;"}, "at most 1 character"),
        ({"encoding": "klingon"}, "utf-8"),
        ({"skipRows": -1}, "greater than or equal to 0"),
    ],
)
def test_what_no_file_can_be_is_refused(csv: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        Csv.model_validate(csv)


def test_a_parquet_file_has_no_dialect() -> None:
    with pytest.raises(ValidationError, match="csv says how a csv file is written"):
        DataSource.model_validate({"storageUri": "file:///x", "format": "parquet", "csv": {"delimiter": ";"}})


def test_dates_have_bounds_of_their_own() -> None:
    rule = {"name": "d", "type": "date", "earliest": "2023-01-01", "latest": "2023-01-01T12:00:00Z"}
    assert ColumnRule.model_validate(rule).earliest == "2023-01-01"
    with pytest.raises(ValidationError, match="earliest must not come after latest"):
        ColumnRule.model_validate(rule | {"earliest": "2024-01-01"})
    with pytest.raises(ValidationError, match="earliest and latest bound dates"):
        ColumnRule.model_validate(rule | {"type": "number"})
    with pytest.raises(ValidationError, match="pattern"):
        ColumnRule.model_validate(rule | {"latest": "1.2.2023"})
