"""Dates as people write them: each format is one way for a whole column, as SQL over text."""

from dataclasses import dataclass

from ..tables.sql import literal

TIMES = ("", " %H:%M:%S", " %H:%M", " %H:%M:%S.%f", " %I:%M %p", " %I:%M:%S %p")
TIME = r"(?: +[0-9]{1,2}:[0-9]{2}[0-9:.]*(?: ?[AaPp][Mm])?)?"
ISO_TIME = r"[T ] *[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?"
ZONE = r" *(?:Z|[A-Z][A-Za-z]+(?:/[A-Za-z_]+)?|[-+][0-9]{2}(?::?[0-9]{2})?)"
PLAIN_ISO = {"%Y-%m-%d": 10, "%Y-%m-%d %H:%M:%S": 19, "%Y-%m-%dT%H:%M:%SZ": 20}
UNIX_SECONDS = {"s": 1.0, "ms": 1e3, "us": 1e6, "ns": 1e9}
LATEST_SECONDS = 1e11  # the year 5138; the same moment of 1973 in milliseconds
EARLIEST_SECONDS = 1e8  # 1973; what is less is most often a year, a day's number or an identifier


@dataclass(frozen=True)
class DateFormat:
    """One way to write dates. label: for people; pattern: RE2 of the whole text; formats: strptime's, or none for ISO.

    inferred: whether a column that isn't declared may be told to be of it.
    """

    label: str
    pattern: str
    formats: tuple[str, ...] = ()
    inferred: bool = True
    unit: str = ""

    def fits(self, value: str) -> str:
        """SQL: whether a text is a date so written."""
        return f"({self.timestamp(value)}) IS NOT NULL"

    def timestamp(self, value: str) -> str:
        """SQL: the moment that a text says, as TIMESTAMP in UTC; null where it doesn't fit."""
        moment = f"CASE WHEN regexp_full_match({value}, {literal(self.pattern)}) THEN {self._moment(value)} END"
        return f"CASE WHEN {_is_plain(value)} THEN {_cast(value)} ELSE {moment} END" if self == ISO else moment

    def _moment(self, value: str) -> str:
        if self.unit:
            return f"to_timestamp(TRY_CAST({value} AS DOUBLE) / {UNIX_SECONDS[self.unit]}) AT TIME ZONE 'UTC'"
        if not self.formats:
            return f"TRY_CAST({value} AS TIMESTAMPTZ) AT TIME ZONE 'UTC'"
        parsed = [f"try_strptime(trim({value}), {literal(form)})" for form in self.formats]
        return f"CAST(coalesce({', '.join(parsed)}) AS TIMESTAMP)"


def _cast(value: str) -> str:
    return f"TRY_CAST({value} AS TIMESTAMP)"


def _is_plain(value: str) -> str:
    """SQL: whether a text is one of the commonest forms, known by the way back at a third of the pattern's cost."""
    forms = (
        f"strlen({value}) = {length} AND strftime({_cast(value)}, {literal(form)}) = {value}"
        for form, length in PLAIN_ISO.items()
    )
    return f"{value} >= '0' AND ({' OR '.join(forms)})"  # a year before the first begins with a minus


def _numeric(order: str, separator: str, year: str) -> DateFormat:
    shown = {"d": "dd", "m": "mm", "Y": "yyyy", "y": "yy"}
    label = separator.join(shown[part] for part in order.replace("y", year))
    width = {"Y": "[0-9]{4}", "y": "[0-9]{2}"}[year]
    digits = [width if part == "y" else "[0-9]{1,2}" for part in order]
    date = separator.join(f"%{year if part == 'y' else part}" for part in order)
    pattern = rf"\s*{f'[{separator}]'.join(digits)}{TIME}\s*"
    return DateFormat(label, pattern, tuple(date + time for time in TIMES))


def _named(label: str, pattern: str, *dates: str) -> DateFormat:
    return DateFormat(label, rf"\s*{pattern}{TIME}\s*", tuple(date + time for date in dates for time in TIMES))


def unix(unit: str) -> DateFormat:
    """Seconds (s), milliseconds (ms), microseconds (us) or nanoseconds (ns) since 1970."""
    names = {"s": "seconds", "ms": "milliseconds", "us": "microseconds", "ns": "nanoseconds"}
    return DateFormat(f"{names[unit]} since 1970", r"\s*-?[0-9]+(?:\.[0-9]+)?\s*", (), False, unit)


ISO = DateFormat("yyyy-mm-dd", rf"\s*[0-9]{{4}}[-/][0-9]{{1,2}}[-/][0-9]{{1,2}}(?:{ISO_TIME}(?:{ZONE})?)?\s*")
PAIRS = tuple(
    (_numeric("dmy", separator, year), _numeric("mdy", separator, year)) for year in "Yy" for separator in "/-"
)
"""Formats that can be taken for each other: day first, month first."""
MONTH = "[A-Za-z]{3,9}"
FORMATS: tuple[DateFormat, ...] = (
    ISO,
    _numeric("ymd", ".", "Y"),
    *(form for pair in PAIRS for form in pair),
    _numeric("dmy", ".", "Y"),
    _numeric("dmy", ".", "y"),
    _named("dd-Mon-yyyy", rf"[0-9]{{1,2}}-{MONTH}-[0-9]{{4}}", "%d-%b-%Y", "%d-%B-%Y"),
    _named("dd-Mon-yy", rf"[0-9]{{1,2}}-{MONTH}-[0-9]{{2}}", "%d-%b-%y"),
    _named("dd/Mon/yyyy", rf"[0-9]{{1,2}}/{MONTH}/[0-9]{{4}}", "%d/%b/%Y"),
    _named("dd Mon yyyy", rf"[0-9]{{1,2}} {MONTH} [0-9]{{4}}", "%d %b %Y", "%d %B %Y"),
    _named("Mon dd, yyyy", rf"{MONTH} [0-9]{{1,2}}, [0-9]{{4}}", "%b %d, %Y", "%B %d, %Y"),
    DateFormat(
        "Ddd, dd Mon yyyy hh:mm:ss +zzzz",
        rf"\s*[A-Z][a-z]{{2}}, [0-9]{{1,2}} {MONTH} [0-9]{{4}} [0-9:]+ [-+][0-9]{{4}}\s*",
        ("%a, %d %b %Y %H:%M:%S %z",),
    ),
    DateFormat("yyyy-mm", r"\s*[0-9]{4}-[0-9]{2}\s*", ("%Y-%m",)),
    DateFormat("yyyymmdd", r"\s*[0-9]{8}\s*", ("%Y%m%d",), inferred=False),
    DateFormat("yyyy", r"\s*[0-9]{4}\s*", ("%Y",), inferred=False),
)


def of_format(form: str) -> DateFormat:
    """The format that a spec names: unix, unix-ms, or one of strftime's."""
    if form.startswith("unix"):
        return unix(form.partition("-")[2] or "s")
    year = "%Y" in form
    return DateFormat(form, r"(?s).*[0-9]{4}.*" if year else r"(?s).*", (form,))


def unit_of(smallest: float, largest: float) -> str | None:
    """The unit in which a column counts since 1970, by magnitude; None where it can't be told.

    smallest, largest: of the absolute values. Seconds, milliseconds and so on since 1973 until 5138 never overlap.
    """
    for unit, factor in UNIX_SECONDS.items():
        if smallest >= EARLIEST_SECONDS * factor and largest < LATEST_SECONDS * factor:
            return unit
    return None
