"""Numbers as people write them: with a decimal mark and groups of thousands, as SQL over text."""

from dataclasses import dataclass

from ..tables.sql import literal

BLANKS = " \u00a0\u202f"
APOSTROPHES = "'\u2019"
UNLIKE_NUMBERS = ("_", "+-", "\v")  # of finite numbers that DuckDB's cast takes, the pattern refuses those with one


@dataclass(frozen=True)
class Marks:
    """decimal: what comes before the fraction; thousands: what may group the digits before it, or nothing."""

    decimal: str = "."
    thousands: str = ""

    def __str__(self) -> str:
        return f"decimal {self.decimal}" + (f", thousands {self.thousands}" if self.thousands else "")

    @property
    def pattern(self) -> str:
        """The regular expression (RE2) of a whole number or fraction."""
        digits = "[0-9]+"
        if self.thousands:
            digits = f"(?:[0-9]+|[1-9][0-9]{{0,2}}(?:{self._grouping}[0-9]{{3}})+)"
        mark = f"[{self.decimal}]"
        return rf"\s*[-+]?(?:{digits}(?:{mark}[0-9]*)?|{mark}[0-9]+)(?:[eE][-+]?[0-9]+)?\s*"

    def fits(self, value: str) -> str:
        """SQL: whether a text is a number so written."""
        return f"regexp_full_match({value}, {literal(self.pattern)})"

    def number(self, value: str) -> str:
        """SQL: the finite DOUBLE that a text says; null where it doesn't fit."""
        cast = self._cast(value)
        return f"CASE WHEN isfinite({cast}) THEN {cast} END"

    def plain(self, value: str) -> str:
        """SQL: a text that fits, as SQL writes numbers; null where it doesn't fit."""
        return f"CASE WHEN {self.fits(value)} THEN {self._rewritten(value)} END"

    def _cast(self, value: str) -> str:
        if self != PLAIN:
            return f"TRY_CAST({self.plain(value)} AS DOUBLE)"
        odd = " OR ".join(f"contains({value}, {literal(text)})" for text in UNLIKE_NUMBERS)
        return f"CASE WHEN NOT ({odd}) THEN TRY_CAST({value} AS DOUBLE) END"

    def _rewritten(self, value: str) -> str:
        if self.thousands:
            value = f"regexp_replace({value}, {literal(self._grouping)}, '', 'g')"
        return f"replace({value}, ',', '.')" if self.decimal == "," else value

    @property
    def _grouping(self) -> str:
        if self.thousands == " ":
            return f"[{BLANKS}]"
        return f"[{APOSTROPHES}]" if self.thousands == "'" else f"[{self.thousands}]"


PLAIN = Marks()
COMMA = Marks(",", ".")
POINT = Marks(".", ",")
