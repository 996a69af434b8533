"""Evidence in, a verdict out: Pass, Fail, InsufficientSamples, NoData or Error. Everything is counts; only proof
fails, only enough evidence passes."""

from colonnade.plan.verdict.judge import Judged, judge, judge_all
from colonnade.plan.verdict.shares import binomial_interval

__all__ = ["Judged", "binomial_interval", "judge", "judge_all"]
