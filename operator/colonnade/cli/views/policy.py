"""A MonitorPolicy: what it measures, and what its signals say of each Deployment."""

from datetime import datetime

from colonnade.cli.page import Page, Word, facts, line, page
from colonnade.cli.views.parts import conditions, heading
from colonnade.cli.views.verdicts import SignalTypes, signal_types, signals
from colonnade_access.references import Object
from colonnade_api import MonitorPolicyStatus, Target


def monitor_policy(item: Object, now: datetime) -> Page:
    status = MonitorPolicyStatus.model_validate(item.get("status") or {})
    spec, types = item["spec"], signal_types(item)
    return page(
        heading(item, "MonitorPolicy", now),
        facts(
            [
                ("prometheus", (spec.get("prometheus") or {}).get("url") or "the one that Colonnade is set up with"),
                ("judges", f"every {spec.get('interval', '5s')}"),
                ("signals", ", ".join(types)),
            ]
        ),
        *(_target(target, types) for target in status.targets),
        conditions(status.conditions, now),
    )


def _target(target: Target, types: SignalTypes) -> Page:
    return page(line(Word(f"mdep/{target.deployment}", "strong")), signals(target.signals, types))
