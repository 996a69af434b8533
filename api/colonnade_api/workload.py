"""What a pod may use, in Kubernetes' own words."""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from colonnade_api.common import SpecPart, int_or_string

QUANTITY_PATTERN = r"^[0-9]+(\.[0-9]+)?(m|k|M|G|T|Ki|Mi|Gi|Ti)?$"


def _text(value: Any) -> Any:
    return str(value) if isinstance(value, int | float) else value


Quantity = Annotated[
    str,
    BeforeValidator(_text),
    Field(max_length=32, pattern=QUANTITY_PATTERN),
    int_or_string(QUANTITY_PATTERN, 32),
]


class Resources(SpecPart):
    """What a container asks for and may use at most."""

    requests: dict[str, Quantity] = Field(
        default={},
        max_length=8,
        description="What the scheduler sets aside, such as {cpu: 500m, memory: 512Mi}.",
    )
    limits: dict[str, Quantity] = Field(
        default={},
        max_length=8,
        description="The most that the container may use, such as {memory: 1Gi}; over its memory it is ended and "
        "started again.",
    )
