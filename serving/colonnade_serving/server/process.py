"""What one process is made of, from the settings."""

import asyncio
from functools import partial
from typing import cast

from ..batching import Limits
from ..bundle.keys import Trust, public_keys
from ..engine import check_providers
from ..guard import Guard
from ..loading import LoadOptions, Repository, load
from ..models import Models, start
from ..models.memory import keep_large_apart
from ..request_ids import RequestIds
from ..rpc import Descriptions, Policy, RpcServer
from ..settings import Settings
from ..telemetry.telemetry import Telemetry
from ..tls import Tls
from .app import create_app
from .fastpath import Shared
from .protocol_detection import ProtocolDetection
from .routes.configuration import configuration
from .routes.statistics import statistics
from .runtime import Runtime
from .worker_context import WorkerContext


class Process:
    """Models, their telemetry, and the front ends over them."""

    def __init__(self, settings: Settings, context: WorkerContext) -> None:
        """Raises ValueError when a setting can't be met here."""
        keep_large_apart()
        self.settings = settings
        self.telemetry = Telemetry(settings, context.slot, context.directory)
        self.models = _models(settings, self.telemetry)
        ids = RequestIds()
        self.tls = Tls.of(settings.tls_cert, settings.tls_key, settings.tls_client_ca)
        self.guard = Guard(settings.bearer_token_file)
        access = self.telemetry.access
        self.shared = Shared(self.models, ids, self.guard, settings, access)
        self.runtime = Runtime(settings, self.telemetry.metrics, self.models, self.shared)
        policy = Policy(self.guard, settings.max_body_bytes, settings.model_control, access)
        self.rpc = RpcServer(self.models, self.runtime.service, self._descriptions(), ids, policy)
        self.app = create_app(self.runtime, ids, self.guard, access)
        self.connection = cast(
            type[asyncio.Protocol], partial(ProtocolDetection, shared=self.shared, http2=self.rpc.connection)
        )

    def _descriptions(self) -> Descriptions:
        metrics = self.telemetry.metrics
        return Descriptions(
            lambda served: configuration(served).model_dump(mode="json"),
            lambda models: statistics(metrics, models).model_dump(mode="json"),
        )


def _models(settings: Settings, telemetry: Telemetry) -> Models:
    check_providers(settings.execution_providers)
    repository = Repository(settings.bundle, settings.digest, settings.model, settings.version, settings.every_version)
    options = LoadOptions(
        settings.threads,
        settings.execution_providers,
        Trust(public_keys(settings.public_key), settings.allow_unsigned) if settings.public_key else None,
        settings.batch_rows,
        settings.group_parameter or "",
    )
    limits = Limits(
        settings.queue_limit,
        settings.batch_rows,
        settings.inference_threads,
        settings.batch_delay_ms / 1e3,
        settings.busy_poll_seconds,
    )
    return Models(
        repository.look,
        partial(load, cache=settings.cache_dir, options=options),
        partial(start, observe=telemetry.of, limits=limits),
        lazily=settings.load == "use",
    )
