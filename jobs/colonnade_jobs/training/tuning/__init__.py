"""The search for an estimator's best parameters: what a trial tries, and what comes of it."""

from .trial import run

__all__ = ["run"]
