"""A Deployment, and what it answers."""

from collections import Counter
from collections.abc import Mapping
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
MOST_LABELS = 5_000
"""Of one request."""


class Deployment(Handle):
    """A model that answers, and the rollout of its next version."""

    kind = DEPLOYMENTS
    status_type = DeploymentStatus

    def __init__(self, session: Session, item: Object, url: str | None = None) -> None:
        super().__init__(session, item)
        self._url = url
        self._endpoint: Endpoint | None = None

    def predict(
        self,
        rows: Any,
        *,
        tokens: bool = False,
        parameters: Mapping[str, str | int] | None = None,
        timeout: float = REQUEST_SECONDS,
        progress: bool = True,
    ) -> "pd.DataFrame":
        """The model's outputs for each row, under the index of the rows.

        rows: a DataFrame (pandas or polars), a pyarrow Table, or a dictionary of columns, with a column for each input
        of the model; others are let be. A missing value is None, NaN or NaT. Dates are taken as UTC where they name no
        zone. A model with one input of many columns takes a NumPy array, shape (rows, columns), in the order that it
        was trained with. An output with several numbers a row becomes a column for each, named for its class where it
        has one: probabilities_0, probabilities_1.
        tokens: with a column prediction_token, for `feedback`. parameters: of each request, such as {"sex": "F"} where
        serving.groups goes by it. timeout: seconds for one request; many rows are several.

        Raises UnsuitableData, which names column and row; PredictionError.
        """
        predictor = Predictor(self._reached(), self.name, timeout, parameters)
        return predictor.predict_with_tokens(rows, progress) if tokens else predictor.predict(rows, progress)

    def feedback(self, token: Any, label: Any, *, timeout: float = REQUEST_SECONDS) -> dict[str, int]:
        """What was right for answers that had been given: how many labels were matched, unmatched (no token of this
        Deployment's), repeated (a row's label counts once), late or invalid.

        token, label: one each, or as many of both, such as the column prediction_token of `predict`. Where the
        connection breaks, nobody knows which were taken; PredictionError says so, and nothing is sent twice.
        """
        pairs = [(token, label)] if isinstance(token, str) else list(zip(token, label, strict=True))
        said = [{"token": str(one), "label": _plain(true)} for one, true in pairs]
        found: Counter[str] = Counter()
        for start in range(0, len(said), MOST_LABELS):
            path, some = f"/v2/models/{self.name}/feedback", said[start : start + MOST_LABELS]
            found.update(self._reached().post_once(path, some, timeout))
        return dict(found)

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


def _plain(label: Any) -> Any:
    """NumPy's and pandas' numbers as Python's, which JSON knows."""
    return label.item() if hasattr(label, "item") else label
