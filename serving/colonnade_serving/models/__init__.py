"""The models in service: which there are, which answer, and how one takes another's place under load."""

from .served import Listed, Served, State
from .start import start
from .table import Models, Verb

__all__ = ["Listed", "Models", "Served", "State", "Verb", "start"]
