"""A model: all versions that name it."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from colonnade_access import NotFound
from colonnade_access.words import number
from colonnade_api.kinds import MODEL_VERSIONS
from colonnade_api.models.modelversion import made_at
from colonnade_client import html, libraries
from colonnade_client.modelversion import ModelVersion
from colonnade_client.session import Session

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("version", "metric", "value", "low", "high", "rows")


class Model:
    """versions: the newest first."""

    def __init__(self, session: Session, name: str, versions: Iterable[ModelVersion]) -> None:
        self._session, self.name = session, name
        self.versions = sorted(versions, key=_made, reverse=True)

    @classmethod
    def find(cls, session: Session, name: str) -> "Model":
        """Raises NotFound, which names the models that there are."""
        found = [ModelVersion(session, item) for item in session.cluster.list(MODEL_VERSIONS)]
        versions = [each for each in found if each.model == name]
        if not versions:
            raise NotFound(f"model/{name}", session.namespace, {each.model for each in found})
        return cls(session, name, versions)

    @property
    def latest(self) -> ModelVersion:
        """The newest that is ready, which LatestApproved serves; of none that is ready, the newest."""
        return next((each for each in self.versions if each.ready), self.versions[0])

    @property
    def metrics(self) -> "pd.DataFrame":
        """A row for each metric of each version: version, metric, value, low, high (its 95 % interval), rows."""
        rows = [
            (each.name, name, one.value, one.low, one.high, one.n)
            for each in self.versions
            for name, one in each.metrics.items()
        ]
        frame: pd.DataFrame = libraries.pandas().DataFrame(rows, columns=list(COLUMNS))
        return frame

    def __repr__(self) -> str:
        return f"<Model {self.name}: {', '.join(each.name for each in self.versions)}>"

    def _repr_html_(self) -> str:
        rows = [
            (each.name, each.state, ", ".join(f"{name} {number(one.value)}" for name, one in each.metrics.items()))
            for each in self.versions
        ]
        return html.block(f"Model {self.name}", html.table(("version", "state", "metrics"), rows))


def _made(version: ModelVersion) -> tuple[datetime, str]:
    return made_at(version.item), version.name
