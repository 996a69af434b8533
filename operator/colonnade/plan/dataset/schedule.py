"""Schedules as crontab(5) writes them, in UTC: when was the last tick, when is the next?"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

NICKNAMES = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}
MONTHS = {
    name: number
    for number, name in enumerate(
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], start=1
    )
}
WEEKDAYS = {name: number for number, name in enumerate(["sun", "mon", "tue", "wed", "thu", "fri", "sat"])}
DAYS_TO_SEARCH = 366 * 8 + 1
"""The 29th of February may be eight years away."""


@dataclass(frozen=True)
class Schedule:
    """The minutes, hours, days, months and weekdays (0: Sunday) on which it ticks; `either_day` as crontab(5): a day
    matches by month or by week."""

    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    either_day: bool

    def last(self, now: datetime) -> datetime | None:
        """The latest tick at or before `now`; None when there is none within eight years."""
        return next((tick for tick in self._ticks(now, backwards=True) if tick <= now), None)

    def next(self, now: datetime) -> datetime | None:
        """The earliest tick after `now`; None when there is none within eight years."""
        return next((tick for tick in self._ticks(now, backwards=False) if tick > now), None)

    def _ticks(self, now: datetime, backwards: bool) -> Iterator[datetime]:
        step = timedelta(days=-1 if backwards else 1)
        day = now.astimezone(UTC).date()
        times = [time(h, m, tzinfo=UTC) for h in sorted(self.hours) for m in sorted(self.minutes)]
        for _ in range(DAYS_TO_SEARCH):
            if self._on(day):
                yield from (datetime.combine(day, at) for at in (reversed(times) if backwards else times))
            day += step

    def _on(self, day: date) -> bool:
        by_month, by_week = day.day in self.days, day.isoweekday() % 7 in self.weekdays
        return day.month in self.months and (by_month or by_week if self.either_day else by_month and by_week)


def parse(text: str) -> Schedule:
    """`@hourly` and its like, or five fields: minute hour day month weekday.

    Raises ValueError naming the field that isn't understood.
    """
    fields = NICKNAMES.get(text.strip().lower(), text).split()
    if len(fields) != 5:
        raise ValueError(
            f'"{text}" is no schedule: write five fields (minute hour day month weekday), '
            "or @hourly, @daily, @weekly, @monthly"
        )
    minute, hour, day, month, weekday = fields
    return Schedule(
        minutes=_field("minute", minute, 0, 59),
        hours=_field("hour", hour, 0, 23),
        days=_field("day", day, 1, 31),
        months=_field("month", month, 1, 12, MONTHS),
        weekdays=frozenset(number % 7 for number in _field("weekday", weekday, 0, 7, WEEKDAYS)),
        either_day=not day.startswith("*") and not weekday.startswith("*"),
    )


def _field(name: str, text: str, low: int, high: int, names: dict[str, int] | None = None) -> frozenset[int]:
    numbers: set[int] = set()
    for part in text.lower().split(","):
        numbers.update(_part(name, part, low, high, names or {}))
    return frozenset(numbers)


def _part(name: str, part: str, low: int, high: int, names: dict[str, int]) -> range:
    span, _, step = part.partition("/")
    first, dash, last = span.partition("-")
    try:
        start = low if span == "*" else _number(first, names)
        open_ended = span == "*" or (step and not dash)
        stop = high if open_ended else _number(last, names) if dash else start
        stride = int(step) if step else 1
    except ValueError:
        raise ValueError(f'{name} "{part}" is no number, range or step') from None
    if not low <= start <= stop <= high or stride < 1:
        raise ValueError(f'{name} "{part}" lies outside {low} to {high}')
    return range(start, stop + 1, stride)


def _number(text: str, names: dict[str, int]) -> int:
    return names[text] if text in names else int(text)
