"""A Deployment, and what it answers."""

from typing import TYPE_CHECKING, Any

from colonnade_access import Object
from colonnade_access.words import number
from colonnade_api import DeploymentStatus
from colonnade_api.kinds import DEPLOYMENTS
from colonnade_client import html
from colonnade_client.errors import Failed
from colonnade_client.prediction import Endpoint, Predictor, reach
from colonnade_client.resource import Handle
from colonnade_client.session import Session

if TYPE_CHECKING:
    import pandas as pd

REQUEST_SECONDS = 60.0


class Deployment(Handle):
    """A model that answers, and the rollout of its next version."""

    kind = DEPLOYMENTS
    status_type = DeploymentStatus

    def __init__(self, session: Session, item: Object, url: str | None = None) -> None:
        super().__init__(session, item)
        self._url = url
        self._endpoint: Endpoint | None = None

    def predict(self, rows: Any, *, timeout: float = REQUEST_SECONDS, progress: bool = True) -> "pd.DataFrame":
        """The model's outputs for each row, under the index of the rows.

        rows: a DataFrame (pandas or polars), a pyarrow Table, or a dictionary of columns, with a column for each input
        of the model; others are let be. A missing value is None, NaN or NaT. Dates are taken as UTC where they name no
        zone. A model with one input of many columns takes a NumPy array, shape (rows, columns), in the order that it
        was trained with. An output with several numbers a row becomes a column for each, named for its class where it
        has one: probabilities_0, probabilities_1. timeout: seconds for one request; many rows are several.

        Raises UnsuitableData, which names column and row; PredictionError.
        """
        return Predictor(self._reached(), self.name, timeout).predict(rows, progress)

    @property
    def inputs(self) -> dict[str, str]:
        """What it takes: the Open Inference datatype by column."""
        return {
            each.name: each.datatype for each in Predictor(self._reached(), self.name, REQUEST_SECONDS).model.inputs
        }

    @property
    def serving(self) -> str | None:
        """The ModelVersion that is trusted with all requests, or all but the candidate's share."""
        return self._status.stable.model_version if self._status.stable else None

    def _reached(self) -> Endpoint:
        if self._status.stable is None:
            raise Failed(f"{self} does not answer yet", self.state, self._doing())
        if self._endpoint is None:
            self._endpoint = reach(self._session, self.name, self._url, self._status.url)
        return self._endpoint

    def _facts(self) -> list[tuple[str, object]]:
        status = self._status
        candidate = f"{status.candidate.model_version} at {status.candidate.weight} %" if status.candidate else None
        return [("serves", self.serving), ("candidate", candidate), ("url", status.url)]

    def _tables(self) -> str:
        verdicts = [
            (each.signal, each.result, number(each.value), number(each.limit), each.samples)
            for each in self._status.verdicts
        ]
        history = [(each.model_version, each.outcome, each.reason, each.message) for each in self._status.history]
        return html.table(("signal", "result", "value", "limit", "requests"), verdicts) + html.table(
            ("rollout of", "outcome", "reason", ""), history
        )
