"""Numbers, sizes and times as people read them."""

import math
from datetime import UTC, datetime, timedelta

NOTHING = "-"
UNITS = ("B", "KiB", "MiB", "GiB", "TiB")


def size(count: float) -> str:
    """Bytes: 512 B, 4.2 MiB."""
    for unit in UNITS[:-1]:
        if count < 1024:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1024
    return f"{count:.1f} {UNITS[-1]}"


def number(value: float | None) -> str:
    """Four digits that count, thousands apart: 1,204, 0.02341."""
    if value is None:
        return NOTHING
    if math.isnan(value):
        return "NaN"
    if float(value).is_integer():
        return f"{value:,.0f}"
    return f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.0f}"


def percent(value: float | None, digits: int = 0) -> str:
    return NOTHING if value is None else f"{value:.{digits}f} %"


def count(many: int, thing: str) -> str:
    return f"{many:,} {thing}" + ("" if many == 1 else "s")


def short(digest: str | None) -> str:
    """The first ten hex digits, as revisions are written."""
    return digest.removeprefix("sha256:")[:10] if digest else NOTHING


def ago(then: datetime | None, now: datetime) -> str:
    """45s, 12m, 3h, 4d: as kubectl writes ages."""
    if then is None:
        return NOTHING
    seconds = max(0, int((now - then) / timedelta(seconds=1)))
    if seconds < 120:
        return f"{seconds}s"
    if seconds < 120 * 60:
        return f"{seconds // 60}m"
    if seconds < 48 * 3600:
        return f"{seconds // 3600}h"
    return f"{seconds // 86400}d"


def utc_now() -> datetime:
    return datetime.now(UTC)
