"""One place tells which version somebody means."""

from typing import Any

import pytest

from colonnade_access.naming import Ambiguous, version_of

FIRST, SECOND, THIRD = "ab" * 32, "abcd" + "0" * 60, "cd" * 32


def dataset(*listed: str, **tags: str) -> dict[str, Any]:
    annotations = {f"tag.colonnade.dev/{tag}": f"sha256:{digits}" for tag, digits in tags.items()}
    versions = [{"digest": f"sha256:{digits}"} for digits in listed]
    status = {"current": versions[0]["digest"], "versions": versions} if versions else {}
    return {"metadata": {"name": "rows", "annotations": annotations}, "status": status}


def test_the_current_one_is_meant_where_no_name_is_given() -> None:
    assert version_of(dataset(FIRST, SECOND)) == FIRST


def test_first_digits_a_tag_and_a_whole_digest_name_a_version() -> None:
    item = dataset(FIRST, SECOND, golden=THIRD)
    assert version_of(item, "abab") == FIRST
    assert version_of(item, f"sha256:{SECOND[:8]}") == SECOND
    assert version_of(item, "golden") == THIRD
    assert version_of(item, "ef" * 32) == "ef" * 32, "status may list it no more"


def test_digits_that_begin_several_are_refused_with_the_candidates() -> None:
    with pytest.raises(Ambiguous, match=f"2 versions begin with ab: {FIRST[:16]}, {SECOND[:16]}$"):
        version_of(dataset(FIRST, SECOND, THIRD), "ab")


@pytest.mark.parametrize("name", ["", "ef", "latest"])
def test_a_name_that_nothing_has_is_told_with_those_that_there_are(name: str) -> None:
    with pytest.raises(Ambiguous, match=f"no version called {name}; there are: {FIRST[:10]}, golden"):
        version_of(dataset(FIRST, golden=FIRST), name)


def test_a_dataset_without_versions_says_so() -> None:
    with pytest.raises(Ambiguous, match="dset/rows was not collected yet"):
        version_of(dataset())
