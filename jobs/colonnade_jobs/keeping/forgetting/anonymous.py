"""Groups of k rows that lost one: what is left of them stands out, and is left out too."""
# ruff: noqa: S608 - identifiers are of our own making, values go through literal()

from pathlib import Path

import pyarrow.parquet as pq

from colonnade_api.datasets.privacy import Privacy

from ...data.privacy.anonymity import Groups
from ...data.tables import database, naming
from ...data.tables.sql import identifier, literal
from ...data.versions import content


def suppress(privacy: Privacy | None, table: Path) -> str | None:
    """Takes rows out of a stored table until it keeps to kAnonymity and lDiversity again; returns its content's digest,
    None where it keeps to them, where nobody asks, or where it was made before anybody asked."""
    groups = _groups(privacy, list(pq.read_schema(table).names)) if privacy else None
    if groups is None:
        return None
    names = list(pq.read_schema(table).names)
    values = ", ".join(f"{identifier(name)} AS {naming.inner(n)}" for n, name in enumerate(names))
    with database.shortages_as_errors(), database.connect(table.parent) as connection:
        connection.execute(
            f"CREATE TABLE validated AS SELECT file_row_number AS row_id, {values}, NULL AS reasons "
            f"FROM read_parquet({literal(str(table))}, file_row_number = true)"
        )
        if not groups.find(connection) or not groups.suppress(connection):
            return None
        inner = ", ".join(naming.inner(n) for n in range(len(names)))
        kept = connection.sql(f"SELECT {inner} FROM validated ORDER BY row_id")
        return content.write(kept.to_arrow_reader(content.BATCH_ROWS), names, table)


def _groups(privacy: Privacy, names: list[str]) -> Groups | None:
    wanted, diverse = privacy.k_anonymity, privacy.l_diversity
    asked = [*(wanted.quasi_identifiers if wanted else ()), *([diverse.sensitive] if diverse else [])]
    if wanted is None or not set(asked) <= set(names):
        return None
    inner = {name: naming.inner(n) for n, name in enumerate(names)}
    columns = [inner[name] for name in wanted.quasi_identifiers]
    return Groups(columns, wanted.k, inner[diverse.sensitive], diverse.l) if diverse else Groups(columns, wanted.k)
