"""How a bundle was made, as its training Job has stated it."""

from datetime import datetime

from pydantic import Field

from colonnade_api.common import Digest, StatusPart, Uri


class Provenance(StatusPart):
    """The in-toto statement beside the bundle: of which data, spec, image and libraries it was made."""

    uri: Uri = Field(description="Where it lies, in a DSSE envelope.")
    key_id: Digest | None = Field(
        default=None,
        description="sha256 of the public key that it is signed for; absent where the platform had none to sign with.",
    )
    at: datetime = Field(description="When the bundle was made, and signed.")
