"""How a csv file is written, told from its first lines: delimiter, quote, escape, and where the header stands."""

import csv
import io
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, NamedTuple

from colonnade_api.datasets.csv import Csv

from ...errors import PermanentError
from ..tables import naming

DELIMITERS = "\t;|,"  # of two that fit as well, the one that text holds less often
QUOTES = "\"'"
NO_DELIMITER = "\x1f"
SAMPLE_LINES = 20_480
PREAMBLE_CONSISTENCY = 0.9
RAGGED_SHARE = 0.5
LOOKED_AT = 20
"""Records below a header, among which one has to be fuller than a title is."""
TITLE_WIDTH = 3
EXCEL_HINT = re.compile(r'"?sep=(.)"?\r?\n?$', re.IGNORECASE)
NUMBER = re.compile(r"\s*[-+]?[\d.,]+\s*$")

csv.field_size_limit(min(sys.maxsize, 2**31 - 1))


@dataclass(frozen=True)
class Dialect:
    """How a file is written. quote, escape: empty where there are none; skip: lines before the header or first row.

    names: of the columns; heads: the first record's fields; ends: how lines end, where that can't be told by the first
    end of a line; preamble: the lines skipped; breaks_above: whether a record among them has several lines.
    """

    delimiter: str
    quote: str
    escape: str
    header: bool
    skip: int
    names: tuple[str, ...]
    heads: tuple[str, ...] = ()
    ends: str = ""
    preamble: tuple[str, ...] = ()
    breaks_above: bool = False

    @property
    def width(self) -> int:
        """How many fields a line has."""
        return len(self.names)

    def records(self, lines: Iterator[str], **how: bool) -> Iterator["Record"]:
        """The records of lines, which must keep their ends, by Python's reader."""
        return records(lines, self.delimiter, self.quote, self.escape, **how)

    @property
    def is_for_python(self) -> bool:
        """Whether the first record, or one above it, has several lines, by which DuckDB is led astray: it skips records
        where lines are to be skipped."""
        return self.breaks_above or _has_breaks(self.heads)


class Record(NamedTuple):
    """The fields of a record, and the line that it begins on, from 1."""

    line: int
    fields: list[str]


def records(  # noqa: PLR0913 - Python's own reader has more
    lines: Iterator[str], delimiter: str, quote: str, escape: str, *, strict: bool = False, trim: bool = True
) -> Iterator[Record]:
    """The records that are not blank. Raises csv.Error, where strict, at a quote that ends before its field does.

    trim: whether blanks before a field are left out, as DuckDB does where a quote follows them.
    """
    options: dict[str, Any] = {"delimiter": delimiter, "skipinitialspace": trim, "strict": strict}
    if quote:
        options |= {"quotechar": quote, "doublequote": escape == quote}
        options |= {} if escape == quote else {"escapechar": escape}
    else:
        options |= {"quoting": csv.QUOTE_NONE}
    reader = csv.reader(lines, **options)
    line = 1
    for fields in reader:
        if fields:
            yield Record(line, fields)
        line = reader.line_num + 1


def detect(name: str, sample: str, given: Csv, *, whole: bool) -> Dialect:
    """The dialect that fits most lines of a file's sample.

    given: what the spec says; whole: whether the sample is the file. Raises PermanentError where the header has one
    field and the lines below have more.
    """
    lines = list(io.StringIO(sample, newline=""))[:SAMPLE_LINES]
    hint = EXCEL_HINT.match(lines[0]) if lines and given.skip_rows is None else None
    if hint:
        given = given.model_copy(update={"delimiter": given.delimiter or hint[1]})
    first = (given.skip_rows or 0) + (1 if hint else 0)
    fits = [fit for dialect in _candidates(lines[first:], given) if (fit := _fit(lines[first:], dialect, given, whole))]
    best = max(fits, key=lambda fit: fit.score, default=None)
    if best is None or best.dialect.width < 2:
        found = _with_breaks_above(_single(lines, first, given), lines)
        if given.delimiter is None and given.header:
            _check_width(name, lines[first:], found)
        return found
    found = best.dialect
    if given.header and given.skip_rows is None:
        _check_header(name, lines[first + found.skip :], found, first + found.skip)
    preamble = tuple(line.strip() for line in lines[first : first + found.skip] if line.strip())
    return _with_breaks_above(replace(found, skip=first + found.skip, preamble=preamble), lines)


class Fit(NamedTuple):
    """A dialect and how well it fits: the share of records as wide as the header, and finer differences."""

    score: tuple[float, ...]
    dialect: Dialect


def _candidates(lines: list[str], given: Csv) -> Iterator[tuple[str, str, str]]:
    text = "".join(lines)
    delimiters = given.delimiter or "".join(delimiter for delimiter in DELIMITERS if delimiter in text)
    for delimiter in delimiters:
        if given.quote is not None:
            quotes = [given.quote]
        else:
            quotes = [
                q for q in QUOTES if q == '"' or re.search(rf"(^|{re.escape(delimiter)})\s*'", text, re.MULTILINE)
            ]
        for quote in quotes:
            yield delimiter, quote, quote
            if quote and f"\\{quote}" in text:
                yield delimiter, quote, "\\"


def _fit(lines: list[str], candidate: tuple[str, str, str], given: Csv, whole: bool) -> Fit | None:
    delimiter, quote, escape = candidate
    try:
        found = list(records(iter(lines), delimiter, quote, escape))
    except csv.Error:
        return None
    if len(found) > 1 and not whole:
        found.pop()  # cut off by the sample's end
    if not found:
        return None
    start = _header_at(found, given)
    head, rows = found[start], found[start + 1 :] if given.header else found[start:]
    width = len(head.fields)
    if width < 2:
        return None
    fitting = sum(1 for row in rows if len(row.fields) == width or row.fields[width:] == [""])
    share = fitting / len(rows) if rows else 1.0
    names = head.fields if given.header else [""] * width
    named = tuple(naming.distinct([name.strip() for name in names]))
    dialect = Dialect(delimiter, quote, escape, given.header, head.line - 1, named, tuple(head.fields))
    score = (
        round(share, 3),
        not _is_still_quoted(rows, quote, width),
        _is_exact(lines, candidate, whole),
        width,
        escape == quote,
        -DELIMITERS.find(delimiter),
    )
    return Fit(score, dialect)


def _header_at(found: list[Record], given: Csv) -> int:
    """The index of the header: the first record, or the first as wide as nearly all others after lone lines."""
    if given.skip_rows is not None or not given.header or len(found[0].fields) > 1:
        return 0
    width, _ = Counter(len(record.fields) for record in found).most_common(1)[0]
    start = next((n for n, record in enumerate(found) if len(record.fields) > 1), 0)
    rest = found[start + 1 :]
    if width < 2 or len(found[start].fields) != width or not rest:
        return 0
    if any(not field.strip() or NUMBER.match(field) for field in found[start].fields):
        return 0
    consistent = sum(1 for record in rest if len(record.fields) == width)
    return start if consistent >= PREAMBLE_CONSISTENCY * len(rest) else 0


def _is_still_quoted(rows: list[Record], quote: str, width: int) -> bool:
    """Whether a column, read with one quote, is wholly enclosed in the other one."""
    other = QUOTES.replace(quote, "") if quote else QUOTES
    columns = ([row.fields[n] for row in rows if len(row.fields) > n] for n in range(width))
    return any(
        values and all(len(value) > 1 and value[0] == value[-1] and value[0] in other for value in values)
        for values in columns
    )


def _is_exact(lines: list[str], candidate: tuple[str, str, str], whole: bool) -> bool:
    """Whether each quote ends where its field does, which tells doubled quotes from those after a backslash."""
    try:
        for _ in records(iter(lines), *candidate, strict=True):
            pass
    except csv.Error as error:
        return not whole and "end of data" in str(error)
    return True


def _single(lines: list[str], first: int, given: Csv) -> Dialect:
    """One column: nothing stands between fields, whatever stands within them."""
    quote = '"' if given.quote is None else given.quote
    delimiter = given.delimiter or NO_DELIMITER
    found = next(records(iter(lines[first:]), delimiter, quote, quote), Record(1, [""]))
    heads, skip = tuple(found.fields), first + found.line - 1
    names = tuple(naming.distinct([name.strip() if given.header else "" for name in heads]))
    return Dialect(delimiter, quote, quote, given.header, skip, names, heads)


def _check_width(name: str, lines: list[str], single: Dialect) -> None:
    for delimiter in DELIMITERS:
        rows = list(records(iter(lines), delimiter, single.quote, single.escape))[1:]
        width, consistent = Counter(len(row.fields) for row in rows).most_common(1)[0] if rows else (1, 0)
        if width > 1 and consistent > RAGGED_SHARE * len(rows):
            raise PermanentError(
                "UnreadableSource",
                f"{name}: its header, {single.names[0]}, has one field, and most lines below have {width}; mend the "
                "header, set spec.source.csv.skipRows, or name a delimiter that no line holds in csv.delimiter",
            )


def _check_header(name: str, lines: list[str], found: Dialect, above: int) -> None:
    """Refuses a title that a spreadsheet has padded with delimiters to the table's width. above: lines before it."""
    head, *below = islice(found.records(iter(lines)), 1 + LOOKED_AT)
    named = _filled(head)
    fuller = next((record for record in below if _filled(record) * 2 > found.width), None)
    if found.width < TITLE_WIDTH or fuller is None or not _is_padded(head):
        return
    skipped = above + fuller.line - 1
    shown = next((repr(field.strip()) for field in head.fields if field.strip()), "nothing at all")
    raise PermanentError(
        "UnreadableSource",
        f"{name} line {above + head.line}: it holds {shown} and names {named} of {found.width} columns, where line "
        f"{skipped + 1} has {_filled(fuller)}; if it is a title, set spec.source.csv.skipRows: {skipped}, and line "
        f"{skipped + 1} is the header; if it is the header, name its columns",
    )


def _is_padded(record: Record) -> bool:
    """Whether it has one field, or its first ones, and no others; at most half of them."""
    filled = [bool(field.strip()) for field in record.fields]
    return sum(filled) * 2 <= len(filled) and (sum(filled) < 2 or all(filled[: sum(filled)]))


def _filled(record: Record) -> int:
    return sum(1 for field in record.fields if field.strip())


def _with_breaks_above(dialect: Dialect, lines: list[str]) -> Dialect:
    above = dialect.records(iter(lines[: dialect.skip]))
    return replace(dialect, breaks_above=any(_has_breaks(record.fields) for record in above))


def _has_breaks(fields: Iterable[str]) -> bool:
    """Whether lines end within a field; each record's own end isn't in its fields."""
    return any("\n" in field or "\r" in field for field in fields)
