"""A run of the whole story under a script, held against one without faults."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import chain

from tests.faults.api import story
from tests.harness.harness import Harness, World, stage
from tests.harness.invariants import Snapshot, always, differences, lives, snapshot
from tests.harness.process import CALM
from tests.harness.proxy import OnCall, OnWatch, passed_on, told

Script = Callable[[Harness], None]
RUNS_AT_A_TIME = 4
MOST_WRITES = 3  # times those of the run without faults


@dataclass(frozen=True)
class Trial:
    """One run to be made. script: sets up what goes wrong, once an operator with this environment has started."""

    name: str
    script: Script
    environment: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Reference:
    """The run without faults: what is there once all serves, and after the deletion; who came and went; its writes, and
    how many of them had been made once all served."""

    served: Snapshot
    ended: Snapshot
    lives: Counter[str]
    writes: int
    until_served: int


def scripted(
    name: str, on_call: OnCall = passed_on, on_watch: OnWatch = told, environment: dict[str, str] | None = None
) -> Trial:
    def script(stage: Harness) -> None:
        stage.proxy.on_call, stage.proxy.on_watch = on_call, on_watch

    return Trial(name, script, environment or {})


async def recorded(world: World) -> Reference:
    """Raises AssertionError when even this run isn't as it should be."""
    async with stage(world) as here:
        here.operator()
        await story.told(here)
        served = snapshot(here.journal)
        problems = [str(call) for call in await here.rests()]
        problems += differences(served, snapshot(here.journal))
        until_served = len(here.proxy.writes())
        await story.delete_all(here)
        problems += always(here.journal, here.proxy.calls)
        assert not problems, problems
        writes = len(here.proxy.writes())
        return Reference(served, snapshot(here.journal), lives(here.journal), writes, until_served)


async def all_of(trials: Iterable[Trial], world: World, reference: Reference) -> list[str]:
    """What isn't as it should be after each of these runs, in sentences that begin with the trial's name."""
    turns = asyncio.Semaphore(RUNS_AT_A_TIME)

    async def run(trial: Trial) -> list[str]:
        async with turns:
            return [f"{trial.name}: {problem}" for problem in await _run(trial, world, reference)]

    return list(chain.from_iterable(await asyncio.gather(*map(run, trials))))


async def _run(trial: Trial, world: World, reference: Reference) -> list[str]:
    async with stage(world) as here:
        trial.script(here)
        here.operator(environment=CALM | trial.environment)
        try:
            await story.told(here)
            return await ends_as_ever(here, reference)
        except (AssertionError, TimeoutError) as error:
            return [f"{error!r}; {here.said()}", *always(here.journal, here.proxy.calls)]


async def ends_as_ever(here: Harness, reference: Reference) -> list[str]:
    """What isn't as it should be at the end of the story, at rest, and after the deletion."""
    problems = [f"in the end {sentence}" for sentence in await _becomes(here, reference.served)]
    problems += [f"at rest there was {call}" for call in await here.rests()]
    await story.delete_all(here)
    problems += [f"after the deletion {sentence}" for sentence in await _becomes(here, reference.ended)]
    problems += [f"came and went: {sentence}" for sentence in differences(reference.lives, lives(here.journal))]
    problems += always(here.journal, here.proxy.calls)
    if (writes := len(here.proxy.writes())) > MOST_WRITES * reference.writes:
        problems.append(f"{writes} writes, where {reference.writes} were enough")
    return problems


async def _becomes(here: Harness, wanted: Snapshot) -> list[str]:
    """Waits for it; where that is in vain, what is different."""
    try:
        await here.journal.until(lambda: snapshot(here.journal) == wanted, "the end state")
    except AssertionError:
        return list(differences(wanted, snapshot(here.journal)))
    return []
