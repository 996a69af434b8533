import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from colonnade_jobs.training.learning.features import Feature
from colonnade_jobs.training.rows import reference_distribution
from colonnade_serving.telemetry.drift import Categories, Lengths, Numbers, dtype_of

EDGES = st.lists(st.floats(-1e6, 1e6, allow_nan=False, width=32), max_size=9, unique=True).map(sorted)
VALUES = arrays(np.float32, st.integers(0, 200), elements=st.floats(width=32, allow_nan=True, allow_infinity=True))


def counted(feature: dict, values: np.ndarray) -> list[int]:
    numbers = Numbers([feature], dtype_of(values.dtype, feature))
    numbers.count(values[:, None])
    counts: list[int] = numbers.bins[0].counts.tolist()
    return counts


@given(EDGES, VALUES)
def test_bins_hold_what_a_histogram_holds(edges: list[float], values: np.ndarray):
    there = values[~np.isnan(values)].astype(float)
    expected, _ = np.histogram(np.clip(there, -1e39, 1e39), [-np.inf, *edges, np.inf])
    assert counted({"edges": edges}, values) == expected.tolist()


@given(EDGES, VALUES, st.data())
def test_parts_counted_apart_add_up(edges: list[float], values: np.ndarray, data: st.DataObject):
    cut = data.draw(st.integers(0, len(values)))
    parts = [counted({"edges": edges}, part) for part in (values[:cut], values[cut:])]
    assert np.sum(parts, axis=0).tolist() == counted({"edges": edges}, values)


@given(arrays(np.float32, st.integers(1, 300), elements=st.floats(-1e6, 1e6, width=32) | st.just(np.nan)))
def test_the_training_rows_give_back_the_bundles_own_counts(values: np.ndarray):
    frozen = reference_distribution.of_feature(values, Feature("delay", "number"))
    numbers = Numbers([frozen], dtype_of(values.dtype, frozen))
    numbers.count(values[:, None])
    assert numbers.bins[0].counts.tolist() == frozen["counts"]
    assert numbers.bins[0].missing == frozen["missing"]
    assert numbers.bins[0].outside == 0


@given(arrays(np.float32, st.integers(1, 300), elements=st.floats(-1e6, 1e6, width=32)))
def test_a_step_beyond_the_training_rows_is_out_of_range(values: np.ndarray):
    frozen = reference_distribution.of_feature(values, Feature("delay", "number"))
    numbers = Numbers([frozen], dtype_of(values.dtype, frozen))
    beyond = np.nextafter([values.min(), values.max()], np.array([-np.inf, np.inf], np.float32), dtype=np.float32)
    numbers.count(beyond[:, None])
    assert numbers.bins[0].outside == 2


def test_what_has_no_value_has_no_extremes():
    frozen = reference_distribution.of_feature(np.array([np.nan]), Feature("delay", "number"))
    assert not {"min", "max"} & set(frozen)


@given(arrays(np.float64, st.integers(1, 300), elements=st.floats(0, 2e9)))
def test_training_dates_give_back_the_bundles_own_counts(values: np.ndarray):
    frozen = reference_distribution.of_feature(values, Feature("at", "date"))
    assert counted(frozen, values) == frozen["counts"]


@given(st.lists(st.text(max_size=4), min_size=1, max_size=200))
def test_training_texts_give_back_the_bundles_own_counts(texts: list[str]):
    values = np.array(texts, dtype=object)
    frozen = reference_distribution.of_feature(values, Feature("said", "text"))
    lengths = Lengths(frozen)
    lengths.count(values)
    assert lengths.bins.counts.tolist() == frozen["counts"]
    assert lengths.bins.missing == frozen["missing"]


@given(st.lists(st.integers(0, 80).map(lambda n: f"c{n}" if n else ""), min_size=1, max_size=300))
def test_training_categories_give_back_the_bundles_own_counts(texts: list[str]):
    values = np.array(texts, dtype=object)
    frozen = reference_distribution.of_feature(values, Feature("carrier", "category"))
    categories = Categories(frozen)
    categories.count(values)
    assert categories.bins.counts.tolist() == frozen["counts"]
    assert categories.bins.missing == frozen["missing"]
    assert categories.bins.outside == 0


def test_a_category_that_training_did_not_see_is_unseen():
    categories = Categories({"categories": ["AA", "DL"], "counts": [5, 3, 0]})
    categories.count(np.array(["AA", "ZZ", b"ZZ", ""], dtype=object))
    bins = categories.bins
    assert (bins.counts.tolist(), int(bins.outside), int(bins.missing)) == ([1, 0, 2], 2, 1)


def test_where_training_saw_more_than_it_named_no_category_is_unseen():
    categories = Categories({"categories": ["AA"], "counts": [5, 9]})
    categories.count(np.array(["ZZ"], dtype=object))
    assert (categories.bins.counts.tolist(), int(categories.bins.outside)) == ([0, 1], 0)


def test_beyond_what_training_saw_is_out_of_range():
    numbers = Numbers([{"edges": [0.5], "min": 0.0, "max": 1.0}, {"edges": [1.0, 2.0]}], np.dtype(np.float32))
    numbers.count(np.array([[-1, 0, 1, 2, np.nan], [-9, 1, 2, 9, 9]], np.float32).T)
    assert [bins.outside for bins in numbers.bins] == [2, 0]
    assert [bins.counts.tolist() for bins in numbers.bins] == [[2, 2], [1, 1, 3]]


@pytest.mark.parametrize("edge", [0.1, 1e-300, 16777217.0])
def test_an_edge_that_float32_can_not_say_is_compared_as_it_is(edge: float):
    values = np.array([np.float32(edge)])
    assert counted({"edges": [edge]}, values)[1] == int(float(values[0]) >= edge)


@pytest.mark.parametrize("dtype", [np.int64, np.uint8, np.bool_, np.float16])
def test_numbers_of_any_type_are_counted(dtype: type):
    assert counted({"edges": [0.5]}, np.array([0, 1, 1], dtype)) == [1, 2]
