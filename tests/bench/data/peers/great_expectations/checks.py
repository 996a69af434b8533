"""The checks of a Dataset by Great Expectations, as its documentation has them: a suite, validated on a data frame."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

import great_expectations as gx
import great_expectations.expectations as gxe
import tables

TYPES = {"integer": "int64", "number": "float64", "boolean": "bool"}


def check(spec: tables.Spec, frame: Any) -> dict[str, list[int]]:
    """The rows that break each rule."""
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    asset = context.data_sources.add_pandas("rows").add_dataframe_asset("rows")
    batch = asset.add_batch_definition_whole_dataframe("all").get_batch({"dataframe": frame})
    wanted = dict(demands(spec))
    suite = context.suites.add(gx.ExpectationSuite("rows", expectations=list(wanted.values())))
    result = batch.validate(suite, result_format={"result_format": "COMPLETE", "return_unexpected_index_query": False})
    labels = {one.id: label for label, one in zip(wanted, suite.expectations, strict=True)}
    return {labels[one.expectation_config.id]: rows(one) for one in result.results if not one.success}


def rows(result: Any) -> list[int]:
    """The index of those that a result objects to."""
    if "unexpected_index_list" not in result.result:
        raise RuntimeError(f"{result.expectation_config.type}: {result.exception_info or result.result}")
    return result.result["unexpected_index_list"]


def demands(spec: tables.Spec) -> Iterator[tuple[str, Any]]:
    """An expectation for each demand of the schema and each rule, by name."""
    for column in spec["schema"]["columns"]:
        name = column["name"]
        if column["type"] in TYPES:
            yield f"{name} type", gxe.ExpectColumnValuesToBeOfType(column=name, type_=TYPES[column["type"]])
        if not column.get("nullable"):
            yield f"{name} missing", gxe.ExpectColumnValuesToNotBeNull(column=name)
        low, high = column.get("min"), column.get("max")
        if low is not None or high is not None:
            yield f"{name} bounds", gxe.ExpectColumnValuesToBeBetween(column=name, min_value=low, max_value=high)
        if "pattern" in column:
            yield f"{name} pattern", gxe.ExpectColumnValuesToMatchRegex(column=name, regex=column["pattern"])
        if "allowed" in column:
            yield f"{name} allowed", gxe.ExpectColumnValuesToBeInSet(column=name, value_set=column["allowed"])
    for rule in spec["validation"].get("rules", []):
        larger, smaller = rule["expression"].split(" >= ")
        yield (
            rule["name"],
            gxe.ExpectColumnPairValuesAToBeGreaterThanB(
                column_A=larger, column_B=smaller, or_equal=True, ignore_row_if="either_value_is_missing"
            ),
        )
    if key := spec["schema"]["uniqueKey"]:
        yield f"{', '.join(key)} repeated", unique(key)


def unique(key: list[str]) -> Any:
    """The expectation that no two rows are alike in the key."""
    if len(key) > 1:
        return gxe.ExpectCompoundColumnsToBeUnique(column_list=key)
    return gxe.ExpectColumnValuesToBeUnique(column=key[0])


if __name__ == "__main__":
    tables.run(check)
