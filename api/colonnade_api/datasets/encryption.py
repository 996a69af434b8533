"""How the versions of a Dataset lie in the store, so that who has the store alone can't read them."""

from typing import Annotated

from pydantic import Field

from colonnade_api.common import ObjectName, SpecPart

MAX_PREVIOUS_KEYS = 8
SEALED_TABLE, SEALED_FILE = b"PARE", b"CLN1"
"""How they begin: Parquet with an encrypted footer (PAR1 is one without), and any other file."""


class SecretKey(SpecPart):
    """One key of a Secret in the same namespace."""

    name: ObjectName = Field(description="Name of the Secret, in the same namespace.")
    key: Annotated[str, Field(min_length=1, max_length=253, pattern=r"^[-._a-zA-Z0-9]+$")] = Field(
        description="Which of the Secret's keys."
    )

    def __str__(self) -> str:
        """As messages name it."""
        return f"key {self.key} of Secret {self.name}"


class Encryption(SpecPart):
    """Tables, quarantine and reports are encrypted before they are stored."""

    key_secret_ref: SecretKey = Field(
        description="The key that wraps each version's own data key: text of at least 32 bytes, such as of "
        "`openssl rand -hex 32`. Who loses it loses the versions."
    )
    previous_keys: tuple[SecretKey, ...] = Field(
        default=(),
        max_length=MAX_PREVIOUS_KEYS,
        description="Keys that wrapped versions before. Once another keySecretRef is named, the next Job wraps each "
        "version's data key anew, and rewrites no rows; then the old key may go from here.",
        json_schema_extra={"x-kubernetes-list-type": "atomic"},
    )

    def all_keys(self) -> tuple[SecretKey, ...]:
        """The key that wraps now, then those of before."""
        return (self.key_secret_ref, *self.previous_keys)
