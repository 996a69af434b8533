"""Which parameters a trial tries: the same for the same search, seed, number and earlier trials, wherever it runs."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import optuna
from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.samplers import BaseSampler, RandomSampler, TPESampler
from optuna.trial import FrozenTrial, TrialState, create_trial

from colonnade_api.models.tuning import SearchedParameter, Trial, Tuning

optuna.logging.set_verbosity(optuna.logging.WARNING)


def propose(tuning: Tuning, seed: int, number: int, told: Sequence[Trial]) -> dict[str, Any]:
    """The parameters of a trial by its number, from 0. told: the trials that it chooses by, by number.

    Optuna's study is made of those alone, in memory; each trial draws from a seed of its own, so that two that are told
    the same don't try the same.
    """
    if tuning.algorithm.name == "Grid":
        return {name: _as_kept(value) for name, value in tuning.combination(number).items()}
    space = {one.name: distribution(one) for one in tuning.parameters}
    study = optuna.create_study(direction=tuning.objective.direction, sampler=_sampler(tuning, seed, number))
    study.add_trials([_ended(trial, space) for trial in told if set(trial.parameters) == set(space)])
    chosen = study.ask(space)
    return {one.name: _as_asked(one, chosen.params[one.name]) for one in tuning.parameters}


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


def _sampler(tuning: Tuning, seed: int, number: int) -> BaseSampler:
    own = int(np.random.SeedSequence([seed, number]).generate_state(1)[0])
    return RandomSampler(own) if tuning.algorithm.name == "Random" else TPESampler(seed=own)


def _ended(trial: Trial, space: dict[str, BaseDistribution]) -> FrozenTrial:
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
