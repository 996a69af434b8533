"""Every command of the plugin that README and docs tell people to type is typed here."""

import re
import shlex
from pathlib import Path

import pytest

from tests.unit.cli.conftest import Run
from tests.unit.cli.objects import deployment, flights, made, version
from tests.unit.cli.playground import Playground

REPOSITORY = Path(__file__).resolve().parents[3]
TOLD = re.compile(r"kubectl colonnade ((?:[a-z]+)(?: [^`\n#]*)?)")
NAMES = {"NAME": "flights-late", "dset/NAME": "dset/flights", "mv/NAME": "mv/flights-late-1"}


def told() -> list[str]:
    pages = [REPOSITORY / "README.md", REPOSITORY / "CONTRIBUTING.md", *(REPOSITORY / "docs").rglob("*.md")]
    current = [page for page in pages if "design" not in page.parts]
    return sorted({found.strip() for page in current for found in TOLD.findall(page.read_text())})


@pytest.mark.parametrize("command", told())
def test_what_the_docs_tell_to_type_works(
    cluster: Playground, kubectl_colonnade: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    cluster.add(flights(), version(1), deployment(), made("Dataset", "orders", {"source": {"upload": {}}}))
    monkeypatch.chdir(tmp_path)
    Path("orders.csv").write_text("price\n1\n")
    typed = [
        NAMES.get(word, word.replace("NAME", "flights-late")) for word in shlex.split(command) if word != "--watch"
    ]
    if len(typed) == 1:
        assert kubectl_colonnade(*typed, "--help").code == 0  # a command that is only named
        return
    seen = kubectl_colonnade(*typed)
    assert seen.code < 2, seen.err
    assert "is not in namespace" not in seen.err
