"""What one serving process knows: its models, and whether it takes requests."""

from ..models import Models
from ..service import InferenceService
from ..settings import Settings
from ..telemetry.metrics import Metrics
from .fastpath import Shared

REQUEST_ID = "colonnade.request_id"
"""Where an ASGI scope has its request's id, in bytes."""
COUNTED_BY = "colonnade.counted_by"
"""Where it has a list, to which goes the name of the model that counts the request, and logs it."""


class Runtime:
    """The state behind the routes."""

    def __init__(self, settings: Settings, metrics: Metrics, models: Models, shared: Shared) -> None:
        self.settings = settings
        self.metrics = metrics
        self.models = models
        self.service = InferenceService(models, metrics)
        self._shared = shared
        models.changed.append(self._publish)

    @property
    def draining(self) -> bool:
        """Whether clients are asked to leave."""
        return self._shared.draining

    @property
    def ready(self) -> bool:
        """Whether new traffic should come here."""
        return self.models.ready and not self.draining

    def start_drain(self) -> None:
        """From now on not ready; what still comes is answered."""
        self._shared.draining = True
        self._publish()

    def _publish(self) -> None:
        self.metrics.ready.set(self.ready)
