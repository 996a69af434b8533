"""Which parameters a trial tries: the same for the same search, seed, number and earlier trials, wherever it runs."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import optuna
from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.samplers import BaseSampler, RandomSampler, TPESampler
from optuna.trial import FrozenTrial, TrialState, create_trial

from colonnade_api.models.spaces import SearchedParameter
from colonnade_api.models.training import Training
from colonnade_api.models.trials import Trial
from colonnade_api.models.tuning import Tuning

optuna.logging.set_verbosity(optuna.logging.WARNING)
Parameters = dict[str, Any]


def propose(training: Training, number: int, told: Sequence[Trial]) -> Parameters:
    """The parameters of a trial by its number, from 0. told: the trials that it chooses by, by number.

    Raises ValueError where the training has no search, or fewer were told than a rung promotes.
    """
    tuning = training.search
    if tuning is None:
        raise ValueError("spec.training.tuning: there is none")
    if tuning.algorithm.name == "Grid":
        return {name: _as_kept(value) for name, value in tuning.combination(number).items()}
    if below := tuning.algorithm.rungs and tuning.told_of(number):
        return training.ranked(told)[number - below.stop].parameters
    first = training.automl.first_of(training.task, number) if training.automl else None
    return first or _drawn(training, tuning, number, told)


def distribution(parameter: SearchedParameter) -> BaseDistribution:
    """A parameter's feasible space as Optuna has it."""
    space = parameter.feasible_space
    if space.list_ is not None:
        return CategoricalDistribution(space.list_)
    if space.min is None or space.max is None:
        raise ValueError(f"{parameter.name}: a space has a list, or min and max")
    logarithmic = space.distribution == "logUniform"
    if parameter.parameter_type == "int":
        return IntDistribution(round(space.min), round(space.max), log=logarithmic, step=round(space.step or 1))
    return FloatDistribution(space.min, space.max, log=logarithmic, step=space.step)


def _drawn(training: Training, tuning: Tuning, number: int, told: Sequence[Trial]) -> Parameters:
    """Optuna's study is made of what is told alone, in memory; each trial draws from a seed of its own, so that two
    that are told the same don't try the same."""
    study = optuna.create_study(direction=training.objective, sampler=_sampler(tuning, training.seed, number))
    study.add_trials([ended for trial in told if (ended := _ended(trial, tuning))])
    asked, chosen = study.ask(), Parameters()
    for one in tuning.parameters:
        if one.applies(chosen):
            chosen[one.name] = _as_asked(one, asked._suggest(one.name, distribution(one)))
    return chosen


def _sampler(tuning: Tuning, seed: int, number: int) -> BaseSampler:
    own = int(np.random.SeedSequence([seed, number]).generate_state(1)[0])
    return TPESampler(seed=own) if tuning.algorithm.name == "TPE" else RandomSampler(own)


def _ended(trial: Trial, tuning: Tuning) -> FrozenTrial | None:
    """None of one that died before it told what it tried."""
    if not trial.parameters:
        return None
    space = {one.name: distribution(one) for one in tuning.parameters if one.name in trial.parameters}
    if trial.value is None:
        return create_trial(state=TrialState.FAIL, params=trial.parameters, distributions=space)
    return create_trial(value=trial.value, params=trial.parameters, distributions=space)


def _as_asked(parameter: SearchedParameter, value: Any) -> Any:
    """As the spec has it in its list: a whole number stays whole."""
    listed = parameter.feasible_space.list_ or ()
    return _as_kept(next((each for each in listed if each == value and type(each) is type(value)), value))


def _as_kept(value: Any) -> Any:
    """As Kubernetes keeps a number, where 1.0 is 1: what is tried is what the winner, written out, says."""
    return int(value) if isinstance(value, float) and value.is_integer() else value
