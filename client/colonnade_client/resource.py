"""What our four kinds have in common from a notebook's point of view."""

import time
from abc import ABC, abstractmethod
from typing import Any, ClassVar, Self

from colonnade_access import Object, Reference
from colonnade_api import Condition
from colonnade_api.common import Status
from colonnade_api.kinds import Resource
from colonnade_client import html
from colonnade_client.errors import Failed, TookTooLong
from colonnade_client.progress import Waiting
from colonnade_client.session import Session

LOOK_SECONDS = 1.0


class Handle(ABC):
    """One object, as it was when it was fetched; `refresh` fetches it anew."""

    kind: ClassVar[Resource]
    status_type: ClassVar[type[Status]]

    def __init__(self, session: Session, item: Object) -> None:
        self._session, self.item = session, item

    @property
    def name(self) -> str:
        return str(self.item["metadata"]["name"])

    @property
    def namespace(self) -> str:
        return self._session.namespace

    @property
    def spec(self) -> dict[str, Any]:
        """As it was applied."""
        return dict(self.item.get("spec") or {})

    @property
    def _status(self) -> Any:
        return self.status_type.model_validate(self.item.get("status") or {})

    @property
    def conditions(self) -> tuple[Condition, ...]:
        return tuple(self._status.conditions)

    def condition(self, kind: str) -> Condition | None:
        """Such as Ready; None before the operator has seen the object as it is now."""
        seen = self._status.observed_generation
        found: Condition | None = self._status.condition(kind)
        return found if seen == self.item["metadata"].get("generation", seen) else None

    @property
    def ready(self) -> bool:
        return self._holds("Ready")

    @property
    def state(self) -> str:
        """In a word or two."""
        found = self.condition("Ready")
        if found is None:
            return "not seen yet"
        return "ready" if found.status == "True" else found.reason

    def refresh(self) -> Self:
        """As it is now.

        Raises NotFound once it is deleted.
        """
        self.item = self._session.cluster.get(Reference(self.kind, self.name))
        return self

    def wait(self, timeout: float | None = None, progress: bool = True) -> Self:
        """Until it is ready. timeout: seconds, None for as long as it takes.

        Raises Failed, with the condition's own words, when it will not become so by itself; TookTooLong.
        """
        deadline = None if timeout is None else time.monotonic() + timeout
        with Waiting(str(self), progress) as waiting:
            while not self._is_done():
                self._must_go_on()
                waiting.says(self._doing())
                if deadline is not None and time.monotonic() > deadline:
                    raise TookTooLong(f"{self} is not ready after {timeout:g} s: {self._doing()}")
                time.sleep(LOOK_SECONDS)
                self.refresh()
        return self

    def _is_done(self) -> bool:
        return self.ready

    def _must_go_on(self) -> None:
        stalled = self.condition("Stalled")
        if stalled is not None and stalled.status == "True":
            raise Failed(str(self), stalled.reason, stalled.message)

    def _doing(self) -> str:
        found = self.condition("Ready")
        return f"{found.reason}: {found.message}" if found else "the operator has not seen it yet"

    def _holds(self, kind: str) -> bool:
        found = self.condition(kind)
        return found is not None and found.status == "True"

    def __str__(self) -> str:
        return f"{self.kind.short}/{self.name}"

    def __repr__(self) -> str:
        told = ", ".join(f"{name} {value}" for name, value in self._facts() if value not in (None, ""))
        return f"<{self.kind.kind} {self.name}: {self.state}{', ' if told else ''}{told}>"

    def _repr_html_(self) -> str:
        rows = [(each.type, each.status, each.reason, each.message) for each in self.conditions]
        conditions = html.table(("condition", "", "reason", "message"), rows)
        title = f"{self.kind.kind} {self.namespace}/{self.name}"
        return html.block(title, html.facts([("state", self.state), *self._facts()]), self._tables(), conditions)

    @abstractmethod
    def _facts(self) -> list[tuple[str, object]]:
        """What tells this kind's objects apart, for both representations."""

    def _tables(self) -> str:
        return ""
