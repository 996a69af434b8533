"""`versions`: all of a Dataset's, with who learnt from each; all of a model's, with who serves them."""

import json

import yaml

from tests.unit.cli.conftest import Run
from tests.unit.cli.objects import canary, condition, digest, flights, version
from tests.unit.cli.playground import Playground


def many(count: int) -> list[dict[str, object]]:
    newest, common = "abcdef0123456789"[:count], flights()["status"]["versions"][0]
    return [common | {"digest": digest(each), "rows": 1000 + place} for place, each in enumerate(newest)]


def test_a_dataset_shows_every_version_and_who_learnt_from_it(cluster: Playground, kubectl_colonnade: Run) -> None:
    cluster.add(flights(versions=many(8)), version(1), version(2))
    seen = kubectl_colonnade("versions", "dset/flights")
    assert seen.code == 0, seen.err
    lines = seen.out.splitlines()
    assert lines[0].split() == [
        "VERSION",
        "ROWS",
        "INVALID",
        "SIZE",
        "AGE",
        "AUDITED",
        "COPIED",
        "LEARNT",
        "BY",
        "SOURCE",
    ]
    assert len(lines) == 9
    assert lines[1].startswith("aaaaaaaaaa   1,000")
    assert "current" in lines[1]
    assert "flights-late-1, flights-late-2" in lines[1]
    assert "flights-late" not in lines[2]


def test_a_dataset_without_versions_says_what_to_do(cluster: Playground, kubectl_colonnade: Run) -> None:
    cluster.add(flights(versions=[], current=None))
    seen = kubectl_colonnade("versions", "dset/flights")
    assert seen.code == 0
    assert "dset/flights has no version yet: see kubectl colonnade status dset/flights" in seen.err


def test_a_model_shows_every_version_newest_first_and_who_serves_it(
    cluster: Playground, kubectl_colonnade: Run
) -> None:
    newest = version(3, conditions=[condition("Ready", "False", "GateFailed")], headline=None, digest=None)
    newest["metadata"]["creationTimestamp"] = "2026-11-23T11:00:00Z"
    other = version(4)
    other["spec"]["model"] = "another"
    cluster.add(version(1), version(2), newest, other, canary())
    seen = kubectl_colonnade("versions", "mv/flights-late-1")
    assert seen.code == 0, seen.err
    lines = [line.split("   ") for line in seen.out.splitlines()]
    assert [line[0].strip() for line in lines] == ["VERSION", "flights-late-3", "flights-late-2", "flights-late-1"]
    assert "GateFailed" in seen.out.splitlines()[1]
    assert "mdep/flights-late candidate 25 %" in seen.out.splitlines()[2]
    assert "mdep/flights-late stable 75 %" in seen.out.splitlines()[3]


def test_a_model_is_known_by_its_own_name_too(cluster: Playground, kubectl_colonnade: Run) -> None:
    cluster.add(version(1))
    seen = kubectl_colonnade("versions", "mv/flights-late")
    assert "flights-late-1" in seen.out


def test_neither_a_version_nor_a_model_lists_those_that_there_are(cluster: Playground, kubectl_colonnade: Run) -> None:
    cluster.add(version(1))
    seen = kubectl_colonnade("versions", "mv/nothing")
    assert seen.code == 1
    assert "mv/nothing is not in namespace default; there are: flights-late-1" in seen.err


def test_programs_get_them_whole(cluster: Playground, kubectl_colonnade: Run) -> None:
    cluster.add(flights(versions=many(3)), version(1), version(2))
    assert json.loads(kubectl_colonnade("versions", "dset/flights", "-o", "json").out) == many(3)
    items = yaml.safe_load(kubectl_colonnade("versions", "mv/flights-late", "-o", "yaml").out)["items"]
    assert {each["metadata"]["name"] for each in items} == {"flights-late-1", "flights-late-2"}


def test_a_version_shows_its_tags_why_it_is_held_and_when_it_was_proven_and_copied(
    cluster: Playground, kubectl_colonnade: Run
) -> None:
    first, second = many(2)
    digits = str(second["digest"])[7:]
    times = {"auditedAt": "2026-11-23T11:00:00Z", "backedUpAt": "2026-11-23T10:00:00Z"}
    item = flights(versions=[first, second | times])
    tagged = {"tag.colonnade.dev/golden": second["digest"], f"hold.colonnade.dev/{digits[:32]}": "audit 2026"}
    item["metadata"]["annotations"] = tagged
    cluster.add(item)
    line = kubectl_colonnade("versions", "dset/flights").out.splitlines()[2]
    assert "golden, held: audit 2026" in line
