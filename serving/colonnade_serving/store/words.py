"""What an object store's server answered, read from what the client says of it: a status, and the server's own code."""

import re
from dataclasses import dataclass

STATUS = re.compile(r"status code: (\d{3})([\w ]*)")
CODE = re.compile(r"<Code>(\w+)</Code>")
LOST = ("request or response body error", "error decoding response body")
METADATA_SERVICES = ("/latest/api/token", "/computeMetadata/", "/metadata/identity/oauth2/token")
"""The paths at which a cloud's instances are given their credentials: where a client looks last, and all it names."""
NO_CREDENTIALS = "there are no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give the pod a role"
NO_BUCKET = ("NoSuchBucket", "ContainerNotFound")
WRONG_KEY = ("InvalidAccessKeyId", "SignatureDoesNotMatch", "XAdminUserNotFound", "AuthenticationFailed")


@dataclass(frozen=True)
class Answered:
    """status, reason: HTTP's. code: the server's, empty where it gave none."""

    status: int
    reason: str
    code: str

    @property
    def is_refusal(self) -> bool:
        return self.status in (401, 403) or self.code in WRONG_KEY

    @property
    def has_no_bucket(self) -> bool:
        return self.code in NO_BUCKET

    def __str__(self) -> str:
        return f"the server answers {self.status} {self.reason}".rstrip() + (f" ({self.code})" if self.code else "")


def answered(said: str) -> Answered | None:
    """None where no server answered, or not with an error."""
    status, code = STATUS.search(said), CODE.search(said)
    return Answered(int(status[1]), status[2].strip(), code[1] if code else "") if status else None


def lacks_credentials(said: str) -> bool:
    return any(path in said for path in METADATA_SERVICES)


def first_line(error: BaseException) -> str:
    """Of what no server said."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    said = str(error).partition("\n")[0].strip() or type(error).__name__
    return "the connection was lost before all bytes came" if any(each in said for each in LOST) else said
