"""How a bundle was made, as its training Job has stated it."""

from datetime import datetime

from pydantic import Field

from colonnade_api.common import Digest, Said, StatusPart, Uri, Word

LONGEST_REQUEST = 63


class Provenance(StatusPart):
    """The in-toto statement beside the bundle: of which data, spec, image and libraries it was made."""

    uri: Uri = Field(description="Where it lies, in a DSSE envelope.")
    key_id: Digest | None = Field(
        default=None,
        description="sha256 of the public key that it is signed for; absent where the platform had none to sign with.",
    )
    at: datetime = Field(description="When the bundle was made, and signed.")


class Reproduced(StatusPart):
    """What came of making the version once more, of the same spec and the same rows."""

    request: Word = Field(description="Value of the annotation colonnade.dev/reproduce that asked for it.")
    at: datetime = Field(description="When the answer was seen.")
    same_digest: bool | None = Field(
        default=None, description="Whether the same bundle came of it; absent where none came at all."
    )
    digest: Digest | None = Field(default=None, description="Digest of the bundle that came of it.")
    message: Said = Field(description="The same in words; where it is another bundle, what was unlike.")
