"""The model bundle: one directory, one digest.

What training writes, serving verifies and replays before it answers anyone.
"""

from .agreement import agree
from .format import FORMAT, Bundle, BundleError, Golden, Tensor, TensorSignature, encode
from .golden import GoldenMismatch, difference, replay
from .keys import Trust
from .verify import MANIFEST, read_bundle, verify_bundle

__all__ = [
    "FORMAT",
    "MANIFEST",
    "Bundle",
    "BundleError",
    "Golden",
    "GoldenMismatch",
    "Tensor",
    "TensorSignature",
    "Trust",
    "agree",
    "difference",
    "encode",
    "read_bundle",
    "replay",
    "verify_bundle",
]
