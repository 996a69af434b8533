"""Who is forgotten in a folder is forgotten in a bucket: the same sentences, at a real S3 server."""
# ruff: noqa: F401, F811 - each is collected here, and `made` is a fixture

import pytest

from colonnade_jobs.errors import PermanentError
from tests.stores.conftest import Bucketoffice
from tests.unit.jobs.keeping import test_cascade, test_forgetting
from tests.unit.jobs.keeping.test_cascade import (
    Made,
    made,
    test_rows_that_were_refused_and_comparisons_go_too,
    test_what_nobody_lists_any_more_goes_with_the_first_dataset,
    test_what_was_made_of_the_subjects_rows_is_destroyed_through_any_number_of_queries,
)
from tests.unit.jobs.keeping.test_forgetting import (
    FIRST,
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


def keeping_versions(office: Bucketoffice) -> None:
    for bucket in office.buckets.values():
        kept = {"Status": "Enabled"}
        office.client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration=kept)


def old(office: Bucketoffice) -> list[str]:
    """What is there beside the current version of each object."""
    found = [office.client.list_object_versions(Bucket=bucket) for bucket in office.buckets.values()]
    versions = [each["Key"] for page in found for each in page.get("Versions", ()) if not each["IsLatest"]]
    return versions + [each["Key"] for page in found for each in page.get("DeleteMarkers", ())]


def current(office: Bucketoffice) -> set[str]:
    found = office.client.list_objects_v2(Bucket=office.buckets["store"]).get("Contents", ())
    return {f"{each['Key']} {each['ETag']}" for each in found}


@sealed
def test_old_versions_in_a_bucket_that_keeps_them_go_too(office: Bucketoffice) -> None:
    keeping_versions(office)
    office.takes(FIRST)
    office.keep("BackUp")
    office.store.put("rejected/rows/report.json", b"written over in a moment")
    office.store.put("rejected/rows/report.json", b"{}")
    answer = office.forget()
    assert answer.reason == "Forgotten"
    assert "old versions of objects in the bucket are deleted too" in answer.message
    assert old(office) == []
    assert office.keep("Audit", versions=[each.after for each in answer.rewritten]).outcome == "Succeeded"


@sealed
def test_so_they_do_where_the_bucket_keeps_none_any_more(office: Bucketoffice) -> None:
    keeping_versions(office)
    office.takes(FIRST)
    for bucket in office.buckets.values():
        office.client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Suspended"})
    office.forget()
    assert [key for key in old(office) if "/datasets/" in key] == []


@sealed
def test_who_may_not_delete_old_versions_forgets_nobody(office: Bucketoffice, monkeypatch: pytest.MonkeyPatch) -> None:
    keeping_versions(office)
    office.takes(FIRST)
    before = current(office)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "another")
    with pytest.raises(PermanentError, match=r"keeps old versions of objects, .* give them s3:ListBucketVersions and"):
        office.forget()
    assert current(office) == before


@sealed
def test_a_cascade_takes_them_too(made: Made) -> None:
    office = made.office
    assert isinstance(office, Bucketoffice)
    keeping_versions(office)
    made.copied()
    made.forgotten()
    made.cascades()
    assert old(office) == []
