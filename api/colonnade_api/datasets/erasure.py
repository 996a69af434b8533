"""What is known of rows that were erased: who had it done, when and why, and what is in their versions' place."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from colonnade_api.common import Digest, Said, StatusPart

MAX_ERASED = 256

SubjectHash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
"""A subject, by colonnade_api.datasets.subjects.keyed_hash."""


class ErasedBy(StatusPart):
    """An erasure, without a word of whom it concerned."""

    by: Said | None = Field(default=None, description="Who asked for it, as the API server knows them.")
    at: datetime | None = Field(default=None, description="When it was done.")
    reason: Said | None = Field(default=None, description="Why, in their words.")


class ErasedVersion(ErasedBy):
    """A version that was destroyed, since it held rows of someone who is erased."""

    digest: Digest = Field(description="The version that is no more.")
    successor: Digest | None = Field(
        default=None, description="The same without those rows; absent where nothing was left."
    )


Erased = Annotated[
    tuple[ErasedVersion, ...],
    Field(max_length=MAX_ERASED, json_schema_extra={"x-kubernetes-list-type": "atomic"}),
]
