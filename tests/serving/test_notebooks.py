"""A frame asked of a real model server by the Python client: its answers are those of the model itself."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from kubernetes import client as kubernetes

from colonnade_access import Cluster
from colonnade_client import Deployment, PredictionError, UnsuitableData
from colonnade_client.prediction import predictor
from colonnade_client.session import Session
from colonnade_serving.engine import Engine
from tests.ports import port
from tests.serving.process import Served, serving
from tests.unit.cli.objects import deployment
from tests.unit.cli.playground import Playground
from tests.unit.jobs.harness import FEATURES, SCHEMA, Harness, people

FOLDERS = pytest.TempPathFactory
ROUTED = "/namespaces/default/deployments/people"
"""Where the router has it."""


@pytest.fixture(scope="module")
def harness(tmp_path_factory: FOLDERS) -> Harness:
    made = Harness(tmp_path_factory.mktemp("people"))
    made.dataset(people(), schema=SCHEMA)
    return made


@pytest.fixture(scope="module")
def answer(harness: Harness) -> dict[str, Any]:
    return harness.train(
        "ensemble.HistGradientBoostingClassifier", "binary", {"max_iter": 8}, features={"include": FEATURES}
    )


@pytest.fixture(scope="module")
def served(harness: Harness, answer: dict[str, Any], tmp_path_factory: FOLDERS) -> Iterator[Served]:
    bundle = harness.fetched(answer["artifactUri"])
    folder = tmp_path_factory.mktemp("served")
    settings = (f"--digest={answer['digest']}", "--name=people", f"--root-path={ROUTED}")
    with serving(folder, str(bundle), *settings, COLONNADE_FEEDBACK_KEY="a secret of the test") as server:
        yield server


@pytest.fixture
def asked(served: Served) -> Deployment:
    return at(f"http://127.0.0.1:{served.port}")


def at(url: str | None, api: str = "", router_url: str | None = None) -> Deployment:
    item = deployment()
    item["metadata"]["name"] = "people"
    cluster = Cluster(kubernetes.ApiClient(kubernetes.Configuration(host=api)), "default")
    return Deployment(Session(cluster, router_url=router_url), item, url)


def rows() -> pd.DataFrame:
    """As a notebook has them: out of order, under an index of its own."""
    frame = people(60, seed=9)
    frame.index = pd.Index([f"p{n}" for n in range(60)], name="person")
    return frame.sample(frac=1, random_state=1)


def expected(harness: Harness, answer: dict[str, Any], frame: pd.DataFrame) -> dict[str, Any]:
    """By the engine in this process, from values that were made by hand."""
    numbers = {name: frame[name].astype("float64").to_numpy("float32", na_value=np.nan) for name in ("age", "income")}
    numbers["member"] = frame["member"].astype("Float64").to_numpy("float32", na_value=np.nan)
    seconds = (frame["joined"] - pd.Timestamp(0)) / pd.Timedelta(seconds=1)
    texts = {name: frame[name].fillna("").to_numpy(object) for name in ("city", "note")}
    tensors = {**numbers, **texts, "joined": seconds.to_numpy("float64")}
    return harness.engine(answer).infer({name: values.reshape(-1, 1) for name, values in tensors.items()})


def test_answers_are_the_models_own_under_the_rows_index(
    asked: Deployment, harness: Harness, answer: dict[str, Any]
) -> None:
    frame = rows()
    found, due = asked.predict(frame), expected(harness, answer, frame)
    assert found.index.equals(frame.index)
    assert list(found.columns) == ["label", "probabilities_no", "probabilities_yes"]
    assert list(found["label"]) == list(due["label"].reshape(-1))
    np.testing.assert_allclose(found.iloc[:, 1:].to_numpy(), due["probabilities"], atol=1e-6)


def test_many_rows_are_several_requests_and_one_answer(asked: Deployment, monkeypatch: pytest.MonkeyPatch) -> None:
    frame = rows()
    whole = asked.predict(frame)
    monkeypatch.setattr(predictor, "MOST_ROWS", 7)
    pd.testing.assert_frame_equal(asked.predict(frame), whole)
    monkeypatch.setattr(predictor, "MOST_BYTES", 200)
    pd.testing.assert_frame_equal(asked.predict(frame), whole)


def test_polars_arrow_and_a_dictionary_are_asked_alike(asked: Deployment) -> None:
    frame = rows()[FEATURES]
    due = asked.predict(frame).reset_index(drop=True)
    table = pa.Table.from_pandas(frame, preserve_index=False)
    pd.testing.assert_frame_equal(asked.predict(table), due)
    pd.testing.assert_frame_equal(asked.predict(pl.from_arrow(table)), due)
    columns = {name: list(frame[name].astype(object).where(frame[name].notna(), None)) for name in FEATURES}
    pd.testing.assert_frame_equal(asked.predict(columns), due)


def test_categories_zones_and_dates_of_other_units_mean_the_same(asked: Deployment) -> None:
    frame = rows()[FEATURES]
    due = asked.predict(frame)
    other = frame.assign(
        city=frame["city"].astype("category"),
        joined=frame["joined"].dt.tz_localize("UTC").dt.tz_convert("Asia/Tokyo").dt.as_unit("ns"),
        member=frame["member"].astype(object),
    )
    pd.testing.assert_frame_equal(asked.predict(other), due)


def test_no_rows_have_an_answer_of_the_same_columns(asked: Deployment) -> None:
    frame = rows()
    assert list(asked.predict(frame.head(0)).columns) == list(asked.predict(frame).columns)
    assert len(asked.predict(frame.head(0))) == 0


def test_a_column_that_is_missing_is_named_with_what_was_meant(asked: Deployment) -> None:
    with pytest.raises(UnsuitableData, match=r"lack what the model takes: city; did you mean City?"):
        asked.predict(rows().rename(columns={"city": "City"}))


def test_a_column_that_is_there_twice_is_refused(asked: Deployment) -> None:
    frame = rows()
    with pytest.raises(UnsuitableData, match="2 columns of the name age"):
        asked.predict(pd.concat([frame, frame[["age"]]], axis=1))


@pytest.mark.parametrize(
    ("column", "values", "words"),
    [
        ("age", "forty", "age: the model takes numbers, and the column is .*string"),
        ("city", 3, "city: the model takes text, and the column is int64"),
        ("joined", "2020-01-01", "joined: the model takes numbers, and the column is .*pandas.to_datetime"),
        ("age", pd.Timestamp("2020-01-01"), r"age: the column holds dates, and the model takes numbers \(FP32\)"),
        ("age", 1e300, r"age, row 0: 1e\+300 is beyond what FP32 holds"),
    ],
)
def test_values_that_do_not_fit_are_named(asked: Deployment, column: str, values: Any, words: str) -> None:
    with pytest.raises(UnsuitableData, match=words):
        asked.predict(rows().assign(**{column: values}))


def test_values_of_several_types_are_named(asked: Deployment) -> None:
    mixed = rows()["city"].astype(object)
    mixed.iloc[0] = 7
    with pytest.raises(UnsuitableData, match="city: the column holds values of several types"):
        asked.predict(rows().assign(city=mixed))


def test_what_has_no_columns_is_refused(asked: Deployment) -> None:
    with pytest.raises(UnsuitableData, match="ndarray has no columns with names"):
        asked.predict(np.zeros((3, 6)))


def test_a_model_of_one_array_takes_an_array(logistic: Path, tmp_path: Path) -> None:
    given = np.random.default_rng(3).normal(size=(50, 3))
    due = Engine(logistic, threads=1).infer({"X": given.astype("float32")})
    with serving(tmp_path, str(logistic), "--name=people") as server:
        foreign = at(f"http://127.0.0.1:{server.port}")
        found = foreign.predict(given)
        with pytest.raises(UnsuitableData, match=r"one array X of FP32 \[rows, 3\], whose columns have no names"):
            foreign.predict(rows())
        with pytest.raises(UnsuitableData, match=r"the model takes \[rows, 3\], and the array is \[50, 2\]"):
            foreign.predict(given[:, :2])
        with pytest.raises(UnsuitableData, match=r"X, row 7, column 2: 1e\+300 is none that FP32 holds"):
            foreign.predict(np.where(np.arange(150).reshape(50, 3) == 23, 1e300, given))
        with pytest.raises(UnsuitableData, match="the array holds <U"):
            foreign.predict(given.astype(str))
    np.testing.assert_allclose(found["label"], due["label"].reshape(-1))
    np.testing.assert_allclose(found.iloc[:, 1:].to_numpy(), due["probabilities"], atol=1e-6)


def test_the_inputs_are_known(asked: Deployment) -> None:
    assert asked.inputs["joined"] == "FP64"
    assert asked.inputs["city"] == "BYTES"


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Playground]:
    with Playground(tmp_path).running() as playground:
        yield playground


def router_pod(port: int, ready: str = "True") -> dict[str, Any]:
    labels = {"app.kubernetes.io/name": "colonnade", "app.kubernetes.io/component": "router"}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "router", "namespace": "colonnade-system", "labels": labels},
        "spec": {"containers": [{"name": "envoy", "ports": [{"name": "http", "containerPort": port}]}]},
        "status": {"phase": "Running", "conditions": [{"type": "Ready", "status": ready}]},
    }


def test_from_outside_it_is_asked_through_a_port_forward(
    asked: Deployment, served: Served, cluster: Playground, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)
    monkeypatch.setattr(predictor, "MOST_ROWS", 13)
    cluster.add(router_pod(served.port))
    pd.testing.assert_frame_equal(at(None, cluster.url).predict(rows()), asked.predict(rows()))


def test_within_the_cluster_it_is_asked_by_its_service(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "10.0.0.1")
    inside = at(None)
    inside.item["status"]["url"] = f"http://127.0.0.1:{served.port}"
    assert len(inside.predict(rows())) == 60


def test_the_routers_own_address_is_enough(served: Served) -> None:
    assert len(at(None, router_url=f"http://127.0.0.1:{served.port}/").predict(rows())) == 60


def test_a_port_forward_that_is_refused_says_what_to_do_instead(
    served: Served, cluster: Playground, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)
    with pytest.raises(
        PredictionError, match=r"no pod of the router is ready in namespace colonnade-system; say where"
    ):
        at(None, cluster.url).predict(rows())
    cluster.add(router_pod(served.port))
    way = "/api/v1/namespaces/colonnade-system/pods/router/portforward"
    cluster.refusals["GET", way] = (403, {"message": "pods is forbidden"})
    with pytest.raises(
        PredictionError, match=r"no port-forward .*: Handshake status 403 Forbidden; say where the router"
    ):
        at(None, cluster.url).predict(rows())


def test_where_nothing_answers_it_is_said(tmp_path: Path) -> None:
    url = f"http://127.0.0.1:{port()}"
    with pytest.raises(PredictionError, match=f"{url} does not answer: .*refused"):
        at(url).predict(rows())


def test_the_servers_own_words_are_passed_on(served: Served) -> None:
    with pytest.raises(PredictionError, match="HTTP 404") as refused:
        at(f"http://127.0.0.1:{served.port}/nowhere").predict(rows())
    assert refused.value.status == 404


def test_labels_come_back_by_the_answers_tokens_each_once(asked: Deployment, served: Served) -> None:
    frame = pd.concat([rows()] * 5)
    found = asked.predict(frame, tokens=True)
    assert found["prediction_token"].nunique() == len(frame)
    labels = frame["binary"].astype(str).to_numpy()
    first = asked.feedback(found["prediction_token"][:200], labels[:200])
    assert {outcome: count for outcome, count in first.items() if count} == {"matched": 200}
    again = asked.feedback(found["prediction_token"], labels)
    assert (again["repeated"], again["matched"]) == (200, 100)
    assert asked.feedback("no token of ours", "yes")["unmatched"] == 1
    confusion = served.ask("GET", "/metrics").body.decode()
    counted = [line for line in confusion.splitlines() if line.startswith("colonnade_confusion_total{")]
    assert sum(float(line.rpartition(" ")[2]) for line in counted) == len(frame)


def test_answers_without_tokens_and_servers_without_a_key_say_what_to_set(
    harness: Harness, answer: dict[str, Any], tmp_path: Path
) -> None:
    with serving(tmp_path, str(harness.fetched(answer["artifactUri"])), "--name=people") as server:
        asked = at(f"http://127.0.0.1:{server.port}")
        with pytest.raises(PredictionError, match=r"spec\.serving\.feedback gives them one"):
            asked.predict(rows(), tokens=True)
        with pytest.raises(PredictionError, match="takes no labels by token"):
            asked.feedback("a token", "yes")
