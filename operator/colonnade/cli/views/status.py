"""One object of any of our kinds."""

from collections.abc import Callable
from datetime import datetime

from colonnade.cli.page import Page
from colonnade.cli.views.dataset import dataset
from colonnade.cli.views.deployment import deployment
from colonnade.cli.views.modelversion import model_version
from colonnade.cli.views.policy import monitor_policy
from colonnade.cli.views.verdicts import SignalTypes
from colonnade_access.references import Object

VIEWS: dict[str, Callable[[Object, datetime], Page]] = {
    "Dataset": dataset,
    "ModelVersion": model_version,
    "MonitorPolicy": monitor_policy,
}


def status_of(item: Object, types: SignalTypes, now: datetime) -> Page:
    """types: of the signals that a Deployment's policy has, for the units of its verdicts."""
    if item["kind"] == "Deployment":
        return deployment(item, types, now)
    return VIEWS[item["kind"]](item, now)
