import asyncio
import sys
from dataclasses import replace
from math import inf

import numpy as np
import pytest
from prometheus_client import generate_latest
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from colonnade_serving.batching import InferenceTask
from colonnade_serving.loading import Model
from colonnade_serving.telemetry import Metrics, Observer
from colonnade_serving.telemetry.observer import MOST_ROWS, STEP_ANSWERS
from colonnade_serving.telemetry.reasons import REASONS

from .conftest import EDGES, rows
from .traffic import answered, named, of, requests, told


def drift(model: Model, metrics: Metrics) -> dict[str, str]:
    return version(model) | {"start": metrics.families.start}


def version(model: Model) -> dict[str, str]:
    return {"model": model.name, "bundle": model.digest.removeprefix("sha256:")[:12]}


def test_values_are_told_by_the_bins_of_the_bundle(observer: Observer, metrics: Metrics):
    inputs = rows(500)
    answered(observer, requests(observer.model, {"X": inputs}))
    samples = told(metrics)
    for column in (0, 1):
        expected, _ = np.histogram(inputs[:, column].astype(float), [-inf, *EDGES, inf])
        for place, count in enumerate(expected):
            feature = named(
                "colonnade_feature_bins_total", **drift(observer.model, metrics), feature=f"X[{column}]", bin=str(place)
            )
            assert samples[feature] == count


def test_scores_are_those_of_the_second_class(observer: Observer, metrics: Metrics):
    tasks = requests(observer.model, {"X": rows(200)})
    answered(observer, tasks)
    high = sum(float(task.results["probabilities"][0, 1]) >= 0.5 for task in tasks if task.results)
    scores = of(told(metrics), "colonnade_score_bins_total")
    assert list(scores.values()) == [200 - high, high]


def test_missing_and_out_of_range_values_have_counters(observer: Observer, metrics: Metrics):
    answered(observer, requests(observer.model, {"X": np.array([[np.nan, 0.05, 0], [0.5, np.nan, 0]], np.float32)}))
    samples = told(metrics)
    at = drift(observer.model, metrics)
    assert samples[named("colonnade_feature_missing_total", **at, feature="X[0]")] == 1
    assert samples[named("colonnade_feature_missing_total", **at, feature="X[1]")] == 1
    assert samples[named("colonnade_feature_out_of_range_total", **at, feature="X[1]")] == 1


def test_where_training_left_no_extremes_nothing_is_said_to_be_within_them(observer: Observer, metrics: Metrics):
    found = of(told(metrics), "colonnade_feature_out_of_range_total")
    assert [("feature=X[1]" in name, "feature=X[0]" in name) for name in found] == [(True, False)]


def test_unseen_categories_have_a_counter(flights: Model, metrics: Metrics):
    observer = Observer(flights, metrics)
    known = {"carrier": np.array([["AA"], ["UA"]], object), "delay": np.full((2, 1), 0.5, np.float32)}
    tasks = requests(flights, known)
    assert tasks[0].batch is not None
    tasks[0].batch.inputs["carrier"] = np.array([["AA"], ["ZZ"]], object)  # the model itself would raise on it
    answered(observer, tasks)
    assert told(metrics)[named("colonnade_feature_unseen_total", **drift(flights, metrics), feature="carrier")] == 1


def test_every_series_of_a_feature_is_there_from_the_start(observer: Observer, metrics: Metrics):
    assert len(of(told(metrics), "colonnade_feature_bins_total")) == 2 * (len(EDGES) + 1)


def test_what_training_counted_is_told_beside_it(observer: Observer, metrics: Metrics):
    samples, at = told(metrics), version(observer.model)
    for place, start in enumerate(["", "0.2", "0.4", "0.6", "0.8"]):
        bin_ = {"feature": "X[1]", "bin": str(place), "from": start}
        assert samples[named("colonnade_feature_reference", **at, **bin_)] == 1
    assert samples[named("colonnade_feature_reference_missing", **at, feature="X[1]")] == 0
    assert samples[named("colonnade_score_reference", **at, bin="1", **{"from": "0.5"})] == 1


def test_of_a_protected_feature_no_value_is_told(flights: Model, metrics: Metrics):
    Observer(flights, metrics)
    found = of(told(metrics), "colonnade_feature_reference")
    assert len([name for name in found if "feature=delay" in name]) == len(EDGES) + 1
    assert all("from=}" in name or "from=," in name for name in found if "feature=delay" in name)
    assert any("from=AA" in name for name in found)


def test_what_is_out_of_service_has_no_reference(matrix: Model, metrics: Metrics):
    Observer(matrix, metrics).close()
    assert not of(told(metrics), "colonnade_feature_reference")


def test_two_starts_of_a_server_count_in_series_of_their_own():
    assert Metrics().families.start != Metrics().families.start


def test_requests_batches_and_rows_are_counted(observer: Observer, metrics: Metrics):
    answered(observer, requests(observer.model, {"X": rows(12)}, rows=3))
    model = observer.model.name
    samples = told(metrics)
    assert samples[named("colonnade_requests_total", model=model, code="200")] == 4
    assert samples[named("colonnade_predictions_total", model=model)] == 12
    assert samples[named("colonnade_batch_size_bucket", model=model, le="8.0")] == 0
    assert samples[named("colonnade_batch_size_bucket", model=model, le="16.0")] == 1
    assert samples[named("colonnade_request_duration_seconds_count", model=model)] == 4
    assert samples[named("colonnade_queue_duration_seconds_sum", model=model)] == pytest.approx(4 * 0.001)
    assert samples[named("colonnade_compute_duration_seconds_sum", model=model)] == pytest.approx(4 * 0.002)


def test_a_batch_that_was_halved_is_counted_as_what_ran(observer: Observer, metrics: Metrics):
    first, second = (requests(observer.model, {"X": rows(2, seed)}) for seed in (1, 2))
    first[1].batch = None
    observer.batch([*first, *second], 10.0, 10.1)
    samples = told(metrics)
    assert samples[named("colonnade_batch_size_count", model=observer.model.name)] == 2
    assert samples[named("colonnade_predictions_total", model=observer.model.name)] == 4


def test_what_came_too_late_is_no_goodput(observer: Observer, metrics: Metrics):
    answered(observer, requests(observer.model, {"X": rows(3)}, deadline=10.0))
    answered(observer, requests(observer.model, {"X": rows(2)}, deadline=11.0))
    answered(observer, requests(observer.model, {"X": rows(4)}))
    observer.answered(503, 0.1, "deadline")
    observer.answered(504, 0.1)
    observer.answered(503, 0.1, "overloaded")
    samples, model = told(metrics), observer.model.name
    assert samples[named("colonnade_goodput_total", model=model)] == 6
    assert samples[named("colonnade_deadline_requests_total", model=model, outcome="met")] == 2
    assert samples[named("colonnade_deadline_requests_total", model=model, outcome="missed")] == 5


@pytest.mark.parametrize(
    ("code", "said", "reason"),
    [(400, "", "invalid"), (413, "", "too_large"), (503, "draining", "draining"), (500, "what?", "model")],
)
def test_errors_are_told_by_a_fixed_list_of_reasons(observer: Observer, metrics: Metrics, code, said, reason):
    observer.answered(code, 0.1, said)
    samples = told(metrics)
    assert reason in REASONS
    assert samples[named("colonnade_errors_total", model=observer.model.name, reason=reason)] == 1
    assert samples[named("colonnade_requests_total", model=observer.model.name, code=str(code))] == 1


def test_gauges_tell_what_is_in_flight_and_what_waits(observer: Observer, metrics: Metrics):
    observer.inflight += 3
    observer.waiting = lambda: 7
    observer.answered(200, 0.1)
    samples = told(metrics)
    assert samples[named("colonnade_inflight_requests", model=observer.model.name)] == 2
    assert samples[named("colonnade_queue_depth", model=observer.model.name)] == 7


def test_versions_of_a_model_share_its_gauges(observer: Observer, metrics: Metrics):
    other = Observer(replace(observer.model, version="2"), metrics)
    observer.inflight, other.inflight = 2, 3
    observer.waiting = other.waiting = lambda: 4
    samples = told(metrics)
    assert samples[named("colonnade_inflight_requests", model=observer.model.name)] == 5
    assert samples[named("colonnade_queue_depth", model=observer.model.name)] == 8
    other.close()
    assert told(metrics)[named("colonnade_queue_depth", model=observer.model.name)] == 4


def test_two_replicas_add_up_to_one_that_saw_all(matrix: Model):
    one, *two = (Observer(matrix, Metrics()) for _ in range(3))
    for seed in range(6):
        answered(one, requests(matrix, {"X": rows(50, seed)}))
        answered(two[seed % 2], requests(matrix, {"X": rows(50, seed)}))
    whole, *parts = (_of_any_start(observer) for observer in (one, *two))
    counters = {name for name in whole if name.startswith("colonnade") and ("_total{" in name or "_bucket{" in name)}
    assert counters
    assert {name: whole[name] for name in counters} == {name: sum(part[name] for part in parts) for name in counters}


def _of_any_start(observer: Observer) -> dict[str, float]:
    start = observer._metrics.families.start
    return {name.replace(f"start={start}", "start="): value for name, value in told(observer._metrics).items()}


async def test_what_is_appended_is_counted_without_being_asked(observer: Observer, metrics: Metrics):
    counted = asyncio.Event()
    observer.finished.append(lambda _: counted.set())
    answered(observer, requests(observer.model, {"X": rows(5)}))
    async with asyncio.timeout(20):
        await counted.wait()
    assert 'colonnade_predictions_total{model="logistic"} 5.0' in generate_latest(metrics.registry).decode()


async def test_of_a_flood_little_is_held_back_for_a_second(observer: Observer):
    tasks = requests(observer.model, {"X": rows(64)})
    for _ in range(200):
        observer.batch(tasks, 10.0, 10.1)
    assert observer._batches.uncounted == 200 * 64
    await asyncio.sleep(0)
    assert observer._batches.uncounted <= MOST_ROWS


async def test_answers_that_are_looked_at_one_by_one_hold_no_tasks_for_a_second(observer: Observer):
    for task in requests(observer.model, {"X": rows(10 * STEP_ANSWERS)}):
        observer.batch([task], 10.0, 10.1)
        observer.inflight += 1
        observer.answered(503, 0.1, "overloaded", task)
        await asyncio.sleep(0)
    assert len(observer._answered) <= STEP_ANSWERS + 1


def test_an_ordinary_request_is_held_by_nobody_until_it_is_counted(observer: Observer):
    tasks = requests(observer.model, {"X": rows(64)})
    answered(observer, tasks, seconds=0.001)
    observer.flush()
    before = [sys.getrefcount(task) for task in tasks]
    answered(observer, tasks, seconds=0.001)
    assert [sys.getrefcount(task) for task in tasks][:-1] == before[:-1]  # of the last one the id is told


def test_one_answer_in_a_hundred_is_looked_at_by_itself_whatever_came_before(observer: Observer):
    random = np.random.default_rng(0)

    def looked_at(typical: float, times: int) -> float:
        """The share in the last of so many seconds, in each of which 4,000 answers took about as long."""
        for _ in range(times):
            observer.flush()
            for seconds in random.exponential(typical, 4000):
                observer.answered(200, float(seconds))
        return len(observer._answered) / 4000

    for typical, times in ((0.001, 60), (0.01, 3), (0.001, 3), (0.0001, 3)):
        assert 0.003 < looked_at(typical, times) < 0.03


def test_a_slow_request_is_an_exemplar_among_fast_ones(observer: Observer, metrics: Metrics):
    tasks = requests(observer.model, {"X": rows(200)})
    for _ in range(2):
        answered(observer, tasks, seconds=0.001)
        observer.flush()
    observer.answered(200, 7.0, task=tasks[50])
    answered(observer, tasks, seconds=0.001)
    observer.flush()
    slowest = metrics.exemplars._kept[observer.model.name, 13]
    assert (slowest.labels, slowest.value) == ({"request_id": "r50"}, 7.0)


def test_a_fault_in_counting_stops_neither_the_loop_nor_the_rest(observer: Observer, metrics: Metrics):
    def broken(_: object) -> None:
        raise RuntimeError

    observer.batched.append(broken)
    observer.batch([InferenceTask({}, (), 1)], 0.0, 0.0)
    observer.answered(200, 0.1)
    assert told(metrics)[named("colonnade_requests_total", model=observer.model.name, code="200")] == 1


async def test_openmetrics_leads_from_a_bucket_to_a_request(observer: Observer, metrics: Metrics):
    task = requests(observer.model, {"X": rows(1)})[0]
    observer.answered(200, 0.3, task=task, trace="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
    text, media_type = await metrics.scrape("application/openmetrics-text; version=1.0.0")
    assert media_type.startswith("application/openmetrics-text")
    exemplars = {
        sample.labels["le"]: sample.exemplar
        for family in text_string_to_metric_families(text.decode())
        for sample in family.samples
        if sample.exemplar
    }
    assert list(exemplars) == ["0.5"]
    assert exemplars["0.5"].labels == {"trace_id": "0af7651916cd43dd8448eb211c80319c", "request_id": "r0"}
    assert exemplars["0.5"].value == 0.3


@pytest.mark.parametrize(("key", "trace"), [('a"b\n\\', None), ("x" * 200, None), (None, "rubbish"), (None, "")])
async def test_what_clients_send_does_not_break_the_exposition(observer: Observer, metrics: Metrics, key, trace):
    task = requests(observer.model, {"X": rows(1)})[0]
    task.id = key
    observer.answered(200, 0.3, task=task, trace=trace)
    text, _ = await metrics.scrape("application/openmetrics-text; version=1.0.0")
    families = list(text_string_to_metric_families(text.decode()))
    exemplars = [sample.exemplar for family in families for sample in family.samples if sample.exemplar]
    assert exemplars == []


def test_what_is_no_longer_served_is_no_longer_told_as_served(matrix: Model, metrics: Metrics):
    Observer(matrix, metrics).close()
    assert not of(told(metrics), "colonnade_bundle_info")
