"""What proves how a bundle came to be: a statement of its making, and whose it is.

Both lie beside the bundle and not in it: the same training makes the same bundle, whoever ran it, and when.
"""

from . import mlbom
from .attestation import keep, signed
from .signingkey import read_key
from .statement import Run, describe

__all__ = ["Run", "describe", "keep", "mlbom", "read_key", "signed"]
