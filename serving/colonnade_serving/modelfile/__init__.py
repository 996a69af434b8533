"""The .onnx file: the model in it as it will run, or in words why there is none.

What the Open Inference Protocol can't carry is taken away where that changes no answer (a classifier's ZipMap).
"""

from .errors import ModelInvalid
from .objection import objection
from .open import open_model
from .plain import plain
from .uncarried import Side, uncarried
from .zipmap import check_columns

__all__ = ["ModelInvalid", "Side", "check_columns", "objection", "open_model", "plain", "uncarried"]
