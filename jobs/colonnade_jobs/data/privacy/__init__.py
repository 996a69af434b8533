"""Rows made such that no one is known by them: after they are checked, cleaned and filled, before anything is written.

`protect` changes the valid rows of `validated`, and takes the values that rules speak of out of all that is shown.
"""

from . import pseudonyms
from .detection import without_values
from .discretion import discreet, noted
from .protection import Protection, as_before, protect
from .pseudonyms import read_key

__all__ = ["Protection", "as_before", "discreet", "noted", "protect", "pseudonyms", "read_key", "without_values"]
