"""Numbers as people write them, and names as they may have meant them."""

from decimal import Decimal

from colonnade_api.spelling import did_you_mean

__all__ = ["did_you_mean", "number", "percent", "rounded"]

PLAIN_BELOW = 1e21
PLAIN_FROM = 1e-6


def number(value: float) -> str:
    """A number in full, without an exponent where that is readable: 1500, 0.1, 1234567; 1e+300."""
    if value == 0 or PLAIN_FROM <= abs(value) < PLAIN_BELOW:
        text = format(Decimal(repr(value)), "f")
        return text.rstrip("0").rstrip(".") if "." in text else text
    return repr(value)


def rounded(value: float, digits: int = 4) -> str:
    """A number to so many digits: 0.8312, 123500, 1.2."""
    return number(float(f"{value:.{digits}g}"))


def percent(share: float) -> str:
    """A share, 0 to 1, as a percentage of three digits; only what is all is 100 %."""
    return f"{rounded(100 * share if share >= 1 else min(100 * share, 99.9), 3)} %"


def size(count: int) -> str:
    """Bytes for people: 812 B, 1.4 MiB."""
    value, units = float(count), ["B", "KiB", "MiB", "GiB", "TiB"]
    while value >= 1024 and len(units) > 1:
        value /= 1024
        units.pop(0)
    return f"{rounded(value, 3)} {units[0]}"
