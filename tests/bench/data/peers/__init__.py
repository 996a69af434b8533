"""Tools that check tables as a Dataset does, each in an environment of its own: `PEERS`, their scripts and locks.

`tables.py` and the folders run in those environments, never in ours.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from cluster.locks import locked
from tests.bench.environments import home, virtual_environment

PEERS = ("great_expectations", "pandera")
HERE = Path(__file__).resolve().parent
KINDS = {
    " missing": "missing",
    " under ": "bounds",
    " over ": "bounds",
    " not like ": "pattern",
    " not allowed": "allowed",
}


def command(peer: str) -> list[str]:
    """A peer's script; what it needs is made once under the cache."""
    folder = HERE / peer
    with locked(home() / "lock"):
        environment = virtual_environment(f"data-{peer}", folder / "requirements.lock")
    return [str(environment / "bin" / "python"), str(folder / "checks.py")]


def verdict(rules: Iterable[dict[str, Any]]) -> dict[str, int]:
    """Rows by broken rule of one of our reports, as the peers call them."""
    found: dict[str, int] = {}
    for rule in rules:
        kind = next((kind for words, kind in KINDS.items() if words in rule["rule"]), "")
        label = f"{rule['column']} {kind}" if kind else rule["rule"]
        if rule["rows"]:
            found[label] = found.get(label, 0) + rule["rows"]
    return found
