"""A search: trials in their order, the same whatever is interrupted, and the winner trained as if written out."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from colonnade.plan.common.actions import DeleteJob, RunJob
from colonnade.plan.common.observed import Job
from colonnade.plan.modelversion.observed import ObservedModelVersion
from colonnade.plan.modelversion.plan import plan
from colonnade_api import ModelVersionStatus
from colonnade_api.jobs import TrainJob, TrialJob
from colonnade_api.wellknown import RETRY_ANNOTATION
from tests.unit.plan.modelversion.test_modelversion import TRAINING, said, version
from tests.unit.plan.world import at, digest

Values = dict[int, float | None]


class Cluster:
    """Runs the plan's Jobs: trials answer by a table of objectives (None: the trial fails), training always works."""

    def __init__(self, values: Values, **tuning: Any) -> None:
        wanted = {
            "algorithm": {"name": "Random"},
            "objective": {"metricName": "roc_auc"},
            "parameters": [{"name": "C", "parameterType": "double", "feasibleSpace": {"min": 0.1, "max": 1}}],
            **tuning,
        }
        self.values = values
        self.observed: ObservedModelVersion = version(training=TRAINING | {"tuning": wanted})
        self.begun: dict[str, TrialJob | TrainJob] = {}
        self.swept: list[str] = []
        self.most = 0
        self.seconds = 0.0

    def pass_over(self) -> None:
        """One pass of the operator, whose actions are done in their order."""
        decision = plan(self.observed, self.now)
        jobs = {job.name: job for job in self.observed.jobs}
        for action in decision.actions:
            if isinstance(action, RunJob) and action.name not in jobs:
                assert action.name not in self.begun, "no trial runs twice"
                assert isinstance(action.document, TrialJob | TrainJob)
                self.begun[action.name] = action.document
                component = "trial" if isinstance(action.document, TrialJob) else "training"
                jobs[action.name] = Job(action.name, action.spec_hash, self.now, active=1, component=component)
            if isinstance(action, DeleteJob):
                self.swept.append(action.name)
                del jobs[action.name]
        self.observed = replace(self.observed, jobs=tuple(jobs.values()), status=decision.status)
        self.most = max(self.most, len(self.running))

    def forget(self) -> None:
        """The operator dies after it began the Jobs, and before it wrote status."""
        status = self.observed.status
        self.pass_over()
        self.observed = replace(self.observed, status=status)

    def end(self, name: str) -> None:
        self._becomes(name, succeeded=True, result=self._answer(name))

    def lose(self, name: str) -> None:
        """Its pod answered, and went with its node before anyone read it."""
        self._becomes(name, succeeded=True)

    def lose_an_answer(self, name: str) -> None:
        """The same, until it is asked for again and runs."""
        self.lose(name)
        self.seconds += 20
        self.pass_over()
        before = self.begun.pop(name)
        self.pass_over()
        assert self.begun[name] == before, "the same Job is asked for, told the same"

    def spend(self, name: str) -> None:
        """It took too much memory, each time."""
        self._becomes(name, failed=True, spent=True, message="OOMKilled: it took more memory than its limit")

    def ask_again(self, words: str) -> None:
        metadata = self.observed.metadata.model_copy(update={"annotations": {RETRY_ANNOTATION: words}})
        self.observed = replace(self.observed, metadata=metadata)

    def _becomes(self, name: str, **state: Any) -> None:
        jobs = {job.name: job for job in self.observed.jobs}
        ended = replace(jobs[name], active=0, finished_at=self.now, **state)
        self.observed = replace(self.observed, jobs=tuple((jobs | {name: ended}).values()))

    def run(self, choose: Callable[[list[str]], str] = min) -> "Cluster":
        """Until nothing runs any more; choose: which of the running Jobs ends next."""
        self.pass_over()
        while self.running:
            self.seconds += 10
            self.end(choose(self.running))
            self.pass_over()
        self.pass_over()
        return self

    @property
    def now(self) -> datetime:
        return at(self.seconds)

    @property
    def running(self) -> list[str]:
        return [job.name for job in self.observed.jobs if job.active]

    @property
    def status(self) -> ModelVersionStatus:
        return self.observed.status

    @property
    def trials(self) -> dict[int, TrialJob]:
        return {told.number: told for told in self.begun.values() if isinstance(told, TrialJob)}

    @property
    def trained(self) -> list[TrainJob]:
        return [told for told in self.begun.values() if isinstance(told, TrainJob)]

    def _answer(self, name: str) -> dict[str, Any]:
        told = self.begun[name]
        if isinstance(told, TrainJob):
            found = {"digest": digest("model"), "artifactUri": "file:///m", "heldOut": {"rows": 1000}}
            return {"outcome": "Trained", "reason": "Trained", **found}
        value = self.values.get(told.number, 0.5)
        parameters = {"C": (told.number + 1) / 10}
        if value is None:
            return {"outcome": "Failed", "reason": "TrainingFailed", "message": "no", "parameters": parameters}
        return {"outcome": "Measured", "reason": "Measured", "parameters": parameters, "value": value, "std": 0.01}


def test_so_many_trials_run_at_a_time_and_no_more_than_asked_for() -> None:
    cluster = Cluster({4: 0.9}, maxTrialCount=7, parallelTrialCount=3).run()
    assert (sorted(cluster.trials), cluster.most) == ([0, 1, 2, 3, 4, 5, 6], 3)
    assert cluster.status.trials is not None
    assert (cluster.status.trials.succeeded, cluster.status.trials.failed, cluster.status.trials.running) == (7, 0, 0)


def test_the_winner_is_trained_as_if_its_parameters_were_written_out() -> None:
    cluster = Cluster({4: 0.9}, maxTrialCount=7).run()
    (told,) = cluster.trained
    written = version(training=TRAINING | {"estimator": TRAINING["estimator"] | {"params": {"C": 0.5}}})  # type: ignore[operator]
    assert told.spec == written.spec
    assert said(cluster.observed, "Tuned")[2] == "roc_auc 0.9 by C 0.5, the best of 7 trials"
    assert said(cluster.observed, "Trained")[0] == "True"


def test_its_trials_jobs_are_swept_once_it_is_trained_and_their_ends_stay_in_status() -> None:
    cluster = Cluster({}, maxTrialCount=3).run()
    assert sorted(cluster.swept) == sorted(name for name, told in cluster.begun.items() if isinstance(told, TrialJob))
    assert cluster.status.trials is not None
    assert [trial.number for trial in cluster.status.trials.ended] == [0, 1, 2]


def test_of_a_minimized_objective_the_least_wins_and_of_equals_the_first() -> None:
    cluster = Cluster({1: 0.2, 3: 0.2}, objective={"metricName": "log_loss"}, maxTrialCount=5).run()
    assert cluster.status.trials is not None
    assert cluster.status.trials.best is not None
    assert cluster.status.trials.best.number == 1


def test_a_goal_ends_the_search_at_the_first_trial_that_reaches_it() -> None:
    goal = {"metricName": "roc_auc", "goal": 0.8}
    cluster = Cluster({2: 0.85, 3: 0.99}, objective=goal, maxTrialCount=20, parallelTrialCount=2).run()
    assert cluster.trained[0].spec.training is not None
    assert cluster.trained[0].spec.training.learner.params == {"C": pytest.approx(0.3)}
    assert max(cluster.trials) <= 3


def test_a_failed_trial_is_a_result_and_too_many_end_the_search() -> None:
    cluster = Cluster({0: None, 1: 0.7}, maxTrialCount=3, maxFailedTrialCount=1).run()
    assert said(cluster.observed, "Tuned")[0] == "True"
    cluster = Cluster(dict.fromkeys(range(20)), maxTrialCount=20, parallelTrialCount=2, maxFailedTrialCount=2).run()
    assert len(cluster.trials) < 7
    assert cluster.trained == []
    assert said(cluster.observed, "Tuned")[:2] == ("False", "SearchFailed")
    assert "TrainingFailed: no" in said(cluster.observed, "Ready")[2]
    assert said(cluster.observed, "Stalled")[0] == "True"


def test_after_its_time_no_trial_begins_and_the_best_so_far_is_taken() -> None:
    cluster = Cluster({0: 0.8}, maxTrialCount=20, parallelTrialCount=1, timeout="25s").run()
    assert sorted(cluster.trials) == [0, 1, 2]
    assert cluster.trained[0].spec.training is not None
    assert cluster.trained[0].spec.training.learner.params == {"C": pytest.approx(0.1)}


def test_it_looks_again_when_its_time_is_over() -> None:
    cluster = Cluster({}, maxTrialCount=2, timeout="1h")
    cluster.pass_over()
    again = plan(cluster.observed, at(30)).requeue_after
    assert again is not None
    assert again.total_seconds() == 3570


def test_nothing_begins_before_the_dataset_has_a_version() -> None:
    cluster = Cluster({})
    cluster.observed = replace(cluster.observed, dataset=None)
    assert plan(cluster.observed, at(0)).actions == ()
    assert plan(cluster.observed, at(0)).status.condition("Tuned") is None


def test_where_it_stands_is_said() -> None:
    cluster = Cluster({0: 0.8}, maxTrialCount=9)
    cluster.pass_over()
    cluster.end(cluster.running[0])
    cluster.pass_over()
    told = "1 of 9 trials ended, 2 run; the best so far roc_auc 0.8 by C 0.1"
    assert said(cluster.observed, "Tuned") == ("False", "Tuning", told)
    assert said(cluster.observed, "Trained") == ("False", "Tuning", told)
    assert said(cluster.observed, "Reconciling")[0] == "True"


def test_a_trial_that_takes_too_much_memory_is_a_result_and_the_search_goes_on() -> None:
    cluster = Cluster({}, maxTrialCount=3, parallelTrialCount=1)
    cluster.pass_over()
    cluster.spend(cluster.running[0])
    cluster.run()
    assert cluster.status.trials is not None
    assert (cluster.status.trials.failed, cluster.status.trials.succeeded) == (1, 2)
    told = cluster.status.trials.ended[0].message or ""
    assert "give each trial more by spec.training.tuning.trialResources" in told


def test_a_trial_whose_answer_went_with_its_pod_is_soon_tried_again() -> None:
    cluster = Cluster({}, maxTrialCount=1)
    cluster.pass_over()
    cluster.lose(cluster.running[0])
    again = plan(cluster.observed, cluster.now).requeue_after
    assert again is not None
    assert again <= timedelta(minutes=1)
    cluster.seconds += 60
    cluster.pass_over()
    cluster.begun.clear()
    cluster.run()
    assert sorted(cluster.trials) == [0]


def test_a_failed_search_that_is_asked_for_again_tries_again_what_failed() -> None:
    cluster = Cluster({0: 0.7, 1: None, 2: None}, maxTrialCount=4, parallelTrialCount=2, maxFailedTrialCount=1).run()
    assert said(cluster.observed, "Tuned")[1] == "SearchFailed"
    assert "colonnade.dev/retry" in said(cluster.observed, "Tuned")[2]
    before = sorted(cluster.trials)
    cluster.values |= {1: 0.9, 2: 0.8}
    cluster.ask_again("more memory by now")
    cluster.run()
    assert said(cluster.observed, "Tuned")[0] == "True"
    again = [told.number for told in cluster.begun.values() if isinstance(told, TrialJob)][len(before) :]
    assert sorted(again) == [1, 2]
    assert cluster.status.trials is not None
    assert [trial.value for trial in cluster.status.trials.ended] == [0.7, 0.9, 0.8, 0.5]


def test_what_was_told_of_a_failed_trial_is_tried_again_too_as_in_a_search_where_it_had_not_failed() -> None:
    tpe = {"algorithm": {"name": "TPE"}, "maxTrialCount": 5, "parallelTrialCount": 1, "maxFailedTrialCount": 1}
    disturbed = Cluster({1: None, 3: None}, **tpe).run()
    disturbed.values = {1: 0.9}
    disturbed.ask_again("once more")
    disturbed.run()
    assert disturbed.trained == Cluster({1: 0.9}, **tpe).run().trained
    assert disturbed.trials == Cluster({1: 0.9}, **tpe).run().trials


def test_asking_again_while_a_search_runs_or_after_it_was_won_changes_nothing() -> None:
    cluster = Cluster({}, maxTrialCount=3)
    cluster.pass_over()
    cluster.ask_again("now")
    cluster.run()
    assert len([told for told in cluster.begun.values() if isinstance(told, TrialJob)]) == 3


def test_a_slow_trial_holds_up_none_that_is_not_told_of_it() -> None:
    cluster = Cluster({}, algorithm={"name": "Random"}, maxTrialCount=6, parallelTrialCount=2)
    cluster.run(max)
    assert cluster.most == 2
    assert list(cluster.trials) == [0, 1, 2, 3, 4, 5]
    assert all(trial.told == () for trial in cluster.trials.values())


HALVING = {"algorithm": {"name": "SuccessiveHalving"}, "maxTrialCount": 13}


def rungs(cluster: Cluster) -> list[int | None]:
    assert cluster.status.trials is not None
    return [trial.rung for trial in cluster.status.trials.ended]


def test_the_best_of_a_rung_are_tried_again_and_the_last_rung_has_the_winner() -> None:
    cluster = Cluster({3: 0.9, 12: 0.4}, **HALVING, parallelTrialCount=4).run(max)
    assert rungs(cluster) == [0] * 9 + [1] * 3 + [2]
    assert [trial.number for trial in cluster.trials[9].told] == list(range(9))
    assert [trial.number for trial in cluster.trials[12].told] == [9, 10, 11]
    assert cluster.status.trials is not None
    assert cluster.status.trials.best is not None
    assert cluster.status.trials.best.number == 12, "its value is of all rows, those below of fewer"


def test_of_a_rung_where_too_few_are_left_fewer_are_promoted() -> None:
    cluster = Cluster(dict.fromkeys(range(8)), **HALVING, maxFailedTrialCount=8).run()
    assert sorted(cluster.trials) == [*range(10), 12]
    assert said(cluster.observed, "Tuned")[0] == "True"
    assert cluster.status.trials is not None
    assert (cluster.status.trials.total, cluster.status.trials.succeeded) == (11, 3)


def test_a_goal_that_is_reached_on_fewer_rows_ends_nothing() -> None:
    goal = {"objective": {"metricName": "roc_auc", "goal": 0.8}}
    cluster = Cluster({0: 0.99, 12: 0.7}, **HALVING, **goal).run()
    assert len(cluster.trials) == 13


@settings(deadline=None)
@given(data=st.data(), parallel=st.integers(1, 5), name=st.sampled_from(["Random", "TPE", "SuccessiveHalving"]))
def test_whatever_ends_when_and_however_often_the_operator_dies_the_same_is_tried(
    data: st.DataObject, parallel: int, name: str
) -> None:
    values: Values = data.draw(st.dictionaries(st.integers(0, 13), st.sampled_from([None, 0.6, 0.7, 0.8])))
    total = data.draw(st.integers(13 if name == "SuccessiveHalving" else 1, 14))
    asked: dict[str, Any] = {"maxTrialCount": total, "parallelTrialCount": parallel, "maxFailedTrialCount": 14}
    asked |= {"algorithm": {"name": name}}
    undisturbed, disturbed = Cluster(values, **asked).run(), Cluster(values, **asked)

    def choose(running: list[str]) -> str:
        for _ in range(data.draw(st.integers(0, 2))):
            disturbed.forget()
        if data.draw(st.booleans()):
            disturbed.lose_an_answer(data.draw(st.sampled_from(sorted(disturbed.running))))
        return data.draw(st.sampled_from(sorted(running)))

    disturbed.run(choose)
    assert disturbed.trials == undisturbed.trials
    assert disturbed.trained == undisturbed.trained
    assert disturbed.status.trials is not None
    assert undisturbed.status.trials is not None
    assert disturbed.status.trials.best == undisturbed.status.trials.best
