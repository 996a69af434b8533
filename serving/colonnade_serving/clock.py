"""The clock of all times within the process."""

from time import perf_counter
from typing import Final

clock: Final = perf_counter
"""Seconds. Final, since compiled code otherwise looks an imported name up at each call."""
