"""Anything may happen in any order, and the invariants hold at every second; once it is quiet, all ends and rests."""

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from colonnade.signals.evidence import Missing
from tests.unit.plan.world import MODEL, QUICK_STEPS, Steps, World, policy, stable_is_whole, sums_to_hundred

RATE = 60
AWAY = Missing("Error", "connection refused")


class Operated(RuleBasedStateMachine):
    """A Deployment, its people, its faults."""

    @initialize(blue_green=st.booleans(), limit=st.integers(1, 3))
    def begin(self, blue_green: bool, limit: int) -> None:
        strategy = (
            {"blueGreen": {"hold": "20s", "scaleDownDelay": "30s"}}
            if blue_green
            else {"canary": {"steps": QUICK_STEPS}}
        )
        self.world = World(rate=RATE, rollback={"historyLimit": limit}, progressDeadline="1m", strategy=strategy)
        self.world.policy = policy(
            {"name": "errors", "type": "ErrorRate", "max": 0.02, "window": "1m", "minSamples": 30}
        )
        self.world.watchers += [sums_to_hundred, stable_is_whole, Steps(), self.watch]
        self.released = 0
        self.stables: list[str] = []
        self.release("good")
        self.world.until(lambda it: it.status.stable)

    def watch(self, world: World) -> None:
        self.nothing_rejected_is_tried()
        self.only_proven_versions_are_promoted()

    def nothing_rejected_is_tried(self) -> None:
        status = self.world.status
        gone = [over.revision for over in status.history[:1] if over.ended_at is None]
        if status.candidate and status.candidate.revision not in gone:
            assert status.candidate.revision not in {entry.revision for entry in status.rejected}

    def only_proven_versions_are_promoted(self) -> None:
        stable = self.world.status.stable
        if stable is None or (self.stables and self.stables[-1] == stable.revision):
            return
        known = stable.revision in self.stables
        self.stables.append(stable.revision)
        verdicts = self.world.status.verdicts
        assert len(self.stables) == 1 or known or [verdict.result for verdict in verdicts] == ["Pass"]

    @precondition(lambda self: self.released < 6)
    @rule(kind=st.sampled_from(["good", "failing", "broken"]))
    def release(self, kind: str) -> None:
        self.released += 1
        behaves = {"failing": {"fails": 0.4}, "broken": {"never_ready": "CrashLoopBackOff"}}.get(kind, {})
        self.world.release(f"{MODEL}-{self.released}-{kind}", **behaves)  # type: ignore[arg-type]

    @rule(seconds=st.integers(1, 90))
    def time_passes(self, seconds: int) -> None:
        self.world.run(seconds)

    @rule(away=st.booleans())
    def prometheus(self, away: bool) -> None:
        self.world.prometheus = AWAY if away else None

    @rule(reachable=st.booleans(), seconds=st.integers(1, 30))
    def router(self, reachable: bool, seconds: int) -> None:
        self.world.routers[1].reachable = reachable
        self.world.run(seconds)

    @rule(actions=st.integers(0, 6), seconds=st.integers(1, 40))
    def crash(self, actions: int, seconds: int) -> None:
        self.world.crash_in = actions
        self.world.run(seconds)
        self.world.crash_in = None
        self.world.restart()

    @rule(paused=st.booleans())
    def pause(self, paused: bool) -> None:
        self.world.change(paused=paused)

    @rule(replicas=st.integers(1, 4))
    def scale(self, replicas: int) -> None:
        self.world.change(replicas=replicas)

    @precondition(lambda self: self.world.status.candidate)
    @rule(command=st.sampled_from(["abort", "retry"]))
    def command(self, command: str) -> None:
        candidate = self.world.status.candidate
        if candidate:
            self.world.annotate(**{command: candidate.revision})

    @precondition(lambda self: self.world.status.stable)
    @rule()
    def undo(self) -> None:
        stable = self.world.status.stable
        if stable:
            self.world.annotate(undo=f"{stable.revision}@{self.world.second:.0f}")

    @invariant()
    def no_request_is_lost(self) -> None:
        if hasattr(self, "world"):
            assert self.world.unanswered == 0

    def teardown(self) -> None:
        if not hasattr(self, "world"):
            return
        world = self.world
        world.prometheus, world.routers[1].reachable = None, True
        world.change(paused=False)
        world.run(900)
        newest = f"{MODEL}-{self.released}-"
        stable = world.status.stable
        assert stable is not None
        assert world.status.candidate is None
        aborted = {over.model_version for over in world.status.rejected if over.reason in ("Aborted", "Undone")}
        if world.versions[-1].name.endswith("good") and not aborted:
            assert stable.model_version.startswith(newest)
        assert stable.model_version.endswith("good")
        writes = world.writes
        world.run(120)
        assert world.writes == writes


Operated.TestCase.settings = settings(
    max_examples=60,
    stateful_step_count=12,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
)
TestOperated = Operated.TestCase
