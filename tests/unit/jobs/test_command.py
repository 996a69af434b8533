"""The command as a pod runs it: environment in, termination message and exit code out."""

import json
import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from colonnade_api.jobs import DatasetResult
from colonnade_jobs import outcome
from colonnade_jobs.main import app
from tests.unit.jobs.harness import SCHEMA, people

STACK = {
    "name": "sklearn.ensemble.StackingClassifier",
    "params": {
        "cv": 3,
        "estimators": [
            ["near", {"name": "sklearn.neighbors.KNeighborsClassifier", "params": {"n_neighbors": 7}}],
            ["trees", {"name": "sklearn.ensemble.RandomForestClassifier", "params": {"n_estimators": 5}}],
        ],
    },
}


def run(folder: Path, command: str, document: dict[str, Any], store: str | None = None, **env: str) -> dict[str, Any]:
    log = folder / "termination-log"
    log.unlink(missing_ok=True)
    environment = os.environ | {
        "COLONNADE_JOB": json.dumps({"namespace": "default", "name": "rows"} | document),
        "COLONNADE_STORE": store or f"file://{folder}/store",
        "COLONNADE_TERMINATION_LOG": str(log),
    }
    program = "from colonnade_jobs.main import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", program, command],
        env=environment | env,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert log.exists(), done.stderr
    answer: dict[str, Any] = json.loads(log.read_bytes())
    return answer | {"exit": done.returncode, "log": done.stdout, "errors": done.stderr}


def test_from_rows_to_a_version_to_a_model_and_the_same_again_in_another_process(tmp_path: Path) -> None:
    people(600).to_parquet(tmp_path / "people.parquet")
    source = {"source": {"storageUri": f"file://{tmp_path}/people.parquet"}, "schema": SCHEMA}
    collected = run(tmp_path, "dataset", {"spec": source})
    assert (collected["exit"], collected["outcome"]) == (0, "NewVersion")
    assert "[100 %]" in collected["log"]
    training = {
        "datasetRef": {"name": "rows"},
        "target": "binary",
        "task": "Classification",
        "estimator": STACK,
        "seed": 7,
    }
    training["features"] = {"exclude": ["flag", "grade", "amount"]}
    wanted = {
        "spec": {"model": "rows-binary", "training": training},
        "image": "colonnade/jobs:1",
        "dataset": {"name": "rows", "digest": collected["version"]["digest"]},
    }
    first = run(tmp_path, "train", wanted)
    assert (first["exit"], first["outcome"]) == (0, "Trained"), first["message"]
    for place, threads in (("a", "1"), ("b", "4")):
        other = tmp_path / place
        other.mkdir()
        (tmp_path / "store").joinpath("datasets").rename(other / "datasets")
        again = run(tmp_path, "train", wanted, f"file://{other}", OMP_NUM_THREADS=threads, PYTHONHASHSEED=threads)
        assert again["digest"] == first["digest"]
        (other / "datasets").rename(tmp_path / "store" / "datasets")


def test_a_definite_no_is_no_failure_of_the_job(tmp_path: Path) -> None:
    answer = run(tmp_path, "dataset", {"spec": {"source": {"storageUri": "file:///no/such.csv"}}})
    assert answer["exit"] == 0
    assert (answer["outcome"], answer["reason"], answer.get("version")) == ("Invalid", "SourceNotFound", None)
    assert answer["errors"] == ""


def test_what_a_retry_may_mend_ends_with_1(tmp_path: Path) -> None:
    source = {"source": {"storageUri": "http://127.0.0.1:1/rows.csv", "insecure": True}}
    answer = run(tmp_path, "dataset", {"spec": source})
    assert (answer["exit"], answer["outcome"], answer["reason"]) == (1, "Error", "SourceUnreachable")


def test_a_training_without_its_dataset_says_so(tmp_path: Path) -> None:
    estimator = {"name": "sklearn.naive_bayes.GaussianNB"}
    training = {"datasetRef": {"name": "rows"}, "target": "y", "task": "Classification", "estimator": estimator}
    spec = {"model": "m", "training": training}
    answer = run(tmp_path, "train", {"spec": spec, "dataset": {"name": "rows", "digest": "sha256:" + "0" * 64}})
    assert (answer["exit"], answer["outcome"], answer["reason"]) == (0, "Failed", "DatasetNotFound")


def test_a_mistake_of_ours_ends_with_3_and_isnt_worth_a_retry() -> None:
    def mistaken(scratch: Path) -> DatasetResult:
        raise ZeroDivisionError("of ours")

    answer, code = outcome.of(mistaken)
    assert (code, answer.reason, answer.message) == (3, "InternalError", "ZeroDivisionError: of ours")


def test_a_spec_of_any_length_is_read_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("a\nx\n")
    allowed = [f"a value that may occur {n}" for n in range(900)]
    columns = [{"name": f"c{n}", "type": "category", "allowed": allowed} for n in range(10)]
    spec = {"source": {"storageUri": f"file://{tmp_path}/rows.csv"}, "schema": {"columns": columns}}
    text = json.dumps({"namespace": "default", "name": "rows", "spec": spec})
    assert len(text) > 128 * 1024
    (tmp_path / "job.json").write_text(text)
    answer = tmp_path / "answer.json"
    told = ["--job-file", f"{tmp_path}/job.json", "--store", f"file://{tmp_path}/store", "--answer", str(answer)]
    seen = CliRunner().invoke(app, ["dataset", *told])
    assert seen.exit_code == 0, seen.output
    assert json.loads(answer.read_bytes())["message"].startswith("spec.schema: the source has no column c0")


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        (["dance"], "No such command 'dance'"),
        (["dataset", "--job", "{}"], "Missing option '--store'"),
        (["train", "--store", "file:///s"], "say what to do by one of the two"),
        (["train", "--store", "file:///s", "--job-file", "/no/such.json"], "does not exist"),
    ],
)
def test_a_wrong_command_line_ends_with_2_and_says_why(typed: list[str], words: str) -> None:
    seen = CliRunner().invoke(app, typed)
    assert seen.exit_code == 2
    assert words in seen.output


def test_it_says_its_version() -> None:
    assert CliRunner().invoke(app, ["--version"]).output.strip() == version("colonnade-jobs")
