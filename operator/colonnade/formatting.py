"""Numbers as people read them in conditions and events."""

import re
from datetime import datetime, timedelta
from itertools import starmap
from math import floor, log10

LONGEST_SENTENCE = 1024
"""Characters that a message in status may have."""

UNNOTICED = 0.2
MEASURED = re.compile(r"(?<![\w:.,/-])\d[\d,]*(?:\.\d+)?(?![\w:/-]|[.,]\d)")


def clipped(text: str) -> str:
    return text if len(text) <= LONGEST_SENTENCE else f"{text[: LONGEST_SENTENCE - 1]}…"


def percent(fraction: float) -> str:
    """0.031 is "3.1 %", 0.0002 is "0.02 %", 1 is "100 %": two significant digits, or all before the point."""
    value = fraction * 100
    if value == 0:
        return "0 %"
    digits = max(0, 1 - floor(log10(abs(value))))
    text = f"{value:.{digits}f}"
    return f"{text.rstrip('0').rstrip('.') if '.' in text else text} %"


def number(value: float) -> str:
    """1204.3 is "1,204", 0.70491 is "0.7049", 3.0 is "3": four significant digits, and all before the point."""
    return f"{value:,.0f}" if value == int(value) or abs(value) >= 1000 else f"{value:.4g}"


def milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:,.3g} ms" if seconds < 1 else f"{seconds:,.3g} s"


def bytes_size(count: float) -> str:
    """52428800 is "50 MiB"."""
    for unit in ("B", "KiB", "MiB"):
        if abs(count) < 1024:
            return f"{count:.4g} {unit}"
        count /= 1024
    return f"{count:.4g} GiB"


def duration(span: timedelta) -> str:
    """The two largest units: "45 s", "3 min 20 s", "2 h", "1 d 4 h"."""
    rest = max(0, round(span.total_seconds()))
    parts = []
    for unit, length in (("d", 86400), ("h", 3600), ("min", 60), ("s", 1)):
        whole, rest = divmod(rest, length)
        if whole:
            parts.append(f"{whole} {unit}")
    return " ".join(parts[:2]) or "0 s"


def clock_time(moment: datetime) -> str:
    """Stands still while it is waited for, as "12 s ago" would not."""
    return f"{moment:%H:%M:%S} UTC"


def reads_alike(before: str, after: str) -> bool:
    """Whether a person would read the same in two reports of one thing: measured numbers may move by a fifth.

    A number that is part of a name, or of a time of day, has to be the same.
    """
    if MEASURED.sub("#", before) != MEASURED.sub("#", after):
        return False
    numbers = zip(MEASURED.findall(before), MEASURED.findall(after), strict=True)
    return all(starmap(_close, ((_parsed(one), _parsed(other)) for one, other in numbers)))


def much_the_same(before: float | None, after: float | None) -> bool:
    """Whether a person would take the one for the other."""
    return before == after if before is None or after is None else _close(before, after)


def _close(before: float, after: float) -> bool:
    return abs(before - after) <= UNNOTICED * max(abs(before), abs(after))


def _parsed(number: str) -> float:
    return float(number.replace(",", ""))


def requests(total: int) -> str:
    return count_of(total, "request")


def count_of(total: int, noun: str) -> str:
    return f"{total:,} {noun}" if total == 1 else f"{total:,} {noun}s"
