"""From an address to a model that may answer: fetched, verified, loaded, replayed on its golden inputs, warmed up."""

from .calibrate import Calibration
from .load import CannotServe, LoadOptions, Model, Source, load
from .repository import Repository
from .warmup import made_up

__all__ = ["Calibration", "CannotServe", "LoadOptions", "Model", "Repository", "Source", "load", "made_up"]
