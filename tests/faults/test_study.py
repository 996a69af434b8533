"""A study on two nodes, its operator killed again and again and a node drained: each trial once, the same winner.

COLONNADE_STUDY=40 for the whole proof: 40 trials and ten deaths.
"""

import json
import os
import random
import time
from pathlib import Path
from typing import Any

import pytest

from colonnade_api.jobs import TrialJob
from colonnade_api.models.trials import Trial
from colonnade_jobs.specs import read
from colonnade_jobs.training import tuning
from tests.e2e import tables
from tests.e2e.world import Namespace, dataset, eventually, kubectl, model_version
from tests.faults.nodes import drain
from tests.faults.operators import kill_the_leader, replace_whom_kubelet_lets_wait
from tests.unit.jobs.harness import Harness

pytestmark = pytest.mark.alone

WHOLE = "COLONNADE_STUDY" in os.environ
TRIALS = int(os.environ.get("COLONNADE_STUDY", "8"))
KILLS = 10 if WHOLE else 2
AT_A_TIME, SEED = 4, 7
LONGEST_SECONDS = 60 * TRIALS
ESTIMATOR = "sklearn.linear_model.LogisticRegression"
SEARCH: dict[str, Any] = {
    "algorithm": {"name": "TPE"},
    "objective": {"metricName": "log_loss"},
    "maxTrialCount": TRIALS,
    "parallelTrialCount": AT_A_TIME,
    "parameters": [
        {
            "name": "C",
            "parameterType": "double",
            "feasibleSpace": {"min": 0.001, "max": 100, "distribution": "logUniform"},
        },
        {"name": "max_iter", "parameterType": "int", "feasibleSpace": {"min": 50, "max": 200}},
    ],
}


def study(name: str, **training: Any) -> dict[str, Any]:
    return model_version(name, "orders", "returned", seed=SEED, crossValidation={"folds": 3}, **training)


def searched(name: str) -> dict[str, Any]:
    return study(name, estimator={"name": ESTIMATOR}, tuning=SEARCH)


def ended(namespace: Namespace, name: str) -> list[dict[str, Any]]:
    return list((namespace.status("mv", name).get("trials") or {}).get("ended", []))


def disturb(namespace: Namespace, name: str, node: str) -> None:
    """Ten times, at random moments of the study; the node goes in the midst of it, and stays away."""
    moments = random.Random(SEED)
    for number, so_many in enumerate(sorted(moments.sample(range(TRIALS - AT_A_TIME), KILLS))):
        eventually(f"{so_many} trials have ended", lambda: len(ended(namespace, name)) >= so_many)  # noqa: B023
        time.sleep(moments.uniform(0, 3))
        kill_the_leader()
        if number == KILLS // 2:
            drain(node)
        replace_whom_kubelet_lets_wait()


def jobs_that_ever_were(namespace: Namespace, name: str) -> dict[str, set[str]]:
    """The uids that each trial's Job has had, by its name: Kubernetes has an Event of each pod that it made for one."""
    events = json.loads(kubectl("get", "events", "-n", namespace.name, "-o", "json"))["items"]
    about = [event["involvedObject"] for event in events if event["involvedObject"]["kind"] == "Job"]
    trials = [each for each in about if each["name"].startswith(f"{name}-") and "-t" in each["name"]]
    return {each["name"]: {other["uid"] for other in trials if other["name"] == each["name"]} for each in trials}


def undisturbed(folder: Path) -> list[dict[str, Any]]:
    """The ends of the same study's trials, one after the other in this process."""
    harness = Harness(folder)
    harness.dataset(tables.csv(folder, tables.mixed()).as_uri())
    spec, ends = searched("any")["spec"], list[Trial]()
    data = {"name": "rows", "digest": harness.digest}
    for number in range(TRIALS):
        told = [end.manifest() for end in ends[: max(0, number - AT_A_TIME + 1)]]
        job = {"namespace": "any", "name": "any", "spec": spec, "dataset": data, "number": number, "told": told}
        found = tuning.run(read(TrialJob, json.dumps(job)), harness.store, scratch(folder, number))
        ends.append(Trial(number=number, parameters=found.parameters, value=found.value, std=found.std))
    return [end.manifest() for end in ends]


def scratch(folder: Path, number: int) -> Path:
    made = folder / f"scratch-{number}"
    made.mkdir()
    return made


def test_a_study_outlives_its_operators_and_a_node(namespace: Namespace, tmp_path: Path, second_node: str) -> None:
    namespace.apply(dataset("orders"))
    namespace.push("orders", tables.csv(tmp_path, tables.mixed()))
    namespace.becomes("dset", "orders")
    namespace.apply(searched("disturbed"))
    disturb(namespace, "disturbed", second_node)
    namespace.becomes("mv", "disturbed", seconds=LONGEST_SECONDS)
    found, jobs = namespace.status("mv", "disturbed"), jobs_that_ever_were(namespace, "disturbed")
    trials = found["trials"]["ended"]
    assert [trial["number"] for trial in trials] == list(range(TRIALS))
    assert len(jobs) == TRIALS, jobs
    again = sum(len(uids) - 1 for uids in jobs.values())
    assert again <= AT_A_TIME, "more than the node's last answers, which went with it while no operator was there"
    assert trials == undisturbed(tmp_path)
    best = min(trials, key=lambda trial: trial["value"])
    assert found["trials"]["best"] == best
    namespace.apply(study("plain", estimator={"name": ESTIMATOR, "params": best["parameters"]}))
    namespace.becomes("mv", "plain")
    assert namespace.status("mv", "plain")["digest"] == found["digest"]
