"""What the checks found in a Dataset's rows."""

from collections.abc import Iterable
from typing import Any

from colonnade.cli.page import Facts, Line, Page, Table, Word, facts, line, page, table
from colonnade_access.words import count, short
from colonnade_api import DatasetVersion

MAX_EXAMPLE = 40
MAX_FILES = 5
MAX_TREND = 5
DONE = {"Quarantine": "set aside", "Warn": "warned", "Reject": "no version"}


def report_of(found: dict[str, Any], name: str, version: DatasetVersion) -> Page:
    """found: report.json as the Job wrote it."""
    return page(
        _heading(found, name, version),
        _reading(found.get("reading") or {}),
        _cleaned(found),
        _findings(found.get("findings", ())),
        _rules(found["rules"]),
    )


def _rules(rules: list[dict[str, Any]]) -> Table | Line:
    """Those that rows break, or broke in a version before."""
    told = [rule for rule in rules if rule["rows"] or any(point["rows"] for point in rule.get("trend", ()))]
    if not told:
        return line(Word("no row broke a rule", "good"))
    rows = [
        (rule["rule"], rule["column"], f"{rule['rows']:,}", _before(rule), _done(rule), _examples(rule))
        for rule in sorted(told, key=lambda rule: -rule["rows"])
    ]
    return table(("rule", "column", "rows", "before", "outcome", "for example"), rows, right=("rows", "before"))


def _before(rule: dict[str, Any]) -> str:
    """How many rows broke it in the versions before, the newest last."""
    return " ".join(f"{point['rows']:,}" for point in rule.get("trend", ())[-MAX_TREND:])


def _findings(findings: Iterable[dict[str, Any]]) -> Table | None:
    """What is wrong with the table as a whole."""
    rows = [(found["check"], _done(found), found["message"]) for found in findings]
    return table(("check", "outcome", "found"), rows) if rows else None


def _done(found: dict[str, Any]) -> Word:
    """What came of it; reports of old name no action, and knew but one."""
    action = found.get("action", "Quarantine")
    return Word(DONE[action], "bad" if action == "Reject" else "plain")


def _heading(found: dict[str, Any], name: str, version: DatasetVersion) -> Line:
    invalid, total = found["invalidRows"], found["rows"] + found["invalidRows"]
    what = Word("refused", "bad") if version.digest is None else Word(f"version {short(version.digest)}")
    share = f" ({invalid / total:.2%})" if invalid else ""
    rows = f"  {total:,} rows, {invalid:,} set aside{share}"
    duplicates = f", {found['duplicateRows']:,} duplicates dropped" if found["duplicateRows"] else ""
    return line(Word(f"Dataset {name}", "strong"), "  ", what, rows, duplicates)


def _reading(reading: dict[str, Any]) -> Facts | None:
    """How the first files are written, and what looked odd."""
    files = [(file["name"], _written(file)) for file in reading.get("files", ())[:MAX_FILES]]
    notes = [("", note) for note in reading.get("notes", ())]
    return facts([*files, *notes]) if files or notes else None


def _cleaned(found: dict[str, Any]) -> Table | None:
    """What each step of cleaning did."""
    steps = [(step["step"], step["about"] or "every column of text", step["rows"]) for step in found.get("cleaned", ())]
    filled = [("fillMissing", f"{step['column']}: {step['value']}", step["rows"]) for step in found.get("filled", ())]
    rows = [(step, _cut(about), f"{changed:,}") for step, about, changed in [*steps, *filled]]
    return table(("cleaning", "of", "rows"), rows, right=("rows",)) if rows else None


def _written(file: dict[str, Any]) -> str:
    if "delimiter" not in file:
        return str(file.get("format", "parquet"))
    header = "a header" if file["header"] else "no header"
    skipped = f", {count(file['skippedLines'], 'line')} before it" if file.get("skippedLines") else ""
    quoted = f"quoted by {file['quote']}" if file["quote"] else "nothing quoted"
    return f"{file['encoding']}, {_divided(file['delimiter'])}, {quoted}, {header}{skipped}"


def _divided(delimiter: str) -> str:
    if not delimiter.isprintable() and delimiter != "\t":
        return "one column"
    return f"fields apart by {'tab' if delimiter == chr(9) else delimiter}"


def _examples(rule: dict[str, Any]) -> str:
    return ", ".join(_cut(example) for example in rule["examples"])


def _cut(example: str) -> str:
    return example if len(example) <= MAX_EXAMPLE else f"{example[: MAX_EXAMPLE - 1]}…"
