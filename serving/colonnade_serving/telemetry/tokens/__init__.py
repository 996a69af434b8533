"""The token of an answer: what was predicted, sealed, so that a label may come days later, to any pod of any revision,
and be joined without a store."""

from .mint import HEADER, Mint
from .seal import Seal
from .spent import Spent
from .token import Predicted, TokenError

__all__ = ["HEADER", "Mint", "Predicted", "Seal", "Spent", "TokenError"]
