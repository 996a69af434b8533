"""The cache never goes back in time, whatever the order in which things are heard."""

import copy
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from colonnade.kube.kinds import DATASETS, MODEL_VERSIONS
from colonnade.observe.cache import Cache
from colonnade.observe.index import MODEL_OF_VERSION
from tests.unit.observe.cluster import dataset, key, model_version

FLIGHTS = key(DATASETS, "flights")


def state(version, uid="one"):
    manifest = dataset()
    manifest["metadata"] |= {"resourceVersion": str(version), "uid": uid}
    return manifest


def test_an_older_state_is_ignored():
    cache = Cache()
    assert cache.put(state(2))
    assert not cache.put(state(1))
    assert version(cache.get(FLIGHTS)) == 2


def test_an_answer_that_comes_after_the_end_brings_nothing_back():
    cache = Cache()
    cache.put(state(1))
    assert cache.remove(state(3))
    assert not cache.put(state(2))
    assert cache.get(FLIGHTS) is None


def test_an_object_that_comes_into_sight_again_is_known_again():
    cache = Cache()
    cache.put(state(1))
    cache.remove(state(2))
    assert cache.put(state(3))


def test_the_end_of_an_earlier_object_does_not_touch_the_one_of_its_name():
    cache = Cache()
    cache.put(state(5, uid="two"))
    assert not cache.remove(state(3, uid="one"))
    assert [one["metadata"]["uid"] for one in cache.all(DATASETS)] == ["two"]


def test_news_are_told_with_what_was_known_before():
    told = []
    cache = Cache(lambda now, before: told.append((version(now), before and version(before))))
    cache.put(state(1))
    cache.put(state(1))
    cache.put(state(2))
    cache.remove(state(3))
    assert told == [(1, None), (2, 1), (3, 2)]


def version(manifest):
    return int(manifest["metadata"]["resourceVersion"])


@given(st.permutations([("put", 1), ("put", 2), ("put", 3), ("remove", 4)]), st.data())
def test_in_any_order_and_repeated_the_end_is_the_end(events, data):
    cache = Cache()
    repeated = events + data.draw(st.lists(st.sampled_from(events), max_size=6))
    for verb, number in repeated:
        (cache.put if verb == "put" else cache.remove)(copy.deepcopy(state(number)))
    assert cache.get(FLIGHTS) is None


@given(st.lists(st.integers(1, 9), min_size=1, max_size=12))
def test_in_any_order_the_newest_state_is_known(versions):
    cache = Cache()
    for number in versions:
        cache.put(state(number))
    assert version(cache.get(FLIGHTS)) == max(versions)


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["put", "remove"]), st.sampled_from(["x", "y", None])))
)
def test_a_lookup_finds_what_a_look_at_everything_would(steps):
    cache, known = Cache(), {}
    for version_, (name, verb, model) in enumerate(steps):
        manifest = model_version(name, model=model)
        manifest["metadata"] |= {"resourceVersion": str(version_), "uid": f"{name}-{version_}"}
        if verb == "put":
            cache.put(manifest)
            known[name] = manifest
        elif name in known:
            cache.remove(known.pop(name))
    for model in "xyz":
        found = cache.having(MODEL_VERSIONS, "team", MODEL_OF_VERSION, model)
        wanted = [one for one in known.values() if one["spec"]["model"] == model]
        assert sorted(one["metadata"]["uid"] for one in found) == sorted(one["metadata"]["uid"] for one in wanted)


def test_what_follows_from_an_object_is_found_once_for_each_of_its_states():
    cache, looked_at = Cache(), list[dict[str, Any]]()
    for number in (1, 2):
        cache.put(state(number))
        for _ in range(3):
            cache.derived(next(cache.all(DATASETS)), looked_at.append)
    assert [version(one) for one in looked_at] == [1, 2]
