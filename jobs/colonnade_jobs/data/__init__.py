"""From a source to a dataset version: fetched, checked, cleaned, profiled, and named by the digest of its content."""

from .job import run

__all__ = ["run"]
