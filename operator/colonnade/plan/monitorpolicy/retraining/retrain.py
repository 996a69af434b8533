"""All retrainings of a policy: those under way, and those that signals ask for now."""

from dataclasses import dataclass
from datetime import datetime

from colonnade.plan.common.actions import Action
from colonnade.plan.common.conditions import ConditionUpdate
from colonnade.plan.common.decision import Event
from colonnade.plan.monitorpolicy.observed import ObservedMonitorPolicy, WatchedDeployment
from colonnade.plan.monitorpolicy.retraining import telling
from colonnade.plan.monitorpolicy.retraining.bounds import HeldOff, held_off
from colonnade.plan.monitorpolicy.retraining.steps import Situation, step
from colonnade_api import MonitorPolicySpec, Verdict
from colonnade_api.monitoring.retraining import MOST_RETRAININGS, Retrain, Retraining


@dataclass(frozen=True)
class Outlook:
    """What follows from the signals whose action is Retrain. under_way: something has to be looked at again soon."""

    records: tuple[Retraining, ...] = ()
    actions: tuple[Action, ...] = ()
    updates: tuple[ConditionUpdate, ...] = ()
    events: tuple[Event, ...] = ()
    under_way: bool = False


@dataclass
class _Pass:
    observed: ObservedMonitorPolicy
    spec: MonitorPolicySpec
    now: datetime

    def __post_init__(self) -> None:
        self.settings = self.spec.retrain or Retrain()
        self.signals = {signal.name for signal in self.spec.signals if signal.action == "Retrain"}
        self.generation = self.observed.metadata.generation
        self.targets = {target.deployment: target for target in self.observed.targets}

    def failing(self, target: WatchedDeployment) -> tuple[Verdict, ...]:
        """Of what serves; while a candidate is judged, the verdicts are its own."""
        if target.candidate or target.stable is None:
            return ()
        return tuple(each for each in target.verdicts if each.signal in self.signals and each.result == "Fail")

    def situation(self, record: Retraining) -> Situation:
        target = self.targets.get(record.deployment)
        said = {each.signal: each.result for each in target.verdicts} if target and not target.candidate else {}
        remembered = {each.model_version for each in self.observed.status.retrainings if each.model_version}
        taken = remembered | set(target.versions if target else ())
        return Situation(
            target=target,
            settings=self.settings,
            passes=said.get(record.signal) == "Pass",
            taken=taken,
            policy=self.observed.metadata.name,
            now=self.now,
        )


def retrain(observed: ObservedMonitorPolicy, spec: MonitorPolicySpec, now: datetime) -> Outlook:
    """Each Deployment has one under way at most."""
    look = _Pass(observed, spec, now)
    before = observed.status.retrainings
    steps = [step(each, look.situation(each)) if each.outcome is None else None for each in before]
    records = tuple(taken.record if taken else each for taken, each in zip(steps, before, strict=True))
    actions = tuple(action for taken in steps if taken for action in taken.actions)
    begun, reasons = _begun(look, records)
    records = _bounded((*begun, *records))
    updates = telling.condition(look.signals, records, reasons)
    under_way = any(each.outcome is None for each in records)
    return Outlook(records, actions, updates, telling.events(before, records), under_way)


def _bounded(records: tuple[Retraining, ...]) -> tuple[Retraining, ...]:
    """What is over is forgotten first, the oldest of it."""
    room = MOST_RETRAININGS - sum(each.outcome is None for each in records)
    over = [each for each in records if each.outcome][: max(room, 0)]
    return tuple(each for each in records if each.outcome is None or each in over)


def _begun(look: _Pass, records: tuple[Retraining, ...]) -> tuple[tuple[Retraining, ...], dict[str, HeldOff]]:
    """New ones, and by Deployment why there is none though a signal asks for it."""
    begun: list[Retraining] = []
    reasons: dict[str, HeldOff] = {}
    for name, target in sorted(look.targets.items()):
        failing, earlier = look.failing(target), tuple(each for each in records if each.deployment == name)
        if not failing or any(each.outcome is None for each in earlier):
            continue
        if why := _others(target, (*begun, *records)) or held_off(earlier, look.settings, look.generation, look.now):
            reasons[name] = why
        elif record := _record(look, target, failing[0]):
            begun.append(record)
        else:
            reasons[name] = HeldOff("NotTrainedHere", f"mv/{target.stable} was not trained here: train it elsewhere")
    return tuple(begun), reasons


def _others(target: WatchedDeployment, records: tuple[Retraining, ...]) -> HeldOff | None:
    """One ModelVersion is enough for all Deployments that serve a model; and status holds so many and no more."""
    under_way = [each for each in records if each.outcome is None]
    if same := next((each for each in under_way if each.serving == target.stable), None):
        return HeldOff("UnderWay", f"mv/{target.stable} is trained again for mdep/{same.deployment} already")
    if len(under_way) >= MOST_RETRAININGS:
        return HeldOff("LimitReached", f"{MOST_RETRAININGS} others are under way; it begins once one of them is over")
    return None


def _record(look: _Pass, target: WatchedDeployment, verdict: Verdict) -> Retraining | None:
    serving = target.versions.get(str(target.stable))
    if serving is None or serving.trained_on is None:
        return None
    dataset, digest = serving.trained_on
    record = Retraining(
        deployment=target.deployment,
        serving=str(target.stable),
        signal=verdict.signal,
        because=verdict.message or verdict.result,
        dataset=dataset,
        dataset_digest=digest,
        begun_at=look.now,
        generation=look.generation,
    )
    if look.settings.mode == "Automatic":
        return record
    what = f"would look at dset/{dataset} anew and train mv/{target.stable} on its new rows"
    said = f"{what}; spec.retrain.mode is Suggest"
    return record.model_copy(update={"outcome": "Suggested", "message": said, "ended_at": look.now})
