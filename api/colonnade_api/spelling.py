"""Names as people may have meant them."""

from collections.abc import Iterable
from difflib import get_close_matches

NAMES_SHOWN = 5


def did_you_mean(wrong: str, known: Iterable[str]) -> str:
    """`; did you mean a, b?`, or what there is when nothing is close."""
    names = list(known)
    close = get_close_matches(wrong, names, n=3, cutoff=0.6)
    if close:
        return f"; did you mean {', '.join(close)}?"
    more = f" and {len(names) - NAMES_SHOWN} more" if len(names) > NAMES_SHOWN else ""
    return f"; there are {', '.join(names[:NAMES_SHOWN])}{more}"
