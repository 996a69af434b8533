"""A training that can't fit is refused before it is tried, with what it needs."""

import pytest
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestRegressor
from sklearn.pipeline import Pipeline

from colonnade_api.models.training import Estimator, Preprocessing
from colonnade_jobs.errors import PermanentError
from colonnade_jobs.training.export import trees
from colonnade_jobs.training.learning import estimators, limits, pipeline
from tests.unit.jobs.harness import FEATURES, SCHEMA, Harness, people
from tests.unit.jobs.training.heldout import held_out


def fitted(forest: RandomForestRegressor | HistGradientBoostingClassifier) -> Pipeline:
    rows = people(300)
    target = rows["amount"] if isinstance(forest, RandomForestRegressor) else rows["binary"]
    return Pipeline([("model", forest.fit(rows[["age", "income"]].fillna(0), target))])


def test_a_forest_of_too_many_nodes_is_refused_before_it_is_exported(monkeypatch: pytest.MonkeyPatch) -> None:
    forest = fitted(RandomForestRegressor(20, random_state=0))
    nodes = sum(tree.tree_.node_count for tree in forest[-1].estimators_)
    monkeypatch.setattr(limits, "MOST_NODES", nodes)
    limits.check_trees(forest, 1)
    monkeypatch.setattr(limits, "MOST_NODES", nodes - 1)
    with pytest.raises(
        PermanentError, match=rf"the trees have {nodes:,} nodes, .* at most .*; set min_samples_leaf"
    ) as error:
        limits.check_trees(forest, 1)
    assert error.value.reason == "ModelTooLarge"


def test_an_export_over_the_jobs_memory_is_refused_with_both_numbers() -> None:
    forest = fitted(RandomForestRegressor(20, random_state=0))
    with pytest.raises(PermanentError, match=r"their export needs \d+ MB of memory, and the Job has 1 MB"):
        limits.check_trees(forest, 1, memory=1_000_000)


def test_the_nodes_of_every_kind_of_tree_are_counted() -> None:
    boosted = HistGradientBoostingClassifier(max_iter=3, max_leaf_nodes=4)
    assert trees.nodes(fitted(boosted)) == sum(len(tree.nodes) for (tree,) in boosted._predictors)


def test_a_table_over_the_jobs_memory_is_refused_and_a_tight_one_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(
        PermanentError, match=r"1,000,000 rows of 1,206 encoded columns need at least 14.8 GB.*has 2.1 GB"
    ) as no:
        limits.check_table(1_000_000, 1206, memory=2 << 30)
    assert no.value.reason == "MemoryTooSmall"
    limits.check_table(100_000, 1206, memory=2 << 30)
    assert "usually need 4.2 GB, and this Job has 2.1 GB" in capsys.readouterr().out
    limits.check_table(1000, 1206, memory=2 << 30)
    assert not capsys.readouterr().out


def test_the_width_is_what_the_estimator_sees(harness: Harness) -> None:
    harness.dataset(people(200), schema=SCHEMA)
    rows = held_out(harness, FEATURES, "amount", "Regression")
    line = estimators.build(Estimator(name="sklearn.linear_model.Ridge"), "Regression", seed=0)
    whole = pipeline.build(line, rows.frame, rows.rows, Preprocessing(), seed=0)
    cities = len(set(rows.frame.inputs["city"][rows.rows]))
    assert pipeline.width(whole, rows.frame, rows.rows) == 3 + 5 + cities + pipeline.MOST_WORDS
    whole.fit(rows.frame.table(rows.rows), rows.target)
    words = len(whole["features"].named_transformers_["words-c3"]["words"].vocabulary_)
    assert whole["model"].named_steps["preprocess"].n_features_in_ == 3 + 5 + cities + words
