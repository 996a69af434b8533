"""Durations as people write them: "250ms", "30s", "10m", "24h", "365d", "1h30m"."""

import re
from datetime import timedelta
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, PlainSerializer, WithJsonSchema

PATTERN = r"^([0-9]+(ms|s|m|h|d))+$"
MAX_LENGTH = 32
HINT = "a duration is whole numbers with units, such as 250ms, 30s, 10m, 24h, 1h30m or 365d"
OVER_ZERO = {"rule": "self.matches('[1-9]')", "message": "this duration has to be over zero, such as 5s"}
UNITS = {
    "d": timedelta(days=1),
    "h": timedelta(hours=1),
    "m": timedelta(minutes=1),
    "s": timedelta(seconds=1),
    "ms": timedelta(milliseconds=1),
}


def parse_duration(text: str) -> timedelta:
    """Raises ValueError with a hint when `text` is not a duration."""
    if len(text) > MAX_LENGTH or not re.fullmatch(PATTERN, text):
        raise ValueError(f"{text!r}: {HINT}")
    parts = re.findall(r"([0-9]+)(ms|s|m|h|d)", text)
    return sum((int(number) * UNITS[unit] for number, unit in parts), timedelta())


def format_duration(duration: timedelta) -> str:
    """The shortest way to write it in whole numbers, down to the millisecond."""
    if not duration:
        return "0s"
    parts, rest = [], duration
    for unit, length in UNITS.items():
        number, rest = divmod(rest, length)
        parts += [f"{number}{unit}"] if number else []
    return "".join(parts)


def _read(value: Any) -> Any:
    return parse_duration(value) if isinstance(value, str) else value


def _over_zero(duration: timedelta) -> timedelta:
    if not duration:
        raise ValueError(OVER_ZERO["message"])
    return duration


def _schema(*rules: dict[str, str]) -> WithJsonSchema:
    written = {"rule": f"self.matches('{PATTERN}')", "message": HINT}
    return WithJsonSchema(
        {
            "type": "string",
            "pattern": PATTERN,
            "maxLength": MAX_LENGTH,
            "x-kubernetes-validations": [written, *rules],
        }
    )


_Written = Annotated[timedelta, BeforeValidator(_read), PlainSerializer(format_duration, return_type=str)]
Duration = Annotated[_Written, _schema()]
Period = Annotated[_Written, AfterValidator(_over_zero), _schema(OVER_ZERO)]
"""A duration that is not zero: something is done again and again in it, or counted over it."""
