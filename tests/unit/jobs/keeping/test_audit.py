"""What is stored is read again: each bit, and the rows by today's rules."""

from typing import Any

import pytest

from colonnade_api.jobs.keeping import shortly
from tests.unit.jobs.keeper import MORE, ROWS, Keeper


def test_whole_versions_are_proven(keeper: Keeper) -> None:
    keeper.collected(ROWS)
    keeper.collected(MORE)
    answer = keeper.keep("Audit")
    assert (answer.outcome, answer.reason) == ("Succeeded", "Proven")
    assert answer.message == "2 versions are, byte for byte, what their digests say"
    assert answer.done == tuple(map(shortly, keeper.digests))


@pytest.mark.parametrize("name", ["data.parquet", "quarantine.parquet", "report.json", "version.json"])
def test_a_flipped_bit_is_found_by_the_blobs_name_and_healed_from_the_backup(keeper: Keeper, name: str) -> None:
    first, second = keeper.collected(ROWS), keeper.collected(MORE)
    keeper.keep("BackUp")
    whole = keeper.files()
    keeper.flip_a_bit(keeper.blob(first, name))
    backup = keeper.spec.pop("backup")
    alone = keeper.keep("Audit")
    assert (alone.outcome, alone.reason) == ("Failed", "Damaged")
    assert f"datasets/{first[7:]}/{name} is not what" in alone.message
    assert "1 of 2 versions are damaged; there is no backup to heal it from" in alone.message
    assert alone.done == (shortly(second),)
    keeper.spec["backup"] = backup
    healed = keeper.keep("Audit")
    assert (healed.outcome, healed.reason) == ("Succeeded", "Healed")
    assert f"datasets/{first[7:]}/{name}" in healed.message
    assert keeper.files() == whole


def test_a_version_that_is_gone_is_said(keeper: Keeper) -> None:
    digest = keeper.collected(ROWS)
    keeper.lose("store", keeper.stored(digest, "version.json"))
    answer = keeper.keep("Audit")
    assert answer.reason == "Damaged"
    assert f"datasets/{digest[7:]}/version.json is gone" in answer.message


def test_rows_that_break_todays_rules_are_counted(keeper: Keeper) -> None:
    keeper.collected(ROWS)
    keeper.spec["schema"] = {"columns": [{"name": "age", "type": "integer", "max": 50}]}
    answer = keeper.keep("Audit")
    assert (answer.outcome, answer.reason) == ("Failed", "RulesBroken")
    assert "1 of 3 rows break today's rules; most: age over 50 (1 rows)" in answer.message
    assert answer.done == (shortly(keeper.digests[0]),), "its bytes are right"


def test_rows_that_keep_todays_rules_are_proven(keeper: Keeper) -> None:
    table = {"uniqueKey": ["id"], "columns": [{"name": "age", "type": "integer", "max": 60}]}
    keeper.collected(ROWS, schema=table)
    keeper.spec["schema"] = table
    assert keeper.keep("Audit").reason == "Proven"


def test_rules_on_protected_columns_are_left_out_and_said(keeper: Keeper) -> None:
    table = {"uniqueKey": ["id"], "columns": [{"name": "age", "type": "integer"}, {"name": "city", "type": "category"}]}
    privacy = {"rules": [{"column": "age", "action": "Mask"}, {"column": "id", "action": "Drop"}]}
    keeper.collected(ROWS, schema=table, privacy=privacy)
    keeper.spec |= {"schema": table, "privacy": privacy}
    answer = keeper.keep("Audit")
    assert (answer.outcome, answer.reason) == ("Succeeded", "Proven")
    assert "rules on age, id speak of rows before spec.privacy: not checked again" in answer.message
    keeper.spec.pop("privacy")
    assert keeper.keep("Audit").reason == "Proven", "what was masked then is masked still"


def test_rules_on_other_columns_of_a_protected_table_are_checked(keeper: Keeper) -> None:
    privacy = {"rules": [{"column": "age", "action": "Mask"}]}
    keeper.collected(ROWS, privacy=privacy)
    keeper.spec |= {"privacy": privacy, "schema": {"columns": [{"name": "id", "type": "integer", "max": 2}]}}
    assert keeper.keep("Audit").reason == "RulesBroken"


def test_rows_that_break_a_rule_across_columns_are_counted(keeper: Keeper) -> None:
    keeper.collected(ROWS)
    keeper.spec["validation"] = {"rules": [{"name": "young", "expression": "age < 50 AND ID > 0"}]}
    answer = keeper.keep("Audit")
    assert (answer.outcome, answer.reason) == ("Failed", "RulesBroken")
    assert "1 of 3 rows break today's rules; most: young (1 rows)" in answer.message
    keeper.spec["validation"]["rules"][0]["action"] = "Warn"
    assert keeper.keep("Audit").reason == "Proven"


def test_a_rule_that_cannot_be_computed_is_said(keeper: Keeper) -> None:
    keeper.collected(ROWS)
    keeper.spec["validation"] = {"rules": [{"name": "young", "expression": "aeg < 50"}]}
    answer = keeper.keep("Audit")
    assert answer.reason == "RulesBroken"
    assert "spec.validation.rules[0].expression: the source has no column aeg; did you mean age?" in answer.message


@pytest.mark.parametrize(
    ("validation", "words"),
    [
        ({"rowCount": {"min": 4}}, "3 rows are fewer than rowCount.min, 4"),
        ({"representation": [{"column": "city", "values": {"Chur": {"min": 0.5}}}]}, "Chur has 33.3 % (at least 50 %)"),
    ],
)
def test_what_today_is_asked_of_the_whole_table_is_asked_of_what_is_stored(
    keeper: Keeper, validation: dict[str, Any], words: str
) -> None:
    keeper.collected(ROWS)
    keeper.spec["validation"] = validation
    answer = keeper.keep("Audit")
    assert (answer.outcome, answer.reason) == ("Failed", "RulesBroken")
    assert words in answer.message


def test_what_speaks_of_the_moment_of_the_look_is_left_to_looks(keeper: Keeper) -> None:
    table = {"columns": [{"name": "seen", "type": "date"}]}
    keeper.collected("id,seen\n1,2020-01-01\n2,2020-01-02\n9,2020-01-02\n", schema=table)
    outliers = [{"columns": ["id"], "threshold": 1.0}]
    references = [{"columns": ["id"], "dataset": "others", "referenced": ["id"]}]
    late = {"freshness": {"column": "seen", "maxAge": "1h"}, "outliers": outliers, "references": references}
    keeper.spec |= {"schema": table, "validation": late}
    assert keeper.keep("Audit").reason == "Proven"


def test_a_rule_across_protected_columns_is_left_out_and_said(keeper: Keeper) -> None:
    privacy = {"rules": [{"column": "age", "action": "Drop"}, {"column": "city", "action": "Mask"}]}
    keeper.collected(ROWS, privacy=privacy)
    rules = [{"name": "old", "expression": "Age > 90 AND id > 7"}, {"name": "first", "expression": "id < 3"}]
    keeper.spec |= {"privacy": privacy, "validation": {"rules": rules, "representation": [REPRESENTED]}}
    answer = keeper.keep("Audit")
    assert "1 of 3 rows break today's rules; most: first (1 rows)" in answer.message
    assert "rules on age, city speak of rows before spec.privacy: not checked again" in answer.message


def test_a_value_that_was_filled_in_is_missing_to_the_rules_as_it_was_when_it_came(keeper: Keeper) -> None:
    cleaning = [
        {"fillMissing": {"column": "age", "strategy": "constant", "value": "-1"}},
        {"fillMissing": {"column": "size", "strategy": "mean"}},
        {"fillMissing": {"column": "city", "strategy": "mode"}},
    ]
    kept: dict[str, Any] = {
        "cleaning": cleaning,
        "schema": {"columns": [{"name": "age", "type": "integer", "min": 0}]},
        "validation": {"rules": [{"name": "fits", "expression": "size < 1.5 AND city <> 'Bern' OR age > 30"}]},
    }
    keeper.collected("id,age,size,city\n1,,1.1,Chur\n2,41,1.9,Bern\n3,,,Chur\n4,31,2.3,Bern\n5,35,,\n", **kept)
    keeper.spec |= kept
    assert keeper.keep("Audit").reason == "Proven"
    keeper.spec["schema"] = {"columns": [{"name": "age", "type": "integer", "min": 32}]}
    assert "1 of 5 rows break today's rules; most: age under 32 (1 rows)" in keeper.keep("Audit").message


REPRESENTED = {"column": "city", "values": {"Bern": {"min": 1.0}}}
