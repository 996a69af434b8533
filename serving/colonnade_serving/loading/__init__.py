"""From an address to a model that may answer: fetched, verified, loaded, replayed on its golden inputs, warmed up."""

from .calibrate import Calibration
from .load import CannotServe, How, Model, Source, load
from .repository import Repository

__all__ = ["Calibration", "CannotServe", "How", "Model", "Repository", "Source", "load"]
