"""Labels by the token of an answer: any pod of any revision joins them, once, whenever they come."""

import time
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from colonnade_serving.loading import Model
from colonnade_serving.telemetry import Metrics, Observer
from colonnade_serving.telemetry.feedback import ByToken, Feedback, Label, Outcome
from colonnade_serving.telemetry.groups import Groups
from colonnade_serving.telemetry.quality import Confusion, Errors
from colonnade_serving.telemetry.tokens import Mint, Seal, Spent, TokenError
from colonnade_serving.telemetry.tokens.token import HEAD, read

from .conftest import rows
from .traffic import answered, of, requests, told

KEY = "a secret of the test"
DAY = 86_400.0


class Pod:
    """A process that answers and takes labels."""

    def __init__(self, model: Model, key: str = KEY, seconds: float = DAY, groups: tuple[str, bool] | None = None):
        self.metrics = Metrics()
        families = self.metrics.families
        self.observer = Observer(model, self.metrics)
        self.groups = Groups(families, model, *groups) if groups else None
        if self.groups:
            self.observer.batched.append(self.groups.ran)
        seal = Seal(key, model.name)
        self.mint = Mint(seal, model, self.groups)
        judges = Confusion(families, model, self.groups), Errors(families, model)
        self.observer.feedback = Feedback(families, model, None, ByToken(seal, *judges, seconds))

    def answers(self, inputs: dict[str, np.ndarray], rows: int = 1, group: str = "") -> list[str]:
        """The tokens of requests of so many rows each."""
        tasks = requests(self.observer.model, inputs, rows)
        for task in tasks:
            task.group = group
        answered(self.observer, tasks)
        return [self.mint.token(task).decode() for task in tasks]

    def hears(self, token: str, label: Any) -> Outcome:
        found = self.observer.labelled([Label(token=token, label=label)])
        return next(outcome for outcome, count in found.items() if count)

    def counted(self, family: str = "confusion") -> float:
        return sum(of(told(self.metrics), f"colonnade_{family}_total").values())


def counted(pods: Sequence[Pod], family: str = "confusion") -> dict[str, float]:
    """Added over pods: what a start is called is left out."""
    found: dict[str, float] = {}
    for pod in pods:
        for name, value in of(told(pod.metrics), f"colonnade_{family}_total").items():
            key = name.replace(pod.metrics.families.start, "")
            found[key] = found.get(key, 0) + value
    return found


@pytest.mark.parametrize("replicas", [1, 2, 5])
def test_counts_do_not_depend_on_which_pod_a_label_reaches(matrix: Model, replicas: int):
    draws = np.random.default_rng(replicas)
    pods, alone = [Pod(matrix) for _ in range(replicas)], Pod(matrix)
    tokens = [token for pod in pods for token in pod.answers({"X": rows(40)})]
    labels = draws.integers(0, 2, len(tokens)).tolist()
    for token, label in zip(tokens, labels, strict=True):
        assert pods[draws.integers(replicas)].hears(token, label) == "matched"
        assert alone.hears(token, label) == "matched"
    assert counted(pods) == counted([alone])
    assert sum(counted(pods).values()) == 40 * replicas


def test_a_label_counts_once(matrix: Model):
    pod = Pod(matrix)
    token, other = pod.answers({"X": rows(2)})
    assert [pod.hears(token, 1), pod.hears(token, 1), pod.hears(token, 0)] == ["matched", "repeated", "repeated"]
    assert pod.hears(other, 1) == "matched"
    assert pod.counted() == 2


def test_rows_are_labelled_one_by_one_or_together_each_once(matrix: Model):
    pod = Pod(matrix)
    (token,) = pod.answers({"X": rows(3)}, rows=3)
    assert pod.hears(f"{token}.1", 1) == "matched"
    assert pod.hears(token, [0, 1, 1]) == "matched"
    assert pod.counted() == 3
    assert pod.hears(f"{token}.2", 1) == "repeated"


@pytest.mark.parametrize(("row", "label"), [("", [0, 1]), (".3", 1), (".0", [0, 1]), ("", ""), ("", float("nan"))])
def test_what_is_no_label_of_these_rows_is_invalid_and_spends_nothing(matrix: Model, row: str, label: Any):
    pod = Pod(matrix)
    (token,) = pod.answers({"X": rows(3)}, rows=3)
    label = label if row or isinstance(label, list) else [label] * 3
    assert pod.hears(token + row, label) == "invalid"
    assert pod.counted() == 0
    assert pod.hears(token, [0, 1, 1]) == "matched"


def test_a_label_that_is_late_is_said_to_be(matrix: Model):
    (token,) = Pod(matrix).answers({"X": rows(1)})
    assert Pod(matrix, seconds=-1).hears(token, 1) == "late"
    assert Pod(matrix).hears(token, 1) == "matched"


def test_a_restart_loses_no_label_that_has_yet_to_come(matrix: Model):
    (token,) = Pod(matrix).answers({"X": rows(1)})
    assert Pod(matrix).hears(token, 1) == "matched"


@pytest.mark.parametrize("change", ["x", "nonsense", "é"])
def test_a_token_that_nobody_here_made_is_unmatched(matrix: Model, flights: Model, change: str):
    (token,) = Pod(matrix).answers({"X": rows(1)})
    pod = Pod(matrix)
    assert pod.hears(change + token[1:], 1) == "unmatched"
    assert Pod(matrix, key="another secret, as long").hears(token, 1) == "unmatched"
    assert Pod(flights).hears(token, 1) == "unmatched"
    assert pod.counted() == 0


def test_the_label_of_another_revision_counts_for_that_one(matrix: Model, logistic, tmp_path):
    from .conftest import FROZEN, loaded  # noqa: PLC0415

    golden = {"X": np.array([[0.1, 0.2, 0.3]], np.float32)}
    newer = loaded(logistic, golden, tmp_path, features={"X[0]": FROZEN}, classes=[0, 1])
    assert newer.digest != matrix.digest
    (token,) = Pod(matrix).answers({"X": rows(1)})
    pod = Pod(newer)
    assert pod.hears(token, 1) == "matched"
    (name,) = counted([pod])
    assert f"bundle={matrix.digest.removeprefix('sha256:')[:12]}" in name


def test_a_client_that_asked_for_no_prediction_has_no_token(matrix: Model):
    pod = Pod(matrix)
    task = requests(matrix, {"X": rows(1)})[0]
    assert task.batch
    task.batch.outputs.pop("label")
    assert pod.mint.token(task) == b""
    assert pod.mint.line(task) == b""
    task = requests(matrix, {"X": rows(300)}, rows=300)[0]
    assert pod.mint.token(task) == b""


def test_groups_are_counted_with_and_without_labels(matrix: Model):
    pod = Pod(matrix, groups=("sex", False))
    women, men = (pod.answers({"X": rows(10, seed)}, group=sex) for seed, sex in enumerate("FM"))
    assert pod.counted("group_predictions") == 20
    for token in (*women, *men):
        pod.hears(token, 1)
    by_group = {
        sex: sum(v for k, v in counted([pod], "group_confusion").items() if f"group={sex}" in k) for sex in "FM"
    }
    assert by_group == {"F": 10, "M": 10}


def test_a_group_may_be_an_input_of_the_model(flights: Model):
    pod = Pod(flights, groups=("carrier", True))
    inputs = {"carrier": np.array([["AA"], ["UA"], ["AA"]], object), "delay": rows(3)[:, :1]}
    (token,) = pod.answers(inputs, rows=3)
    assert pod.hears(token, ["late", "late", "in time"]) == "matched"
    found = counted([pod], "group_confusion")
    assert sum(value for name, value in found.items() if "group=AA" in name) == 2


def test_a_great_many_groups_stay_few_series(matrix: Model):
    pod = Pod(matrix, groups=("user", False))
    for place in range(80):
        pod.answers({"X": rows(1)}, group=f"user {place}")
    found = counted([pod], "group_predictions")
    assert sum(found.values()) == 80
    assert sum(value for name, value in found.items() if "group=other" in name) == 30


BODIES = st.binary(max_size=200)


@given(BODIES)
def test_any_bytes_are_a_token_or_none_and_raise_nothing_else(body: bytes):
    try:
        predicted = read(body)
    except TokenError:
        return
    assert len(predicted.values) > 0


@given(BODIES, st.integers(0, 3))
def test_what_is_cut_off_is_no_token(body: bytes, flags: int):
    whole = HEAD.pack(1 | flags << 4, b"issuer", 0, int(time.time()), b"bundle", 1) + body
    try:
        read(whole)
    except TokenError:
        return
    with pytest.raises(TokenError):
        read(whole[:-1])


def test_rows_that_come_again_to_a_chunk_that_was_forgotten_are_not_taken_for_new_ones():
    spent = Spent(most=4)
    for chunk in (0, 1, 2, 3):
        assert spent.spend(b"a", chunk * 4096, 10)
    assert spent.spend(b"b", 0, 11)  # no room: the oldest chunks go
    assert not spent.knows(b"a", 0, 10)
    assert spent.spend(b"a", 1, 12)  # the same chunk begins anew
    assert not spent.knows(b"a", 0, 10)


@given(st.lists(st.tuples(st.sampled_from([b"a", b"b"]), st.integers(0, 40_000), st.integers(0, 50)), max_size=300))
def test_no_row_is_spent_twice_however_little_room_there_is(rows: list[tuple[bytes, int, int]]):
    spent, taken = Spent(most=4), []
    ages: dict[tuple[bytes, int], int] = {}
    for issuer, row, drawn in rows:
        at = ages.setdefault((issuer, row), drawn)  # a row was answered once
        if spent.knows(issuer, row, at) and spent.spend(issuer, row, at):
            taken.append((issuer, row))
    assert len(taken) == len(set(taken))
