"""From an address to a model that may answer: fetched, verified, loaded, replayed on its golden inputs, warmed up."""

from .load import CannotServe, Model, Source, load
from .repository import Repository

__all__ = ["CannotServe", "Model", "Repository", "Source", "load"]
