"""The Job's work by a plain DuckDB script: everything the Job tells is told here too, from the same rows.

`python -m tests.bench.data.equal SPEC FOLDER [PREVIOUS]`: SPEC is Dataset.spec as JSON, PREVIOUS the table of the
version before. Writes data.parquet, quarantine.parquet and report.json to FOLDER, and prints the digests. A test holds
its report and tables against the Job's.

**Equal.** Types told from every value; declared columns read as text, so that a value of the wrong type is set aside
with its row, not an end of the whole; type, missing, bounds, pattern, allowed, rules across columns and unique key as
SQL, each row with all its reasons; of rows with one key the first valid one stays; rows a rule, and five examples;
outliers by quartiles, k-anonymity, the stability index of each column, by `beyond`;
valid rows as zstd parquet in the file's order, refused ones as text with their reasons; of each column nulls,
distinct values, type of text, moments and histogram, or the twenty commonest values; SHA-256 over all values of both
tables, and over the files.

**Not equal, to the script's favour.** It knows what the Job tells from all values (that dates are ISO 8601, numbers
have a decimal point, the key's columns are named in plain SQL) and trusts DuckDB's sniffer for the dialect. It hashes
Arrow's buffers as they lie, a digest of this run alone. It refuses nothing and explains nothing, knows no
cleaning, no bounds on its memory, and publishes nothing to a store. **To the Job's**: none known; of the ways to say
a step in SQL the cheaper one was taken (one statement for all moments, one for each histogram).
"""

import hashlib
import json
import re
import sys
from pathlib import Path
from typing import Any

import duckdb

from . import beyond

MARKERS = ["", "NA", "N/A", "NaN", "nan", "null", "NULL"]
NOUNS = {"number": "number", "integer": "whole number", "boolean": "boolean", "date": "date"}
BINS = TOP = 20
KINDS = {"BIGINT": "integer", "DOUBLE": "number", "BOOLEAN": "boolean", "DATE": "date", "TIMESTAMP": "date"}


def main() -> None:
    """Runs the script on the command's arguments."""
    spec, folder, *previous = json.loads(sys.argv[1]), *map(Path, sys.argv[2:])
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        report = Script(connection, spec, folder, *previous).run()
    (folder / "report.json").write_text(json.dumps(report, default=str))
    for name in ("data.parquet", "quarantine.parquet", "report.json"):
        with (folder / name).open("rb") as file:
            print(name, hashlib.file_digest(file, "sha256").hexdigest())


class Script:
    """One statement after the other, over the tables rows (as read) and checked (typed, with reasons)."""

    def __init__(self, connection: Any, spec: dict[str, Any], folder: Path, previous: Path | None = None) -> None:
        self.connection, self.folder, self.previous = connection, folder, previous
        self.path = spec["source"]["storageUri"].removeprefix("file://")
        self.markers = ["", *spec["source"].get("csv", {}).get("nullValues", MARKERS)]
        self.declared = {column["name"]: column for column in spec["schema"]["columns"]}
        self.key = spec["schema"]["uniqueKey"]
        self.rules = spec["validation"].get("rules", [])
        self.outliers = spec["validation"].get("outliers", [])
        self.anonymity = spec.get("privacy", {}).get("kAnonymity", {})
        self.hidden = self.anonymity.get("quasiIdentifiers", [])
        self.columns: dict[str, str] = {}

    def run(self) -> dict[str, Any]:
        """All steps, in order; the report."""
        self._read()
        labels = self._check()
        rules = [self._outcome(n, label, names) for n, (label, names) in enumerate(labels)]
        suppressed = beyond.suppress(self.connection, self.hidden, self.anonymity["k"]) if self.hidden else 0
        rows, invalid = self._one("SELECT count(*), count(reasons) FROM checked")
        digests = [self._write_valid(), self._write_refused([label for label, _ in labels])]
        return {
            "rows": rows - invalid,
            "invalidRows": invalid,
            "rules": sorted(rules, key=lambda rule: -rule["rows"]),
            "columns": (profiles := self._profiles()),
            "digests": digests,
            "suppressed": suppressed,
            "drifts": self._drifts({profile["name"]: profile["type"] for profile in profiles}),
        }

    def _drifts(self, kinds: dict[str, str]) -> dict[str, tuple[float, float]]:
        return beyond.drifts(self.connection, kinds, self.previous) if self.previous else {}

    def _one(self, query: str) -> Any:
        return self.connection.execute(query).fetchall()[0]

    def _read(self) -> None:
        if self.path.endswith("csv"):
            types = ", ".join(f"'{name}': 'VARCHAR'" for name in self.declared)
            with Path(self.path).open() as file:
                is_declared = set(file.readline().strip().split(",")) <= set(self.declared)
            whole = "" if is_declared else ", sample_size = -1"
            options = f"nullstr = {self.markers}{whole}" + (f", types = {{{types}}}" if types else "")
            reader = f"read_csv('{self.path}', {options})"
        else:
            reader = f"read_parquet('{self.path}')"
        self.connection.execute(f"CREATE TABLE rows AS SELECT * FROM {reader}")
        self.columns = dict(self.connection.execute("SELECT column_name, column_type FROM (DESCRIBE rows)").fetchall())

    def _check(self) -> list[tuple[str, list[str]]]:
        """Makes checked: n, the columns in their types, and reasons, the numbers of the rules that a row breaks."""
        demands = [(f"{name} not a {NOUNS[of['type']]}", name, f"mistyped_{name}")
                   for name, of in self.declared.items() if of["type"] in NOUNS]  # fmt: skip
        demands += [demand for column in self.declared.values() for demand in _demands(column)]
        across = [(rule["name"], ", ".join(self._names(rule)), f"NOT ({rule['expression']})") for rule in self.rules]
        key = len(demands)
        numbered = dict(enumerate(demands)) | dict(enumerate(across, key + bool(self.key)))
        typed = ", ".join(f"{self._typed(name)} AS {name}" for name in self.columns)
        typed_columns = [name for name, of in self.declared.items() if of["type"] in NOUNS]
        raw = "".join(f", {name} AS raw_{name}" for name in typed_columns)
        flags = "".join(f", raw_{name} IS NOT NULL AND {name} IS NULL AS mistyped_{name}" for name in typed_columns)
        broken = " OR ".join(f"({sql})" for *_, sql in numbered.values()) or "false"
        numbers = ", ".join(f"CASE WHEN {sql} THEN {n} END" for n, (*_, sql) in numbered.items())
        self.connection.execute(
            f"CREATE TABLE checked AS SELECT n, {', '.join(self.columns)}, CASE WHEN {broken} THEN "
            f"list_filter([{numbers}]::INTEGER[], lambda rule: rule IS NOT NULL) END AS reasons "
            f"FROM (SELECT *{flags} FROM (SELECT rowid AS n, {typed}{raw} FROM rows))"
        )
        labels = {n: (label, names.split(", ")) for n, (label, names, _) in numbered.items()}
        for one in self.outliers:
            for name in one["columns"]:
                number = len(labels) + bool(self.key)
                beyond.mark_outliers(self.connection, name, one["threshold"], number)
                labels[number] = (f"{name} an outlier ({one['method']})", [name])
        if self.key:
            labels[key] = self._refuse_repeated(key)
        return [labels[n] for n in sorted(labels)]

    def _typed(self, name: str) -> str:
        kind = self.declared[name]["type"] if name in self.declared else ""
        match kind:
            case "number":
                return f"CASE WHEN isfinite(TRY_CAST({name} AS DOUBLE)) THEN TRY_CAST({name} AS DOUBLE) END"
            case "integer":
                whole = f"TRY_CAST({name} AS BIGINT)"
                return f"CASE WHEN {whole} = TRY_CAST({name} AS DOUBLE) THEN {whole} END"
            case "boolean":
                return f"TRY_CAST({name} AS BOOLEAN)"
            case "date":
                return f"TRY_CAST({name} AS TIMESTAMP)"
            case "":
                return name
            case _:
                return f"CAST({name} AS VARCHAR)"

    def _names(self, rule: dict[str, Any]) -> list[str]:
        return [name for name in self.columns if re.search(rf"\b{name}\b", rule["expression"])]

    def _refuse_repeated(self, rule: int) -> tuple[str, list[str]]:
        key = ", ".join(self.key)
        present = " AND ".join(f"{name} IS NOT NULL" for name in self.key)
        same = " AND ".join(f"checked.{name} = twice.{name}" for name in self.key)
        self.connection.execute(
            f"UPDATE checked SET reasons = list_sort(list_append(coalesce(reasons, []), {rule})) "
            f"FROM (SELECT {key}, min(n) FILTER (reasons IS NULL) AS first FROM checked WHERE {present} "
            f"GROUP BY {key} HAVING count(*) > 1) AS twice WHERE {same} AND n > first"
        )
        return f"{key} repeated", self.key[:1]

    def _outcome(self, number: int, label: str, names: list[str]) -> dict[str, Any]:
        hit = f"FROM checked WHERE list_contains(reasons, {number})"
        rows = self._one(f"SELECT count(*) {hit}")[0]
        is_shown = rows and not set(names) & set(self.hidden)
        texts = [f"CAST(rows.{name} AS VARCHAR)" for name in names]
        named = [f"'{name}=' || coalesce({text}, '')" for name, text in zip(names, texts, strict=True)]
        value = texts[0] if len(names) == 1 else f"concat_ws(', ', {', '.join(named)})"
        examples = f"SELECT DISTINCT {value} AS v FROM rows JOIN (SELECT n {hit}) ON rowid = n"
        found = (
            self.connection.execute(f"{examples} WHERE v IS NOT NULL ORDER BY v LIMIT 5").fetchall() if is_shown else []
        )
        outcome = {"rule": label, "column": ", ".join(names), "columns": names, "rows": rows, "action": "Quarantine"}
        return outcome | {"examples": [example for (example,) in found]}

    def _write_valid(self) -> str:
        kept = f"SELECT {', '.join(self.columns)} FROM checked WHERE reasons IS NULL ORDER BY n"
        self.connection.execute(f"COPY ({kept}) TO '{self.folder}/data.parquet' (COMPRESSION zstd)")
        return self._digest(kept)

    def _write_refused(self, labels: list[str]) -> str:
        raw = ", ".join(f"{self._shown(name)} AS {name}" for name in self.columns)
        said = f"array_to_string(list_transform(reasons, lambda rule: ({labels}::VARCHAR[])[rule + 1]), '; ')"
        aside = (
            f"SELECT {raw}, {said} AS reasons FROM checked JOIN rows ON rows.rowid = n "
            "WHERE reasons IS NOT NULL ORDER BY n"
        )
        self.connection.execute(f"COPY ({aside}) TO '{self.folder}/quarantine.parquet' (COMPRESSION zstd)")
        return self._digest(aside)

    def _shown(self, name: str) -> str:
        return (
            f"CASE WHEN rows.{name} IS NOT NULL THEN '***' END"
            if name in self.hidden
            else f"CAST(rows.{name} AS VARCHAR)"
        )

    def _digest(self, query: str) -> str:
        streams: dict[str, Any] = {}
        for batch in self.connection.sql(query).to_arrow_reader(65_536):
            for name, values in zip(batch.schema.names, batch.columns, strict=True):
                stream = streams.setdefault(name, hashlib.sha256())
                for buffer in filter(None, values.buffers()):
                    stream.update(buffer)
        whole = json.dumps({name: stream.hexdigest() for name, stream in streams.items()})
        return hashlib.sha256(whole.encode()).hexdigest()

    def _profiles(self) -> list[dict[str, Any]]:
        kinds = dict(self.connection.execute("SELECT column_name, column_type FROM (DESCRIBE checked)").fetchall())
        counted = {name: "v" for name, kind in kinds.items() if kind in ("BIGINT", "DOUBLE")}
        counted |= {name: "epoch(v)" for name, kind in kinds.items() if kind.startswith(("DATE", "TIMESTAMP"))}
        valid = "FROM checked WHERE reasons IS NULL"
        wanted = [f"count({name}), count(DISTINCT {name})" for name in self.columns]
        for name, value in counted.items():
            number = f"{value.replace('v', name)}::DOUBLE"
            wanted.append(f"min({number}), max({number}), avg({number}), stddev_samp({number})")
        rows, *row = self._one(f"SELECT count(*), {', '.join(wanted)} {valid}")
        moments = {name: row[2 * len(self.columns) + 4 * n :][:4] for n, name in enumerate(counted)}
        found = []
        for n, name in enumerate(self.columns):
            present, distinct = row[2 * n : 2 * n + 2]
            kind = self.declared[name]["type"] if name in self.declared else KINDS.get(kinds[name].split()[0])
            profile = {"name": name, "type": kind or self._kind_of_text(name), "nulls": rows - present}
            profile["distinct"] = distinct
            source = f"(SELECT {name} AS v {valid})"
            if name not in counted:
                top = f"SELECT left(v::VARCHAR, 100), count(*) FROM {source} WHERE v IS NOT NULL GROUP BY v"
                common = self.connection.execute(f"{top} ORDER BY 2 DESC, v LIMIT {TOP}").fetchall()
                profile["top"] = [{"value": value, "rows": times} for value, times in common]
            elif present:
                low, high, mean, deviation = moments[name]
                profile |= {"min": low, "max": high, "mean": mean, "stddev": deviation}
                profile["histogram"] = self._histogram(source, counted[name], low, (high - low) / BINS or 1.0)
            found.append(profile)
        return found

    def _histogram(self, source: str, number: str, low: float, width: float) -> list[int]:
        bins = f"SELECT least({BINS - 1}, floor(({number} - {low!r}::DOUBLE) / {width!r}::DOUBLE))::INTEGER, count(*)"
        counts = dict(self.connection.execute(f"{bins} FROM {source} WHERE v IS NOT NULL GROUP BY 1").fetchall())
        return [counts.get(n, 0) for n in range(BINS)]

    def _kind_of_text(self, name: str) -> str:
        present, distinct = self._one(f"SELECT count({name}), count(DISTINCT {name}) FROM rows")
        if distinct > 0.2 * present:
            doubled = self._one(f"SELECT avg(length(regexp_replace({name}, '\\S+', 'w', 'g'))) FROM rows")[0]
            if ((doubled or 1) + 1) / 2 >= 3:
                return "text"
        return "category" if distinct <= 1000 else "string"


def _demands(column: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Label, column and SQL of what a column demands, over its typed values."""
    name = column["name"]
    wanted = {
        "missing": f"{name} IS NULL" + (f" AND NOT mistyped_{name}" if column["type"] in NOUNS else ""),
        f"under {column.get('min')}": f"{name} < {column.get('min')}",
        f"over {column.get('max')}": f"{name} > {column.get('max')}",
        f"not like {column.get('pattern')}": f"NOT regexp_matches({name}, '{column.get('pattern')}')",
        "not allowed": f"{name} NOT IN ({', '.join(repr(word) for word in column.get('allowed', []))})",
    }
    asked = (not column.get("nullable"), *(field in column for field in ("min", "max", "pattern", "allowed")))
    return [
        (f"{name} {label}", name, sql) for (label, sql), is_asked in zip(wanted.items(), asked, strict=True) if is_asked
    ]


if __name__ == "__main__":
    main()
