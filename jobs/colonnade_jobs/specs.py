"""What the operator hands to a Job, read."""

from typing import TypeVar

from pydantic import ValidationError

from colonnade_api.common import SpecPart

from .errors import PermanentError

Spec = TypeVar("Spec", bound=SpecPart)


def read(kind: type[Spec], text: str) -> Spec:
    """A DatasetJob or TrainJob from JSON. Raises PermanentError, naming the field and the fix."""
    try:
        return kind.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        field = ".".join(str(part) for part in first["loc"])
        message = first["msg"].removeprefix("Value error, ")
        raise PermanentError("InvalidSpec", f"{field}: {message[:1].lower()}{message[1:]}") from error
