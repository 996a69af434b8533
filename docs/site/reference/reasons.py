"""Conditions and reasons: what people wrote of each, held against the words that are in the code."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from docs.site.reference.markdown import code, page, table

TOLD = Path("docs/site/reasons.yaml")
PLANNED = ("plan", "observe", "act", "signals", "runtime")
"""Rooms of the operator whose capitalised words are reasons, unless they are listed as something else."""
REFUSED_BY = ("PermanentError", "TransientError", "Finding")
WORD = re.compile(r"^[A-Z][a-z]+(?:[A-Z][A-Za-z]*)*$")
BREACHED = "Breached"
INTRODUCTION = """\
`kubectl colonnade status KIND/NAME` shows each condition with its reason and its message; `kubectl get` has the reason
in a column. The message has the numbers and names the field; here is what the word means."""


def pages(repository: Path) -> dict[Path, str]:
    told = yaml.safe_load((repository / TOLD).read_text())
    conditions = table(("condition", "True when"), [(code(name), says) for name, says in told["types"].items()])
    parts = [part for section in told["sections"] for part in _section(section)]
    return {Path("docs/reference/reasons.md"): page("Conditions and reasons", INTRODUCTION, conditions, *parts)}


def _section(section: dict[str, Any]) -> Iterator[str]:
    yield f"## {section['title']}"
    yield table(
        ("reason", "it means", "do"),
        [(code(name), *map(str, says)) for name, says in section["reasons"].items()],
    )


def objections(repository: Path) -> list[str]:
    """Reasons in the code that nobody explained, and explained ones that are in the code no more."""
    told = yaml.safe_load((repository / TOLD).read_text())
    explained = {name for section in told["sections"] for name in section["reasons"]}
    known = explained | set(told["types"]) | {word for words in told["other_words"].values() for word in words}
    enums = _enums(repository)
    found = words_in_code(repository)
    missing = sorted(word for word in found if word not in known | enums)
    stale = sorted(explained - set(found) - {f"{each}{BREACHED}" for each in enums} | _unlisted(told, found))
    return [
        *(f"{found[word]}: {word} is not explained in {TOLD}" for word in missing),
        *(f"{TOLD}: {word} is in the code no more" for word in stale),
    ]


def _unlisted(told: dict[str, Any], found: dict[str, str]) -> set[str]:
    """Listed as something else, and gone."""
    return {word for words in told["other_words"].values() for word in words} - set(found)


def words_in_code(repository: Path) -> dict[str, str]:
    """Each word that may be a reason, and one place where it stands."""
    found: dict[str, str] = {}
    for path, tree in _trees(repository, repository / "operator/colonnade", PLANNED):
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and WORD.match(node.value):
                found.setdefault(node.value, f"{path}:{node.lineno}")
    for path, tree in _trees(repository, repository / "jobs/colonnade_jobs", (".",)):
        for node in ast.walk(tree):
            for word in _reasons_of_a_job(node):
                found.setdefault(word.value, f"{path}:{word.lineno}")
    return found


def _trees(repository: Path, package: Path, rooms: tuple[str, ...]) -> Iterator[tuple[Path, ast.Module]]:
    for room in rooms:
        for path in sorted((package / room).rglob("*.py")):
            yield path.relative_to(repository), ast.parse(path.read_text())


def _reasons_of_a_job(node: ast.AST) -> list[Any]:
    """The first argument of an error, and what an answer has under `reason` or as its argument of that name."""
    if isinstance(node, ast.Call):
        first = node.args[:1] if getattr(node.func, "id", "") in REFUSED_BY else []
        named = [each.value for each in node.keywords if each.arg == "reason"]
        return [text for value in [*first, *named] for text in _texts(value)]
    if isinstance(node, ast.Dict):
        pairs = zip(node.keys, node.values, strict=True)
        return [text for key, value in pairs if getattr(key, "value", "") == "reason" for text in _texts(value)]
    return []


def _texts(node: ast.AST) -> list[Any]:
    constants = (each for each in ast.walk(node) if isinstance(each, ast.Constant))
    return [each for each in constants if isinstance(each.value, str) and WORD.match(each.value)]


def _enums(repository: Path) -> set[str]:
    """Values that fields of our kinds may have."""
    return {word for path in (repository / "crds").glob("*.yaml") for word in _listed(yaml.safe_load(path.read_text()))}


def _listed(schema: Any) -> Iterator[str]:
    if isinstance(schema, list):
        for each in schema:
            yield from _listed(each)
    if isinstance(schema, dict):
        values = schema.get("enum")
        yield from map(str, values if isinstance(values, list) else ())
        for each in schema.values():
            yield from _listed(each)
