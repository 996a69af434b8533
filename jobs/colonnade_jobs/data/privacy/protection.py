"""What spec.privacy asks for, done to the table `validated`."""
# ruff: noqa: S608 - identifiers are of our own making, values go through literal()

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import duckdb

from colonnade_api.datasets.columns import ColumnRule, ColumnType, Table
from colonnade_api.datasets.dataset import DatasetSpec
from colonnade_api.datasets.privacy import Action, Privacy, PrivacyRule

from ...errors import PermanentError
from ...formatting import did_you_mean
from ..checks import splits
from ..columns import Field
from ..tables.database import without_optimizer
from ..versions.stored import Previous
from . import anonymity, generalizing, masking, pseudonyms
from .detection import detect, said

TOKEN = "pseudonym_of"  # noqa: S105 - what the function is called in SQL
NOTHING_FOUND = "no personal data was found in columns that no rule names"
DONE: dict[Action, str] = {
    "Drop": "dropped",
    "Mask": "masked",
    "Pseudonymize": "pseudonymized",
    "Generalize": "generalized",
    "Keep": "kept as they are",
}


@dataclass(frozen=True)
class Protection:
    """What became of the table. came, fields: its columns before and now; hidden: the owner's names of columns whose
    values as they came are shown nowhere; untold: those of them that are stored as they came. uncovered: the personal
    data that no rule covers, in words. suppressed: rows left out; None where nobody asked."""

    came: list[Field]
    fields: list[Field]
    hidden: frozenset[str] = frozenset()
    untold: frozenset[str] = frozenset()
    uncovered: str = ""
    said: str = ""
    suppressed: int | None = None
    facts: dict[str, Any] = field(default_factory=dict)

    def shown(self, one: Field, value: str) -> str:
        """SQL: a value of a refused row, for people; of a protected column whether it is there."""
        return masking.whole(value) if one.rule.name in self.hidden else f"CAST({value} AS VARCHAR)"

    def describe(self, schema: Table) -> Table:
        """The schema as it holds for the protected table: a key of coarser values is none."""
        stays = all(name not in self.hidden for name in schema.unique_key)
        return schema if stays else schema.model_copy(update={"unique_key": ()})


def protect(
    connection: duckdb.DuckDBPyConnection, fields: list[Field], spec: DatasetSpec, key: bytes | None, source: str
) -> Protection:
    """Looks for personal data, and protects the valid rows of `validated`.

    key: of pseudonyms. source: the table that has the values as they came. Raises PermanentError where a rule doesn't
    fit the table, personal data is found that none covers, or rows aren't anonymous.
    """
    privacy = spec.privacy
    if privacy is None or not privacy.withholds_values:
        return Protection(fields, fields)
    _check_names(privacy, fields)
    found = detect(connection, fields, privacy, source)
    done = _changes(connection, fields, spec, key) if privacy.changes_rows else Protection(fields, fields)
    if not privacy.detects:
        return done
    untold = frozenset(data.column for data in found)
    return replace(
        done,
        hidden=done.hidden | untold,
        untold=untold,
        uncovered=said(found) if found else "",
        said="; ".join(filter(None, (done.said, "" if found else NOTHING_FOUND))),
        facts=done.facts | {"personalData": [asdict(data) for data in found]},
    )


def _changes(
    connection: duckdb.DuckDBPyConnection, fields: list[Field], spec: DatasetSpec, key: bytes | None
) -> Protection:
    """Changes the valid rows of `validated`; of refused ones, nothing but the reasons is left there."""
    privacy = spec.privacy or Privacy()
    changed, values = _changed(privacy, fields)
    if not changed:
        raise PermanentError("InvalidSpec", "spec.privacy.rules: every column is dropped; keep one at least")
    _check_uses(spec, changed)
    if key is not None:
        connection.create_function(TOKEN, pseudonyms.of_column(key), ["VARCHAR"], "VARCHAR", type="arrow")  # type: ignore[call-overload]
    columns = ", ".join(f"CASE WHEN reasons IS NULL THEN {values[one.inner]} END AS {one.inner}" for one in changed)
    with without_optimizer(connection, len(changed)):
        connection.execute(f"CREATE TABLE protected AS SELECT row_id, {columns}, reasons FROM validated")
    connection.execute("DROP TABLE validated")
    connection.execute("ALTER TABLE protected RENAME TO validated")
    suppressed = anonymity.enforce(connection, privacy, {one.rule.name: one.inner for one in changed})
    facts = _facts(privacy, key, suppressed)
    return Protection(
        fields, changed, hidden(privacy), said=_said(privacy, suppressed), suppressed=suppressed, facts=facts
    )


def hidden(privacy: Privacy) -> frozenset[str]:
    """Columns that a rule changes, and those that anonymity speaks of: a refused row would tell whose it is."""
    names = {rule.column for rule in privacy.rules_ if rule.action != "Keep"}
    if privacy.k_anonymity:
        names |= set(privacy.k_anonymity.quasi_identifiers)
    return frozenset(names | ({privacy.l_diversity.sensitive} if privacy.l_diversity else set()))


def as_before(fields: list[Field], spec: DatasetSpec, previous: Previous | None) -> list[Field]:
    """Of the protected columns those that the version before has alike: no other rule changed them."""
    if previous is None:
        return fields
    before = previous.report.get("privacy", {})
    now = {rule.column: rule.manifest() for rule in spec.privacy.rules_} if spec.privacy else {}
    was = {rule["column"]: rule for rule in before.get("rules", [])}
    return [one for one in fields if _done(now.get(one.rule.name)) == _done(was.get(one.rule.name))]


def _done(rule: Mapping[str, Any] | None) -> tuple[Any, ...]:
    """What a rule does to values; of one that keeps them the same as of none."""
    if rule is None or rule["action"] == "Keep":
        return ()
    return rule["action"], rule.get("to"), rule.get("edges")


def _check_names(privacy: Privacy, fields: list[Field]) -> None:
    known = [one.rule.name for one in fields]
    named = {f"rules[{n}].column": rule.column for n, rule in enumerate(privacy.rules_)}
    dropped = {rule.column for rule in privacy.rules_ if rule.action == "Drop"}
    of_groups: dict[str, str] = {}
    if privacy.k_anonymity:
        names = privacy.k_anonymity.quasi_identifiers
        of_groups = {f"kAnonymity.quasiIdentifiers[{n}]": name for n, name in enumerate(names)}
    if privacy.l_diversity:
        of_groups["lDiversity.sensitive"] = privacy.l_diversity.sensitive
    for place, name in (named | of_groups).items():
        if name not in known:
            raise PermanentError(
                "SchemaMismatch", f"spec.privacy.{place}: the table has no column {name}{did_you_mean(name, known)}"
            )
    for place, name in of_groups.items():
        if name in dropped:
            raise PermanentError("InvalidSpec", f"spec.privacy.{place}: {name} is dropped; take it out of one of them")


def _changed(privacy: Privacy, fields: list[Field]) -> tuple[list[Field], dict[str, str]]:
    """The columns that stay, as they will be, and the SQL of their values."""
    by_name = {rule.column: (n, rule) for n, rule in enumerate(privacy.rules_)}
    changed, values = [], {}
    for one in fields:
        n, rule = by_name.get(one.rule.name, (0, None))
        if rule is None or rule.action == "Keep":
            values[one.inner] = one.inner
            changed.append(one)
        elif rule.action != "Drop":
            values[one.inner], kind = _value(rule, one, f"spec.privacy.rules[{n}]")
            changed.append(_as(one, kind, unique=rule.action == "Pseudonymize" and one.rule.unique))
    return changed, values


def _value(rule: PrivacyRule, one: Field, place: str) -> tuple[str, ColumnType]:
    if rule.action == "Generalize":
        return generalizing.generalized(rule, one, place)
    if rule.action == "Pseudonymize":
        return f"{TOKEN}({_as_text(one)})", "string"
    if one.rule.type == "text":
        return masking.words_alone(one.inner), "text"
    return masking.whole(one.inner), "string"


def _as_text(one: Field) -> str:
    """The value such that a number has one spelling in each Dataset, whatever its column's type is there."""
    if one.rule.type != "number":
        return f"CAST({one.inner} AS VARCHAR)"
    whole = f"TRY_CAST({one.inner} AS BIGINT)"
    return f"CASE WHEN {whole} = {one.inner} THEN CAST({whole} AS VARCHAR) ELSE CAST({one.inner} AS VARCHAR) END"


def _as(one: Field, kind: ColumnType, *, unique: bool) -> Field:
    rule = ColumnRule.model_construct(name=one.rule.name, type=kind, nullable=one.rule.nullable, unique=unique)
    return replace(one, rule=rule)


def _check_uses(spec: DatasetSpec, changed: list[Field]) -> None:
    known = {one.rule.name: one.rule.type for one in changed}
    split = spec.split
    for name, column in splits.named(split):
        if column and column not in known:
            raise PermanentError("InvalidSpec", f"spec.split.{name}: {column} is dropped by spec.privacy; keep it")
    if split.time_column and known[split.time_column] not in ("date", "number", "integer"):
        raise PermanentError(
            "InvalidSpec",
            f"spec.split.timeColumn: {split.time_column} has no order once spec.privacy has changed it; generalize it "
            "to year or decade, or keep it",
        )


def _facts(privacy: Privacy, key: bytes | None, suppressed: int | None) -> dict[str, Any]:
    rules = [rule.model_dump(mode="json", by_alias=True, exclude_none=True) for rule in privacy.rules_]
    facts: dict[str, Any] = {"rules": rules}
    if key is not None:
        facts["pseudonymKeyId"] = pseudonyms.key_id(key)
    if privacy.k_anonymity:
        facts |= {"kAnonymity": privacy.k_anonymity.manifest(), "suppressedRows": suppressed}
    if privacy.l_diversity:
        facts["lDiversity"] = privacy.l_diversity.manifest()
    return facts


def _said(privacy: Privacy, suppressed: int | None) -> str:
    counts = Counter(rule.action for rule in privacy.rules_)
    parts = [f"{n} column{'s' if n > 1 else ''} {done}" for action, done in DONE.items() if (n := counts[action])]
    if privacy.k_anonymity:
        named = ", ".join(privacy.k_anonymity.quasi_identifiers)
        parts.append(f"at least {privacy.k_anonymity.k} rows alike in {named} ({suppressed or 0:,} left out for that)")
    if privacy.l_diversity:
        parts.append(f"at least {privacy.l_diversity.l} values of {privacy.l_diversity.sensitive} among them")
    return "; ".join(parts) or "no rule names a column"
