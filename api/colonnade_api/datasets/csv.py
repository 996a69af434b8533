"""How a csv file is written, for what a file doesn't show by itself."""

from typing import Annotated, Literal

from pydantic import Field

from colonnade_api.common import Rule, SpecPart

Encoding = Literal[
    "utf-8",
    "utf-16",
    "utf-16-le",
    "utf-16-be",
    "latin-1",
    "cp1250",
    "cp1251",
    "cp1252",
    "cp437",
    "cp850",
    "iso-8859-2",
    "iso-8859-15",
    "koi8-r",
    "mac-roman",
    "shift-jis",
    "euc-jp",
    "euc-kr",
    "big5",
    "gb18030",
]


class Csv(SpecPart):
    """What isn't said is told from the file, and recorded in the version's report."""

    rules = (
        Rule(
            "!has(self.decimal) || !has(self.thousands) || self.decimal != self.thousands",
            "one character can't be both the decimal mark and the thousands separator",
            lambda csv: csv.decimal is None or csv.decimal != csv.thousands,
            field=".thousands",
        ),
        Rule(
            "!has(self.delimiter) || !has(self.quote) || self.delimiter != self.quote",
            "one character can't be both the delimiter and the quote",
            lambda csv: csv.delimiter is None or csv.delimiter != csv.quote,
            field=".quote",
        ),
    )

    delimiter: Annotated[str, Field(min_length=1, max_length=1, pattern=r"^[^\r\n]$")] | None = Field(
        default=None,
        description='What stands between two fields: one character, such as ";" or "\\t" (tab). Left out: told from '
        "the first lines, of comma, semicolon, tab and |.",
    )
    quote: Annotated[str, Field(max_length=1, pattern=r"^[^\r\n]?$")] | None = Field(
        default=None,
        description='What encloses a field that holds delimiters: one character, or "" where nothing does. Left out: '
        "told from the first lines, of \" and '.",
    )
    encoding: Encoding | None = Field(
        default=None,
        description="How letters are stored. Left out: UTF-8, or UTF-16 where a byte-order mark says so; no other "
        "encoding is ever guessed.",
    )
    header: bool = Field(
        default=True,
        description="Whether the first line holds the columns' names. false: every line is a row, and the columns are "
        "called column0, column1 and so on.",
    )
    skip_rows: Annotated[int, Field(ge=0, le=10000)] | None = Field(
        default=None,
        description="Lines to pass over before the header, such as a title. Left out: lines without any delimiter that "
        "come before a header are passed over, and the report says so.",
    )
    null_values: tuple[Annotated[str, Field(max_length=64)], ...] | None = Field(
        default=None,
        max_length=64,
        description="What stands for a missing value, beside the empty field, in every column. Left out: NA, N/A, NaN, "
        "nan, null and NULL, though not in a column that is declared string or text, where they are words.",
        json_schema_extra={"x-kubernetes-list-type": "set"},
    )
    decimal: Literal[".", ","] | None = Field(
        default=None,
        description="The mark before a number's fraction. Left out: told from each column's values; values that can be "
        "read both ways, such as 1,234, are refused.",
    )
    thousands: Literal[",", ".", " ", "'"] | None = Field(
        default=None,
        description="What groups a number's thousands; a blank stands for the no-break blanks too. Left out: told from "
        "each column's values.",
    )
    date_format: Annotated[str, Field(min_length=2, max_length=64)] | None = Field(
        default=None,
        description="How dates are written, in the manner of strftime, such as %d/%m/%Y or %d.%m.%Y %H:%M; or unix, "
        "unix-ms for seconds and milliseconds since 1970. It goes for the date columns whose values fit it. Left out: "
        "told from all values of a column; a column that can be read day first and month first is refused.",
    )
