"""k-anonymity and l-diversity: rows of too small or too uniform groups are left out, or refuse the version.

Sweeney 2002, k-anonymity: a model for protecting privacy; Machanavajjhala et al. 2007, l-diversity (distinct).
"""
# ruff: noqa: S608 - identifiers are of our own making

from dataclasses import dataclass

import duckdb

from colonnade_api.datasets.privacy import Privacy

from ...errors import PermanentError
from ...formatting import percent
from ..tables.database import one_row

VALID = "validated WHERE reasons IS NULL"


@dataclass(frozen=True)
class Groups:
    """What is grouped by, by inner names, and what each group has at least. sensitive: empty where no one asks."""

    columns: list[str]
    k: int
    sensitive: str = ""
    l: int = 0  # noqa: E741 - the field's own word

    def find(self, connection: duckdb.DuckDBPyConnection) -> int:
        """Makes the table `small` of the groups that fall short; returns how many valid rows are in them.

        A missing value is a value of its own, but no sensitive one.
        """
        demand = f"count(*) < {self.k}"
        if self.sensitive:
            demand += f" OR count(DISTINCT {self.sensitive}) < {self.l}"
        keys = ", ".join(self.columns)
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE small AS SELECT {keys}, count(*) AS alike FROM {VALID} GROUP BY {keys} "
            f"HAVING {demand}"
        )
        return int(one_row(connection, "SELECT coalesce(sum(alike), 0) FROM small")[0])

    def suppress(self, connection: duckdb.DuckDBPyConnection) -> int:
        """Removes the valid rows of `small`, as `find` made it; returns how many went."""
        same = " AND ".join(f"validated.{column} IS NOT DISTINCT FROM small.{column}" for column in self.columns)
        return int(one_row(connection, f"DELETE FROM {VALID} AND EXISTS (SELECT 1 FROM small WHERE {same})")[0])


def enforce(connection: duckdb.DuckDBPyConnection, privacy: Privacy, inner: dict[str, str]) -> int | None:
    """Makes the valid rows of `validated` keep to it; returns how many were suppressed, None where nobody asks.

    inner: the columns' inner names by their owner's. Raises PermanentError (NotAnonymous) where rows fall short and
    none may be left out, or none would be left.
    """
    wanted, diverse = privacy.k_anonymity, privacy.l_diversity
    if wanted is None:
        return None
    groups = Groups([inner[name] for name in wanted.quasi_identifiers], wanted.k)
    if diverse:
        groups = Groups(groups.columns, groups.k, inner[diverse.sensitive], diverse.l)
    rows, short = int(one_row(connection, f"SELECT count(*) FROM {VALID}")[0]), groups.find(connection)
    if not short:
        return 0
    if wanted.action == "Reject" or short == rows:
        raise PermanentError("NotAnonymous", _objection(privacy, short, rows))
    suppressed = groups.suppress(connection)
    if left := groups.find(connection):
        raise AssertionError(f"{left} rows of small groups are left")
    return suppressed


def _objection(privacy: Privacy, short: int, rows: int) -> str:
    wanted, diverse = privacy.k_anonymity, privacy.l_diversity
    named, k = (", ".join(wanted.quasi_identifiers), wanted.k) if wanted else ("", 0)
    values = f", or fewer than {diverse.l} values of {diverse.sensitive}" if diverse else ""
    return (
        f"spec.privacy.kAnonymity: {percent(short / rows)} of {rows:,} rows have fewer than {k} "
        f"rows alike in {named}{values}; generalize these columns, name fewer, or lower k"
    )
