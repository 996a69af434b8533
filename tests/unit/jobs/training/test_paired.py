"""Two models on the same rows: the figures are scikit-learn's, and the interval of their difference holds."""

from functools import partial

import numpy as np
import pytest
from scipy import stats
from sklearn import datasets
from sklearn import metrics as reference
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.tree import DecisionTreeRegressor

from colonnade_api.models import metrics as registry
from colonnade_jobs.training.judging.paired import Answers, compare
from colonnade_jobs.training.rows.sample import Sample

SEED = 7


def tumours() -> tuple[np.ndarray, Answers, Answers]:
    """Breast cancer, Wisconsin: one model on ten columns against one on three; judged on every other row."""
    x, y = datasets.load_breast_cancer(return_X_y=True)
    learnt, held = np.arange(0, len(y), 2), np.arange(1, len(y), 2)

    def answers(columns: slice) -> Answers:
        fitted = LogisticRegression(max_iter=5000).fit(x[learnt][:, columns], y[learnt])
        asked = x[held][:, columns]
        return Answers(fitted.predict(asked), fitted.predict_proba(asked))

    return y[held], answers(slice(10)), answers(slice(3))


def patients() -> tuple[np.ndarray, Answers, Answers]:
    """Diabetes: a line against a tree."""
    x, y = datasets.load_diabetes(return_X_y=True)
    learnt, held = np.arange(0, len(y), 2), np.arange(1, len(y), 2)
    models = (LinearRegression(), DecisionTreeRegressor(max_depth=3, random_state=0))
    answers = [Answers(None, model.fit(x[learnt], y[learnt]).predict(x[held])) for model in models]
    return y[held], *answers


PLAIN = {
    "rmse": lambda truth, of: reference.root_mean_squared_error(truth, of.scores),
    "mae": lambda truth, of: reference.mean_absolute_error(truth, of.scores),
    "r2": lambda truth, of: reference.r2_score(truth, of.scores),
    "roc_auc": lambda truth, of: reference.roc_auc_score(truth, of.scores[:, 1]),
    "accuracy": lambda truth, of: reference.accuracy_score(truth, of.labels),
    "f1": lambda truth, of: reference.f1_score(truth, of.labels),
    "precision": lambda truth, of: reference.precision_score(truth, of.labels),
    "recall": lambda truth, of: reference.recall_score(truth, of.labels),
    "log_loss": lambda truth, of: reference.log_loss(truth, of.scores),
}


def sample(rows: np.ndarray) -> Sample:
    return Sample.alike(len(rows), SEED)


def scored(truth: np.ndarray, answers: Answers) -> dict[str, float]:
    """Plain scikit-learn's figures."""
    task = "Regression" if answers.labels is None else "Classification"
    return {name: PLAIN[name](truth, answers) for name in registry.names(task)}


@pytest.mark.parametrize("table", [tumours, patients])
def test_both_figures_are_plain_scikit_learns(table: partial) -> None:
    truth, ours, theirs = table()
    found = compare(truth, ours, theirs, sample(truth))
    assert {name: metric.ours for name, metric in found.items()} == pytest.approx(scored(truth, ours))
    assert {name: metric.theirs for name, metric in found.items()} == pytest.approx(scored(truth, theirs))


@pytest.mark.parametrize(("table", "names"), [(tumours, ("roc_auc", "log_loss")), (patients, ("rmse", "mae", "r2"))])
def test_the_interval_is_that_of_scipys_paired_bootstrap(table: partial, names: tuple[str, ...]) -> None:
    truth, ours, theirs = table()
    found = compare(truth, ours, theirs, sample(truth))
    for name in names:

        def difference(rows: np.ndarray, name: str = name) -> float:
            rows = rows.astype(int)
            return float(PLAIN[name](truth[rows], ours.of(rows)) - PLAIN[name](truth[rows], theirs.of(rows)))

        drawn = stats.bootstrap((np.arange(len(truth)),), difference, method="percentile", n_resamples=200, rng=1)
        low, high = drawn.confidence_interval
        wide = high - low
        assert found[name].low == pytest.approx(low, abs=0.2 * wide), name
        assert found[name].high == pytest.approx(high, abs=0.2 * wide), name


def test_the_interval_of_an_accuracy_is_bonett_and_prices() -> None:
    truth, ours, theirs = tumours()
    ours_right, theirs_right = (np.asarray(of.labels == truth) for of in (ours, theirs))
    only_ours, only_theirs = (ours_right & ~theirs_right).sum(), (theirs_right & ~ours_right).sum()
    n = len(truth) + 2
    p, q = (only_ours + 1) / n, (only_theirs + 1) / n
    half = stats.norm.ppf(0.975) * np.sqrt((p + q - (p - q) ** 2) / n)
    found = compare(truth, ours, theirs, sample(truth))["accuracy"]
    assert found.low == pytest.approx(p - q - half, abs=1 / n)  # resamples count whole rows
    assert found.high == pytest.approx(p - q + half, abs=1 / n)


def test_an_accuracy_differs_where_mcnemars_test_says_so() -> None:
    truth = np.zeros(400, dtype=int)
    scores = np.tile([0.6, 0.4], (400, 1))
    for better, worse in ((30, 5), (12, 10), (3, 25)):
        ours, theirs = truth.copy(), truth.copy()
        theirs[:better], ours[better : better + worse] = 1, 1
        found = compare(truth, Answers(ours, scores), Answers(theirs, scores), sample(truth))["accuracy"]
        differs = stats.binomtest(better, better + worse).pvalue < 0.05
        assert (found.low > 0 or found.high < 0) == differs


@pytest.mark.parametrize("rows", [60, 600])
def test_that_two_models_answer_each_row_alike_is_no_proof_that_they_are_alike(rows: int) -> None:
    truth = np.arange(rows) % 2
    same = Answers(truth, np.where(truth[:, None] == [0, 1], 0.8, 0.2))
    found = compare(truth, same, same, sample(truth))
    for name in ("accuracy", "f1", "precision", "recall"):
        assert found[name].ours == found[name].theirs
        assert found[name].low < -1 / rows
        assert found[name].high > 1 / rows
        assert found[name].high < 8 / rows


def test_of_several_classes_the_figures_are_scikit_learns_too() -> None:
    x, y = datasets.load_wine(return_X_y=True)
    learnt, held = np.arange(0, len(y), 2), np.arange(1, len(y), 2)
    fitted = [KNeighborsClassifier(k).fit(x[learnt], y[learnt]) for k in (3, 15)]
    ours, theirs = (Answers(each.predict(x[held]), each.predict_proba(x[held])) for each in fitted)
    found = compare(y[held], ours, theirs, sample(held))
    for of, answers in (("ours", ours), ("theirs", theirs)):
        assert getattr(found["f1"], of) == pytest.approx(
            reference.f1_score(y[held], answers.labels, average="macro"), abs=1e-12
        )
        assert getattr(found["roc_auc"], of) == pytest.approx(
            reference.roc_auc_score(y[held], answers.scores, multi_class="ovr"), abs=1e-12
        )


def test_what_a_training_takes_is_what_the_registry_knows() -> None:
    for table, task in ((tumours, "Classification"), (patients, "Regression")):
        assert set(compare(*table(), sample(table()[0]))) == set(registry.names(task))


ROUNDS = 60


def test_the_interval_covers_the_true_difference_about_as_often_as_it_says() -> None:
    """Of 60 intervals at 95 %, fewer than 52 cover in one of 100 tests."""
    many = _drawn(np.random.default_rng(0), 400_000)
    truth = _differences(*many)
    covered = dict.fromkeys(truth, 0)
    for seed in range(ROUNDS):
        for name, metric in compare(*_drawn(np.random.default_rng(seed + 1), 150), Sample.alike(150, seed)).items():
            covered[name] += metric.low <= truth[name] <= metric.high
    assert min(covered.values()) >= 52, covered


def _drawn(random: np.random.Generator, rows: int) -> tuple[np.ndarray, Answers, Answers]:
    """A third of the rows positive, and two models that see nearly the same, one of them a bit better."""
    truth = (random.random(rows) < 1 / 3).astype(int)
    shared = random.normal(size=rows)

    def answers(power: float) -> Answers:
        seen = 2 * power * (truth - 0.5) + 0.9 * shared + np.sqrt(1 - 0.9**2) * random.normal(size=rows)
        positive = 1 / (1 + np.exp(-(2 * power * seen - np.log(2))))
        return Answers((positive > 0.5).astype(int), np.column_stack([1 - positive, positive]))

    return truth, answers(1.1), answers(0.9)


def _differences(truth: np.ndarray, ours: Answers, theirs: Answers) -> dict[str, float]:
    left, right = scored(truth, ours), scored(truth, theirs)
    return {name: left[name] - right[name] for name in left}


def test_two_models_that_rank_all_rows_right_may_differ_on_others() -> None:
    """Every resample agrees that they don't: the interval of ranks leaves it open, the more the fewer rows."""
    widths = []
    for rows in (50, 500, 5000):
        truth = (np.arange(rows) % 5 == 0).astype(int)
        score = np.clip(truth * 0.8 + np.linspace(0.05, 0.15, rows), 0, 1)
        same = Answers(truth, np.column_stack([1 - score, score]))
        found = compare(truth, same, same, sample(truth))["roc_auc"]
        assert (found.ours, found.theirs, found.low) == (1.0, 1.0, -found.high)
        widths.append(found.high)
    assert widths == pytest.approx([0.125, 0.014, 0.0014], rel=0.2)
