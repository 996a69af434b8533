"""A harness to run Jobs at: a store of its own, and builders for what a sentence doesn't speak of."""

import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from colonnade_api.jobs import DatasetJob, TrainJob
from colonnade_jobs import data, training
from colonnade_jobs.results import Result
from colonnade_jobs.specs import read
from colonnade_serving.bundle import Bundle, verify_bundle
from colonnade_serving.engine import Engine
from colonnade_serving.store import open_store

Answer = dict[str, Any]


class Harness:
    """Runs dataset and training Jobs in this process against a store in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.url = f"file://{folder / 'store'}"
        self.store = open_store(self.url)
        self.digest = ""
        self.terms: dict[str, str] = {}
        self.serving: dict[str, str] | None = None
        self.signing_key: Path | None = None

    def write(self, text: str, name: str = "rows.csv") -> str:
        """Writes a source file; returns its address."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return f"file://{path}"

    def dataset(
        self,
        rows: str | pd.DataFrame,
        previous: str | None = None,
        upstream: dict[str, str] | None = None,
        **spec: Any,
    ) -> Answer:
        """The answer to a dataset Job over csv text, a frame (as parquet) or a source's address."""
        job = {
            "namespace": "default",
            "name": "rows",
            "previous": previous,
            "upstream": upstream or {},
            "spec": {"source": self._source(rows)} | spec,
        }
        return self.collect(job)

    def collect(self, job: Answer) -> Answer:
        """The answer to a dataset Job."""
        claims = self.folder / "pvc"
        with tempfile.TemporaryDirectory(dir=self.folder) as scratch:
            found = data.run(
                read(DatasetJob, json.dumps(job)), self.store, Path(scratch), claims, self.folder / "pseudonyms"
            )
        answer = _as_json(found)
        self.digest = answer["version"]["digest"] or self.digest
        return answer

    def train(self, estimator: str, target: str = "y", params: Answer | None = None, **spec: Any) -> Answer:
        """The answer to a training Job on the last dataset; estimator: its name, below `sklearn.` if it is theirs."""
        wanted = {
            "datasetRef": {"name": "rows"},
            "target": target,
            "estimator": {"name": full_name(estimator), "params": params or {}},
            "seed": 7,
        }
        return self.make({"model": "rows-y", "training": {"task": "Classification"} | wanted | spec})

    def make(self, spec: Answer, **told: str) -> Answer:
        """The answer to a training Job, which is told this too."""
        version = {"name": "rows", "digest": self.digest, **self.terms} if "training" in spec else None
        job = {
            "namespace": "default",
            "name": "rows-y-1",
            "image": "colonnade/jobs:1",
            "spec": spec,
            "dataset": version,
            "serving": self.serving,
            **told,
        }
        with tempfile.TemporaryDirectory(dir=self.folder) as scratch:
            return _as_json(training.run(read(TrainJob, json.dumps(job)), self.store, Path(scratch), self.signing_key))

    def serve(self, answer: Answer, name: str = "rows-y-0") -> None:
        """A model that a training Job made is what the next trainings are compared with."""
        self.serving = {"modelVersion": name, "digest": answer["digest"], "deployment": "rows-y"}

    def fetched(self, uri: str) -> Path:
        """The local path of something in the store."""
        return Path(uri.removeprefix("file://"))

    def table(self, answer: Answer) -> pd.DataFrame:
        """The rows of a version."""
        return pd.read_parquet(self.fetched(answer["version"]["reportUri"]).parent / "data.parquet")

    def quarantine(self, answer: Answer) -> pd.DataFrame:
        """The rows that were set aside."""
        return pd.read_parquet(self.fetched(answer["version"]["quarantineUri"]))

    def report(self, answer: Answer) -> Answer:
        """The report of a version, or of rows that make none."""
        found: Answer = json.loads(self.fetched(answer["version"]["reportUri"]).read_bytes())
        return found

    def card(self, answer: Answer) -> Answer:
        """The card of a model that a training Job made."""
        found: Answer = json.loads((self.fetched(answer["artifactUri"]) / "card.json").read_bytes())
        return found

    def bundle(self, answer: Answer) -> Bundle:
        """The bundle that a training Job made, verified."""
        return verify_bundle(self.fetched(answer["artifactUri"]), answer["digest"])[0]

    def engine(self, answer: Answer) -> Engine:
        """The serving engine with that bundle's model."""
        return Engine(self.fetched(answer["artifactUri"]) / "model.onnx", threads=1)

    def _source(self, rows: str | pd.DataFrame) -> Answer:
        if isinstance(rows, pd.DataFrame):
            path = self.folder / "rows.parquet"
            rows.to_parquet(path)
            return {"storageUri": f"file://{path}"}
        if "://" in rows.partition("\n")[0]:
            return {"storageUri": rows}
        return {"storageUri": self.write(rows)}


def full_name(estimator: str) -> str:
    """As a spec has it."""
    return estimator if estimator.startswith(("xgboost.", "lightgbm.")) else f"sklearn.{estimator}"


def _as_json(result: Result) -> Answer:
    answer: Answer = result.model_dump(mode="json", by_alias=True)
    return answer


def people(rows: int = 400, seed: int = 3) -> pd.DataFrame:
    """Rows with every kind of column, missing values in each feature, and targets of every kind that depend on them."""
    random = np.random.default_rng(seed)
    age, income = random.normal(40, 12, rows), random.lognormal(10, 1, rows)
    city = random.choice(["Bern", "Genève", "Zürich", "Ürlikon"], rows, p=[0.4, 0.3, 0.2, 0.1])
    words = np.array(["late", "Kind", "good", "Bad", "über", "ok"])
    note = np.array([" ".join(random.choice(words, random.integers(3, 8))) for _ in range(rows)], dtype=object)
    joined = pd.Timestamp("2020-02-29T23:30:00") + pd.to_timedelta(random.integers(0, 1500 * 86400, rows), unit="s")
    member = random.random(rows) < 0.5
    bad = np.array([text.count("Bad") - text.count("good") for text in note])
    score = (
        (age - 40) / 12 + (np.log(income) - 10) / 2 + (city == "Bern") + member + bad / 2 + joined.month.to_numpy() / 12
    )
    score = score + random.normal(0, 0.3, rows)
    frame = pd.DataFrame({"age": age, "income": income, "city": city, "note": note, "joined": joined, "member": member})
    frame["member"] = frame["member"].astype("boolean")
    for column in frame.columns:
        frame.loc[random.random(rows) < 0.05, column] = None
    frame["flag"] = score > np.median(score)
    frame["binary"] = np.where(score > np.median(score), "yes", "no")
    frame["grade"] = np.digitize(score, np.quantile(score, [0.33, 0.66]))
    frame["amount"] = 100 * score
    return frame


FEATURES = ["age", "income", "city", "note", "joined", "member"]
SCHEMA = {
    "columns": [
        {"name": "age", "type": "number", "nullable": True},
        {"name": "city", "type": "category", "nullable": True},
        {"name": "note", "type": "text", "nullable": True},
        {"name": "joined", "type": "date", "nullable": True},
        {"name": "member", "type": "boolean", "nullable": True},
    ]
}
