"""Whose data a table holds, and what is done so that no one is known by it."""

from pydantic import Field

from colonnade_api.common import SpecPart
from colonnade_api.encryption import Encryption


class Privacy(SpecPart):
    """What is protected, and how."""

    encryption: Encryption | None = Field(
        default=None, description="Whether what is stored can be read without a key. Left out: it can."
    )
