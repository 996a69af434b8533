"""Personal data that nobody named: looked for by what values are and by what columns are called.

Values decide by check digits and unmistakable notations, held against what chance would do; names where values can't.
"""

from .detecting import detect, said, without_values
from .findings import PersonalData

__all__ = ["PersonalData", "detect", "said", "without_values"]
