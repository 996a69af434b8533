"""A namespace's place in a store, and what lies where the store was before."""

from hypothesis import given
from hypothesis import strategies as st

from colonnade.plan.common.places import Place

SHARED = "s3://shared/colonnade"
OWN = Place("s3://team-a", "team-a", (SHARED, "file:///store"))
paths = st.from_regex(r"(datasets|models)/[0-9a-f]{8}/[a-z.]{1,12}", fullmatch=True)


def test_everything_of_a_namespace_lies_below_its_name_in_a_bucket_and_alone_on_its_volume() -> None:
    assert Place("s3://team-a/", "team-a").root == "s3://team-a/team-a"
    assert Place("file:///store", "team-a").root == "file:///store"


def test_a_name_that_begins_alike_is_another_place() -> None:
    assert not OWN.has("s3://team-a/team-ab/models/1")


@given(paths)
def test_what_was_copied_has_the_address_of_today(path: str) -> None:
    assert OWN.today(f"{SHARED}/team-a/{path}") == f"{OWN.root}/{path}"
    assert OWN.today(f"file:///store/{path}") == f"{OWN.root}/{path}"


@given(paths)
def test_the_address_of_today_stays_though_a_store_of_before_lay_above(path: str) -> None:
    nested = Place("s3://shared/team-a", "team-a", ("s3://shared",))
    there = nested.today(f"s3://shared/team-a/{path}")
    assert there == f"{nested.root}/{path}"
    assert nested.today(there) == there


@given(paths)
def test_another_namespaces_address_is_left_alone(path: str) -> None:
    assert OWN.today(f"{SHARED}/team-b/{path}") == f"{SHARED}/team-b/{path}"
