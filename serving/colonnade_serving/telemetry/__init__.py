"""What the process says of itself: metrics, drift counters, the payload log, feedback, traces and logs.

None of it is on a request's path: the loop's thread appends references, and `flush` counts them with numpy.
"""

from .metrics import Metrics, forget
from .observer import Observer
from .telemetry import Telemetry

__all__ = ["Metrics", "Observer", "Telemetry", "forget"]
