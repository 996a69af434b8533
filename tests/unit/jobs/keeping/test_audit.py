"""What is stored is read again: each bit, and the rows by today's rules."""

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
