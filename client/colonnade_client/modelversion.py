"""One version of a model."""

import json
from typing import Any, Self

from colonnade_access import Object
from colonnade_access.reading import content, opened, path_of
from colonnade_access.words import number, short
from colonnade_api import Lineage, Metric, ModelVersionStatus
from colonnade_api.kinds import MODEL_VERSIONS
from colonnade_client import html
from colonnade_client.card import Card
from colonnade_client.errors import Failed
from colonnade_client.resource import Handle
from colonnade_client.session import Session
from colonnade_client.training import Data, pinned

BUNDLE, CARD = "bundle.json", "card.html"


class ModelVersion(Handle):
    """A model that was trained or imported, what is known of it, and whether it may be served.

    `ModelVersion.train(client, …)` is `client.train(…)`.
    """

    kind = MODEL_VERSIONS
    status_type = ModelVersionStatus

    def __init__(self, session: Session, item: Object) -> None:
        super().__init__(session, item)

    @classmethod
    def train(cls, client: Any, *arguments: Any, **named: Any) -> "ModelVersion":
        """As Client.train, whose arguments these are."""
        made: ModelVersion = client.train(*arguments, **named)
        return made

    @property
    def model(self) -> str:
        """The model that it is a version of."""
        return str(self.spec["model"])

    @property
    def digest(self) -> str | None:
        """sha256 of the bundle; None before there is one."""
        found: str | None = self._status.digest
        return found

    @property
    def metrics(self) -> dict[str, Metric]:
        """On the held-out rows, by name, each with value, its 95 % confidence interval low to high, and n rows."""
        return dict(self._status.metrics)

    @property
    def lineage(self) -> Lineage | None:
        """What it was made from: the Dataset version's digest, the image, the seed, the spec's digest."""
        found: Lineage | None = self._status.lineage
        return found

    @property
    def approval(self) -> str | None:
        """NotRequired, PendingManualApproval, Approved or Rejected."""
        return self._status.approval.state if self._status.approval else None

    def card(self) -> Card:
        """The model's card, proven by the bundle's digest.

        Raises Failed before there is a bundle; Corrupt when it was changed.
        """
        status = self._status
        if status.digest is None or status.artifact_uri is None:
            raise Failed(f"{self} has no card yet", "NotTrained", self._doing())
        with opened(self._session, self.item) as files:
            folder = path_of(status.artifact_uri, files)
            named = json.loads(content(files, f"{folder}/{BUNDLE}", status.digest))["files"]
            page = content(files, f"{folder}/{CARD}", named[CARD])
        return Card(self.name, page.decode())

    def trained(self, dataset: Data, timeout: float | None = None, progress: bool = True) -> Self:
        """Waits until it is judged. dataset: what it was to be trained on.

        Raises Failed, with the condition's own words, when training or a gate failed, or when the Dataset moved on from
        the version that was given; TookTooLong.
        """
        self.wait(timeout, progress)
        used = self._status.dataset
        if (wanted := pinned(dataset)) and used and used.digest != wanted:
            raise Failed(
                f"{self} is trained on another version",
                "DatasetMovedOn",
                f"{used.name} went from {short(wanted)} to {short(used.digest)} before training began",
            )
        return self

    def _is_done(self) -> bool:
        """Someone's approval may take days, and is not waited for."""
        validated = self.condition("Validated")
        judged = validated is not None and (validated.status == "True" or validated.reason == "GateInconclusive")
        return self.ready or (judged and self.approval == "PendingManualApproval")

    def _facts(self) -> list[tuple[str, object]]:
        status = self._status
        return [
            ("model", self.model),
            ("metric", status.headline),
            ("digest", short(status.digest) if status.digest else None),
            ("dataset", f"{status.dataset.name} {short(status.dataset.digest)}" if status.dataset else None),
            ("approval", self.approval),
        ]

    def _tables(self) -> str:
        metrics = [
            (name, number(each.value), _interval(each), "" if each.n is None else f"{each.n:,}")
            for name, each in self.metrics.items()
        ]
        gates = [(each.name, each.verdict, number(each.value), each.message) for each in self._status.gates]
        return html.table(("metric", "value", "95 % interval", "rows"), metrics) + html.table(
            ("gate", "verdict", "value", ""), gates
        )


def _interval(metric: Metric) -> str:
    return "" if metric.low is None or metric.high is None else f"{number(metric.low)} to {number(metric.high)}"
