"""A process's telemetry, as the settings want it."""

import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from ..loading import Model
from ..settings import Settings
from . import access
from .feedback import ById, ByToken, Feedback
from .groups import Groups
from .metrics import Metrics
from .observer import Observer
from .payloads import Payload, Payloads
from .quality import Confusion, Errors, quality
from .series import Families
from .sinks import open_sink
from .tokens import Mint, Seal

if TYPE_CHECKING:
    from .traces import Traces

DAY_SECONDS = 86_400


class Telemetry:
    """All of it, one a process."""

    def __init__(self, settings: Settings, slot: int | None = None, directory: Path | None = None) -> None:
        """slot, directory: of a worker; see Metrics. Raises ValueError on a payload log's URL that is none."""
        self.metrics = Metrics(slot, directory)
        self.access = access.AccessLog(settings.access_log_share)
        self._settings = settings
        families = self.metrics.families
        self._payloads: Payloads | None = None
        if settings.payload_log is not None:
            protected = frozenset(name.strip() for name in settings.protected.split(","))
            self._payloads = Payloads(families, open_sink(settings.payload_log), settings.payload_share, protected)
        self._traces = _traces(families) if _traced(os.environ) else None

    def of(self, model: Model, waiting: Callable[[], int] = lambda: 0) -> Observer:
        """A model's observer; close it when the model is out of service. waiting: how many tasks wait, when asked."""
        observer = Observer(model, self.metrics, waiting)
        payload = self._payloads.of(model) if self._payloads is not None else None
        if payload is not None and self._settings.payload_share:
            observer.batched.append(payload.ran)
        self._label(observer, payload)
        if self._traces is not None:
            observer.finished.append(self._traces.of(model))
        if self._settings.access_log_share:
            observer.finished.append(access.sampled(model, self._settings.access_log_share))
        return observer

    def _label(self, observer: Observer, payload: Payload | None) -> None:
        """Whatever the settings want of labels and of groups."""
        settings, families, model = self._settings, self.metrics.families, observer.model
        column = settings.group_input or settings.group_parameter
        groups = Groups(families, model, column, bool(settings.group_input)) if column else None
        if groups is not None:
            observer.batched.append(groups.ran)
        by_id = by_token = None
        if settings.feedback_minutes:
            elsewhere = payload.unjoined if payload else None
            by_id = ById(model, quality(families, model, groups), settings.feedback_minutes * 60, elsewhere)
            observer.batched.append(by_id.remember)
        if settings.feedback_key:
            seal = Seal(settings.feedback_key, model.name)
            observer.mint = Mint(seal, model, groups)
            judges = Confusion(families, model, groups), Errors(families, model)
            by_token = ByToken(seal, *judges, settings.feedback_days * DAY_SECONDS)
        if by_id or by_token:
            observer.feedback = Feedback(families, model, by_id, by_token)

    def close(self, seconds: float = 5.0) -> None:
        """Counts and sends what is left, within about `seconds`; it blocks, so call it when nobody is served."""
        self.metrics.flush()
        end = time.monotonic() + seconds
        closing = [each for each in (self._payloads, self._traces) if each is not None]
        for each in closing:
            each.finish()
        for each in closing:
            each.close(end - time.monotonic())


def _traced(environment: Mapping[str, str]) -> bool:
    off = environment.get("OTEL_SDK_DISABLED") == "true" or environment.get("OTEL_TRACES_EXPORTER") == "none"
    names = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
    return not off and any(environment.get(name) for name in names)


def _traces(families: Families) -> "Traces":
    from .traces import Traces  # noqa: PLC0415 - the SDK takes 0.3 s and 20 MiB

    return Traces(families)
