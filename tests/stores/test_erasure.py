"""Who is forgotten in a folder is forgotten in a bucket: the same sentences, at a real S3 server."""
# ruff: noqa: F401, F811 - each is collected here, and `made` is a fixture

import pytest

from tests.unit.jobs.keeping import test_cascade, test_forgetting
from tests.unit.jobs.keeping.test_cascade import (
    Made,
    made,
    test_rows_that_were_refused_and_comparisons_go_too,
    test_what_nobody_lists_any_more_goes_with_the_first_dataset,
    test_what_was_made_of_the_subjects_rows_is_destroyed_through_any_number_of_queries,
)
from tests.unit.jobs.keeping.test_forgetting import (
    Office,
    test_a_later_look_at_the_same_source_leaves_the_subject_out,
    test_a_version_that_nobody_lists_any_more_goes_too,
    test_nothing_that_is_stored_holds_the_subject_and_all_others_stay,
    test_what_was_erased_is_not_restored_and_a_restored_store_remembers,
    test_what_was_pushed_refused_and_compared_goes_too,
)

sealed = pytest.mark.parametrize("privacy", ["sealed"], indirect=True)


@sealed
def test_killed_after_each_write_it_ends_the_same(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    test_forgetting.test_killed_at_each_write_it_ends_the_same(office, after=True, monkeypatch=monkeypatch)


@sealed
def test_killed_after_each_write_a_cascade_ends_the_same(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    test_cascade.test_killed_at_each_write_it_ends_the_same(made, after=True, monkeypatch=monkeypatch)
