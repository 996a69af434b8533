"""A MonitorPolicy: what is measured, and what it says of each Deployment."""

from typing import TYPE_CHECKING, Any

from colonnade_access.words import number
from colonnade_api import MonitorPolicyStatus
from colonnade_api.kinds import MONITOR_POLICIES
from colonnade_client import html, libraries
from colonnade_client.resource import Handle

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("deployment", "signal", "result", "value", "limit", "samples", "at")


class Monitor(Handle):
    """What its status says; ask again with `refresh()`."""

    kind = MONITOR_POLICIES
    status_type = MonitorPolicyStatus

    @property
    def deployments(self) -> list[str]:
        """Those that it watches."""
        return [each.deployment for each in self._status.targets]

    @property
    def signals(self) -> "pd.DataFrame":
        """A row for each signal of each Deployment: deployment, signal, result, value, limit, samples, at."""
        frame: pd.DataFrame = libraries.pandas().DataFrame(self._rows(), columns=list(COLUMNS))
        return frame

    def _rows(self) -> list[tuple[Any, ...]]:
        return [
            (target.deployment, one.name, one.result, one.value, one.limit, one.samples, one.at)
            for target in self._status.targets
            for one in target.signals
        ]

    def _facts(self) -> list[tuple[str, object]]:
        return [("measures", self._status.measures), ("every", self.spec.get("interval"))]

    def _tables(self) -> str:
        rows = [
            (deployment, signal, result, number(value), number(limit), samples, at)
            for deployment, signal, result, value, limit, samples, at in self._rows()
        ]
        return html.table(COLUMNS, rows)
