"""Files of one JSON object a line (jsonl) to rows of text, which are typed as those of a csv are.

Numbers keep their digits as they stand: none is rounded before its column's type is told from all values.
"""

import csv
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from ...errors import PermanentError
from ..tables import naming
from .csvfiles import CsvFile
from .dialects import Dialect
from .filetypes import opened

BOM = b"\xef\xbb\xbf"
SHOWN = 60
Row = dict[str, str]


class _Pairs(list[tuple[str, Any]]):
    """An object's keys and values, in which a key may come twice."""


@dataclass(frozen=True)
class JsonLines(CsvFile):
    """Such a file, rewritten. keys: in how many of its rows each key is; rows: how many it has."""

    keys: Counter[str]
    rows: int

    def facts(self) -> dict[str, Any]:
        """What the report says of how the file is written."""
        return {"name": self.shown, "format": "jsonl", "encoding": self.encoding, "columns": len(self.keys)}

    def notes(self) -> Iterator[str]:
        """Keys that not all rows have, which is as if they held null."""
        for key, count in self.keys.items():
            if lacking := self.rows - count:
                yield f"{self.shown}: {lacking:,} of {self.rows:,} lines have no {key}, which is read as missing"


def prepare(file: Path, target: Path) -> JsonLines | None:
    """A file's rows in target, as text that DuckDB reads; None where it has no row.

    Raises PermanentError, with file, line and reason, where a line is no object of plain values.
    """
    keys: Counter[str] = Counter()
    rows = 0
    for row in _rows(file):
        keys.update(row.keys())
        rows += 1
    if not keys:
        return None
    with target.open("w", encoding="utf-8", newline="") as plain:
        # All quoted: Python leaves a lone carriage return bare, at which DuckDB stumbles.
        writer = csv.writer(plain, lineterminator="\n", quoting=csv.QUOTE_ALL)
        writer.writerows([row.get(key, "") for key in keys] for row in _rows(file))
    names = tuple(naming.distinct(list(keys)))
    return JsonLines(file.name, target, "utf-8", Dialect(",", '"', '"', False, 0, names, ends=r"\n"), keys, rows)


def _rows(file: Path) -> Iterator[Row]:
    with opened(file) as lines:
        for number, line in enumerate(lines, 1):
            if text := (line.removeprefix(BOM) if number == 1 else line).strip():
                try:
                    yield _row(text)
                except (ValueError, RecursionError) as error:  # UnicodeError and JSONDecodeError are ValueErrors
                    raise PermanentError(
                        "UnreadableSource", f"{file.name} line {number:,} {_problem(text, error)}; fix the line"
                    ) from error


def _row(line: bytes) -> Row:
    found = json.loads(
        line.decode(), object_pairs_hook=_Pairs, parse_int=str, parse_float=str, parse_constant=_no_number
    )
    if not isinstance(found, _Pairs):
        raise ValueError('is no JSON object, such as {"a": 1}')
    row = {key: _text(key, value) for key, value in found}
    if len(row) < len(found):
        twice = next(key for key, count in Counter(key for key, _ in found).items() if count > 1)
        raise ValueError(f"has the key {twice} more than once")
    "".join([*row, *row.values()]).encode()  # half a letter, such as \\ud800, is none
    return row


def _text(key: str, value: Any) -> str:
    if isinstance(value, list):
        kind = "an object" if isinstance(value, _Pairs) else "a list"
        raise ValueError(f"holds {kind} in {key}: a table has one value there, so bring its parts as keys of their own")
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"holds {text}, which JSON has no number for: write null")


def _problem(line: bytes, error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        shown = line.decode(errors="replace")
        cut = f"{shown[:SHOWN]}…" if len(shown) > SHOWN else shown
        return f"is no JSON object: {error.msg[:1].lower()}{error.msg[1:]} at character {error.pos + 1:,} of {cut!r}"
    if isinstance(error, UnicodeError):
        return "holds letters that are no UTF-8"
    return "is nested too deeply" if isinstance(error, RecursionError) else str(error)
