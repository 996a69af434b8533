"""Alerts: who is told what fails, and what is being told now."""

import re
from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from colonnade_api.common import Name, ObjectName, Rule, Said, SpecPart, StatusPart, Word, cel_list

MOST_FIRING = 256
LABEL_NAME = r"^[a-zA-Z_][a-zA-Z0-9_]*$"
OURS = ("alertname", "severity", "namespace", "policy", "deployment", "signal")
AlertLabels = Annotated[dict[str, Annotated[str, Field(max_length=256)]], Field(max_length=16)]
Severity = Literal["warning", "critical"]


class Alertmanager(SpecPart):
    """An Alertmanager, which passes alerts on to people: by Slack, PagerDuty, mail or a webhook, as its routes say."""

    url: Annotated[str, Field(min_length=1, max_length=1024, pattern=r"^https?://.+$")] = Field(
        description="Base URL, such as http://alertmanager.monitoring:9093."
    )


class AlertReceiver(SpecPart):
    """One that is told what fails, and when it no longer does."""

    rules = (
        Rule(
            f"!has(self.labels) || self.labels.all(name, name.matches('{LABEL_NAME}'))",
            "labels are named as Prometheus has it: letters, digits and _, no digit first",
            lambda receiver: all(re.match(LABEL_NAME, name) for name in receiver.labels),
            field=".labels",
        ),
        Rule(
            f"!has(self.labels) || self.labels.all(name, !(name in {cel_list(OURS)}))",
            f"{', '.join(OURS)} are labels that each alert has already: choose other names",
            lambda receiver: not set(OURS) & set(receiver.labels),
            field=".labels",
        ),
    )

    name: Name = Field(description="Name of the receiver, as conditions carry it.")
    alertmanager: Alertmanager = Field(description="Alertmanager's API.")
    labels: AlertLabels = Field(
        default={},
        description="Labels of each alert, for its routes, such as {team: flights}; beside alertname, severity, "
        "namespace, policy, deployment and signal.",
    )


class FiringAlert(StatusPart):
    """One alert that is being told."""

    alert: Word = Field(description="What is wrong, in one CamelCase word, such as FeatureDriftBreached.")
    deployment: ObjectName | None = Field(default=None, description="The Deployment; absent of what concerns all.")
    signal: Word | None = Field(default=None, description="The signal that fails; absent of what is none's.")
    severity: Severity = Field(description="critical: what serves is at stake, or a rollout was taken back.")
    summary: Said = Field(description="What is wrong, with the numbers.")
    since: datetime = Field(description="When it began.")
