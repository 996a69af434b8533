"""Evidence in, a verdict out: Pass, Fail, InsufficientSamples, NoData or Error. Everything is counts; only proof
fails, only enough evidence passes."""

from colonnade.signals.judge import TELLING, SignalVerdict, judge, judge_all
from colonnade.signals.registry import measured

__all__ = ["TELLING", "SignalVerdict", "judge", "judge_all", "measured"]
