"""What one serving process knows: its models, and whether it takes requests."""

from ..models import Models
from ..observation.metrics import Metrics
from ..settings import Settings


class Runtime:
    """The state behind the routes."""

    def __init__(self, settings: Settings, metrics: Metrics, models: Models) -> None:
        self.settings = settings
        self.metrics = metrics
        self.models = models
        self.draining = False
        models.changed.append(self._publish)

    @property
    def ready(self) -> bool:
        """Whether new traffic should come here."""
        return self.models.ready and not self.draining

    def start_drain(self) -> None:
        """From now on not ready; what still comes is answered."""
        self.draining = True
        self._publish()

    def _publish(self) -> None:
        self.metrics.ready.set(self.ready)
