"""A run of the whole story under a script, held against one without faults."""

from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

from tests.faults.api import story
from tests.faults.api.invariants import Snapshot, always, differences, lives, snapshot
from tests.faults.api.proxy import OnCall, OnWatch, passed_on, told
from tests.faults.api.stage import Stage, World, stage

Script = Callable[[Stage], None]
MOST_WRITES = 3  # times those of the run without faults


@dataclass(frozen=True)
class Reference:
    """The run without faults: what is there once all serves, and after the farewell; who came and went; its writes."""

    served: Snapshot
    ended: Snapshot
    lives: Counter[str]
    writes: int


def faultless(_stage: Stage) -> None:
    return


def script(on_call: OnCall = passed_on, on_watch: OnWatch = told) -> Script:
    def act(stage: Stage) -> None:
        stage.proxy.on_call, stage.proxy.on_watch = on_call, on_watch

    return act


def over(stage: Stage) -> None:
    """Nothing goes wrong any more."""
    stage.proxy.on_call, stage.proxy.on_watch = passed_on, told


async def recorded(world: World) -> Reference:
    """Raises AssertionError when even this run isn't as it should be."""
    async with stage(world) as here:
        here.operator()
        await _told(here)
        served = snapshot(here.journal)
        problems = [str(call) for call in await here.rests()]
        problems += differences(served, snapshot(here.journal))
        await story.farewell(here)
        problems += always(here.journal, here.proxy.calls)
        assert not problems, problems
        return Reference(served, snapshot(here.journal), lives(here.journal), len(here.proxy.writes()))


async def run(world: World, reference: Reference, script: Script) -> list[str]:
    """What isn't as it should be, in sentences."""
    async with stage(world) as here:
        here.operator()
        script(here)
        try:
            return [sentence async for sentence in _problems(here, reference)]
        except (AssertionError, TimeoutError) as error:
            return [f"{error!r}; {here.said()}", *always(here.journal, here.proxy.calls)]


async def _problems(here: Stage, reference: Reference) -> AsyncIterator[str]:
    await _told(here)
    for sentence in await _ends_as(here, reference.served):
        yield f"in the end {sentence}"
    for call in await here.rests():
        yield f"at rest there was {call}"
    await story.farewell(here)
    for sentence in await _ends_as(here, reference.ended):
        yield f"after the farewell {sentence}"
    for sentence in differences(reference.lives, lives(here.journal)):
        yield f"came and went: {sentence}"
    for sentence in always(here.journal, here.proxy.calls):
        yield sentence
    if (writes := len(here.proxy.writes())) > MOST_WRITES * reference.writes:
        yield f"{writes} writes, where {reference.writes} were enough"


async def _told(here: Stage) -> None:
    for act in (story.first_version, story.someone_else, story.second_version):
        await act(here)


async def _ends_as(here: Stage, wanted: Snapshot) -> list[str]:
    """Waits for it; where that is in vain, what is different."""
    try:
        await here.journal.until(lambda: snapshot(here.journal) == wanted, "the end state")
    except AssertionError:
        return list(differences(wanted, snapshot(here.journal)))
    return []
