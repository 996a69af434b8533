"""Numbers as people write them, and names as they may have meant them."""

from collections.abc import Iterable
from decimal import Decimal
from difflib import get_close_matches

PLAIN_BELOW = 1e21
PLAIN_FROM = 1e-6
NAMES_SHOWN = 5


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


def did_you_mean(wrong: str, known: Iterable[str]) -> str:
    """`; did you mean a, b?`, or what there is when nothing is close."""
    names = list(known)
    close = get_close_matches(wrong, names, n=3, cutoff=0.6)
    if close:
        return f"; did you mean {', '.join(close)}?"
    more = f" and {len(names) - NAMES_SHOWN} more" if len(names) > NAMES_SHOWN else ""
    return f"; there are {', '.join(names[:NAMES_SHOWN])}{more}"
