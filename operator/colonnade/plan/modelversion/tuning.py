"""A search for the best parameters: a pure function of the spec and of what its trials told.

Which trials a trial is told of is a function of its number alone (`Tuning.told_of`), whatever ended when. So the same
search tries the same parameters, however often anything was interrupted; a slow trial holds up those that are told of
it, and no more.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from colonnade.plan.common.actions import Action, DeleteJob, RunJob
from colonnade.plan.common.conditions import ConditionUpdate, false, true
from colonnade.plan.common.digests import short_hash
from colonnade.plan.common.job_results import answer, by_annotation, finished, gave_up, is_stuck, makes_room, retry_at
from colonnade.plan.common.observed import Job
from colonnade.plan.modelversion.observed import ObservedModelVersion
from colonnade_api import ModelVersionSpec, ObjectMeta
from colonnade_api.jobs import TrainingData, TrialJob, TrialResult
from colonnade_api.models.training import Training
from colonnade_api.models.trials import Trial, Trials
from colonnade_api.models.tuning import Tuning
from colonnade_api.wellknown import RETRY_ANNOTATION

GAVE_UP = "it ended without an answer"
SPENT = "give each trial more by spec.training.tuning.trialResources, under another name, or search less far"
TRIAL = "trial"
LONGEST_WORD = 253
"""Letters of what asks for a search once more that count, and that status keeps."""


@dataclass(frozen=True)
class Study:
    """What is searched for. spec_hash: of what makes the model."""

    training: Training
    tuning: Tuning
    spec_hash: str


@dataclass(frozen=True)
class Search:
    """Where a search stands. jobs: by trial; done: no trial is left to wait for; too_late: its time is over."""

    study: Study
    trials: Trials
    jobs: Mapping[int, Job]
    done: bool
    too_late: bool = False

    @property
    def tuning(self) -> Tuning:
        return self.study.tuning

    @property
    def failed(self) -> bool:
        """Whether it ended without a winner."""
        return self.done and (self.trials.best is None or self.trials.failed > self.tuning.max_failed_trial_count)

    @property
    def won(self) -> bool:
        return self.done and not self.failed


def search(observed: ObservedModelVersion, spec: ModelVersionSpec, spec_hash: str, now: datetime) -> Search | None:
    """None where the spec asks for none. spec_hash: of what makes the model."""
    training = spec.training
    tuning = training.search if training else None
    if training is None or tuning is None:
        return None
    asked = observed.metadata.annotations.get(RETRY_ANNOTATION, "")[:LONGEST_WORD] or None
    before = observed.status.trials or Trials(retry=asked)
    study = Study(training, tuning, spec_hash)
    found = _found(observed, study, before, now)
    if found.failed and asked and asked != before.retry:
        return _found(observed, study, _once_more(tuning, found.trials, asked), now)
    return found


def _once_more(tuning: Tuning, trials: Trials, asked: str) -> Trials:
    """Without what failed, and without those that were told of it: they would try something else by now."""
    kept: dict[int, Trial] = {}
    for trial in trials.ended:
        if trial.value is not None and all(number in kept for number in tuning.told_of(trial.number)):
            kept[trial.number] = trial
    return Trials(retry=asked, ended=tuple(kept.values()))


def _found(observed: ObservedModelVersion, study: Study, before: Trials, now: datetime) -> Search:
    """before: where it stood, as far as status knows."""
    tuning = study.tuning
    named = {job_name(observed, study.spec_hash, before.retry, number): number for number in range(tuning.total)}
    jobs = {named[job.name]: job for job in observed.jobs if job.name in named}
    ended = {trial.number: trial for trial in before.ended}
    ended |= {number: trial for number, job in jobs.items() if (trial := _ended(tuning, number, job))}
    started = before.started_at or min((job.created_at for job in jobs.values()), default=None)
    asked = tuning.asked(ended)
    decisive = _decisive(study, asked, ended)
    counted = [ended[number] for number in sorted(ended) if decisive is None or number <= decisive]
    running = sum(number not in ended and not finished(job) for number, job in jobs.items())
    trials = Trials(
        retry=before.retry,
        total=len(asked),
        started_at=started,
        running=0 if decisive is not None else running,
        succeeded=sum(trial.value is not None for trial in counted),
        failed=sum(trial.value is None for trial in counted),
        best=_best(study, counted),
        ended=tuple(ended[number] for number in sorted(ended)),
    )
    too_late = bool(tuning.timeout and started and now >= started + tuning.timeout)
    over = ended.keys() >= set(asked) or ((too_late or trials.failed > tuning.max_failed_trial_count) and not running)
    return Search(study, trials, jobs, decisive is not None or over, too_late)


def job_name(observed: ObservedModelVersion, spec_hash: str, retry: str | None, number: int) -> str:
    """A trial's. retry: what asked for it, where it is tried once more."""
    return f"{observed.metadata.name}-{short_hash([spec_hash, retry]) if retry else spec_hash}-t{number}"


def actions(
    observed: ObservedModelVersion, spec: ModelVersionSpec, found: Search, dataset: TrainingData, now: datetime
) -> tuple[Action, ...]:
    """Trials to begin, and Jobs that make room for another try."""
    ended = {trial.number for trial in found.trials.ended}
    room = [
        DeleteJob(job.name)
        for number, job in found.jobs.items()
        if number not in ended and makes_room(job, TrialResult, observed.image, now)
    ]
    return (*room, *(_run(observed, spec, found, number, dataset) for number in _due(found)))


def swept(observed: ObservedModelVersion) -> tuple[Action, ...]:
    """The trials' Jobs are gone once what they told stands in status, and the winner was trained."""
    return tuple(DeleteJob(job.name) for job in observed.jobs if job.component == TRIAL and not job.deleting)


def settled(spec: ModelVersionSpec, trials: Trials | None) -> ModelVersionSpec:
    """The spec as it would be written with the winner's parameters, and without a search."""
    if spec.training is None or spec.training.search is None or trials is None or trials.best is None:
        return spec
    return spec.model_copy(update={"training": spec.training.tuned(trials.best.parameters)})


def condition(found: Search, about: ObjectMeta) -> ConditionUpdate:
    """Tuned."""
    trials, best = found.trials, _shown(found.tuning, found.trials.best)
    if found.failed:
        reasons = "; ".join(dict.fromkeys(trial.message for trial in trials.ended if trial.message))
        again = f"try those again by {by_annotation('mv', about, RETRY_ANNOTATION)}"
        said = f"{trials.failed} of {len(trials.ended)} trials failed; {again}: {reasons}"
        return false("Tuned", "SearchFailed", said)
    if found.won:
        return true("Tuned", "Tuned", f"{best}, the best of {trials.succeeded} trials")
    so_far = f"; the best so far {best}" if best else ""
    waits = "; its time is over, and no other begins" if found.too_late else ""
    stands = f"{trials.succeeded + trials.failed} of {trials.total} trials ended, {trials.running} run"
    troubled = next((f"; {job.name}: {job.message}" for job in found.jobs.values() if job.message), "")
    return false("Tuned", "Tuning", f"{stands}{so_far}{waits}{troubled}")


def look_again(found: Search | None, now: datetime) -> timedelta | None:
    """When something is due that no change of an object tells."""
    if found is None or found.done:
        return None
    moments = [moment for job in found.jobs.values() if gave_up(job, TrialResult) and (moment := retry_at(job))]
    if found.tuning.timeout and found.trials.started_at:
        moments.append(found.trials.started_at + found.tuning.timeout)
    later = [moment - now for moment in moments if moment > now]
    return min(later, default=None)


def _ended(tuning: Tuning, number: int, job: Job) -> Trial | None:
    said, rung = answer(job, TrialResult), tuning.rung_of(number)
    if said and said.outcome == "Measured":
        return Trial(number=number, rung=rung, parameters=said.parameters, value=said.value, std=said.std)
    if said:
        return Trial(number=number, rung=rung, parameters=said.parameters, message=f"{said.reason}: {said.message}")
    if job.spent:
        return Trial(number=number, rung=rung, message=f"Job {job.name}: {job.message or GAVE_UP}; {SPENT}")
    if is_stuck(job, TrialResult):
        return Trial(number=number, rung=rung, message=f"Job {job.name}: {job.message or GAVE_UP}")
    return None


def _decisive(study: Study, asked: list[int], ended: Mapping[int, Trial]) -> int | None:
    """The first trial by number that reaches the goal with all rows and iterations, once all before it have ended."""
    for number in asked:
        trial = ended.get(number)
        if trial is None:
            return None
        if trial.value is not None and study.tuning.is_whole(number) and study.training.reached(trial.value):
            return number
    return None


def _best(study: Study, counted: list[Trial]) -> Trial | None:
    """Of the highest rung that anything is known of."""
    known = [trial for trial in counted if trial.value is not None]
    rung = max((trial.rung or 0 for trial in known), default=0)
    return study.training.best([trial for trial in known if (trial.rung or 0) == rung])


def _due(found: Search) -> list[int]:
    if found.done or found.too_late or found.trials.failed > found.tuning.max_failed_trial_count:
        return []
    ended = {trial.number for trial in found.trials.ended}
    asked = found.tuning.asked({trial.number: trial for trial in found.trials.ended})
    able = [n for n in asked if n not in ended and _knows_enough(found.tuning, n, set(asked), ended)]
    return [number for number in able[: found.tuning.parallel_trial_count] if number not in found.jobs]


def _knows_enough(tuning: Tuning, number: int, asked: set[int], ended: set[int]) -> bool:
    """Whether all that the trial is told of have ended."""
    return ended >= asked.intersection(tuning.told_of(number))


def _run(
    observed: ObservedModelVersion, spec: ModelVersionSpec, found: Search, number: int, dataset: TrainingData
) -> RunJob:
    about, heard = observed.metadata, found.tuning.told_of(number)
    told = tuple(trial for trial in found.trials.ended if trial.number in heard)
    document = TrialJob(
        namespace=about.namespace, name=about.name, spec=spec, dataset=dataset, number=number, told=told
    )
    name = job_name(observed, found.study.spec_hash, found.trials.retry, number)
    return RunJob(name, found.study.spec_hash, document)


def _shown(tuning: Tuning, best: Trial | None) -> str:
    if best is None or best.value is None:
        return ""
    by = ", ".join(f"{name} {value}" for name, value in best.parameters.items())
    return f"{tuning.objective.metric_name} {best.value:.4g} by {by}"
