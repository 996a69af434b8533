"""How many processes serve, and how several act as one: ports, metrics, readiness, models and their end."""

from .run import run

__all__ = ["run"]
