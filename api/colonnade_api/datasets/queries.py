"""A table that is made of other Datasets: a query over their current versions."""

from typing import Annotated, Any

from pydantic import Field

from colonnade_api.common import Digest, Name, Rule, SpecPart, StatusPart, Word
from colonnade_api.datasets.encryption import SecretKey

ALIAS_PATTERN = r"^[A-Za-z_][A-Za-z0-9_]*$"
MAX_UPSTREAMS = 16
"""A Job's answer names each by its digest, and has 4,096 bytes."""

QUERIED = "the query over "
"""How a version says that its rows were made of other Datasets' versions."""

Statement = Annotated[str, Field(min_length=1, max_length=16384)]


class QueriedDataset(SpecPart):
    """A Dataset that a query reads."""

    name: Name = Field(description="Name of the Dataset, in the same namespace.")
    alias: Annotated[str, Field(min_length=1, max_length=64, pattern=ALIAS_PATTERN)] | None = Field(
        default=None,
        description="What the statement calls it. Left out: its name, which SQL takes in double quotes where it has a "
        "`-`.",
    )

    @property
    def table(self) -> str:
        """What the statement calls it."""
        return self.alias or self.name


def _tables_differ(query: Any) -> bool:
    tables = [each.table.lower() for each in query.datasets]
    return len(set(tables)) == len(tables)


class Query(SpecPart):
    """Rows that SQL makes of other Datasets' current versions."""

    rules = (
        Rule(
            "self.datasets.all(d, self.datasets.exists_one(e, (has(e.alias) ? e.alias : e.name).lowerAscii() == "
            "(has(d.alias) ? d.alias : d.name).lowerAscii()))",
            "two of the datasets are one name to the statement: give one of them an alias",
            _tables_differ,
            field=".datasets",
        ),
    )

    datasets: Annotated[tuple[QueriedDataset, ...], Field(min_length=1, max_length=MAX_UPSTREAMS)] = Field(
        description="The Datasets that the statement may read; no other table can be named.",
        json_schema_extra={"x-kubernetes-list-type": "atomic"},
    )
    statement: Statement = Field(
        description="One SELECT in DuckDB's SQL. What differs from run to run (random(), now()) is refused, since "
        "equal input has to make an equal version; without an ORDER BY the rows are sorted by all columns.",
        examples=["SELECT f.*, w.temp FROM flights f LEFT JOIN w USING (origin, time_hour)"],
    )


class Sql(SpecPart):
    """Rows that a database answers."""

    connection_secret_ref: SecretKey = Field(
        description="Where the database's address lies, with user and password: "
        "postgresql://USER:PASSWORD@HOST:5432/DATABASE?sslmode=verify-full, or sqlite:///PATH of a file that the Job "
        "sees, such as sqlite:///store/shop.db. It is mounted as a file, and shown nowhere."
    )
    statement: Statement = Field(
        description="One SELECT in the database's own SQL, run in a read-only transaction; the rows are sorted by all "
        "columns, since a database promises no order that stays.",
        examples=["SELECT id, price, ordered_at FROM orders"],
    )


class UpstreamVersion(StatusPart):
    """The version of another Dataset that a version was made with."""

    dataset: Word = Field(description="Name of the Dataset, in the same namespace.")
    digest: Digest = Field(description="Its version.")
