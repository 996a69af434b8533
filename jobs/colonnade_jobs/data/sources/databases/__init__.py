"""Rows that a database answers, by its ADBC driver; its address is a secret, and no word of it is ever told."""

from .answer import fetch

__all__ = ["fetch"]
