"""From a dataset version and an estimator's name to a verified model bundle."""

from .job import run

__all__ = ["run"]
