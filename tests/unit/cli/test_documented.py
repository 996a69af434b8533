"""Every command of the plugin that README and docs tell people to type is typed here, on what they tell to apply."""

from pathlib import Path

import pytest

from tests.documented import Command, commands, manifests
from tests.unit.cli.conftest import Run
from tests.unit.cli.objects import deployment, flights, made, policy, version
from tests.unit.cli.playground import Playground

NAMES = {
    "NAME": "flights-late",
    "KIND/NAME": "mdep/flights-late",
    "mdep/NAME": "mdep/flights-late",
    "dset/NAME": "dset/flights",
    "mv/NAME": "mv/flights-late-1",
    "FILE": "orders.csv",
    "FILE.csv": "pulled.csv",
    "people.key": "orders.csv",
    "dset/machines": "dset/flights",
    "dset/visits": "dset/flights",
    "examples/data/restore/machines.csv": "orders.csv",
    "VERSION": "aaaa",
    "FILE.onnx": "fraud.onnx",
    "build/demo/flights.parquet": "orders.csv",
}
TOLD = [command for command in commands("kubectl") if command.words[1:2] == ("colonnade",)]


@pytest.mark.parametrize("command", TOLD, ids=str)
def test_what_the_docs_tell_to_type_works(
    cluster: Playground, kubectl_colonnade: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: Command
) -> None:
    cluster.add(*(made(each["kind"], each["metadata"]["name"], each["spec"]) for _, each in manifests()))
    cluster.add(flights(), version(1), deployment(), policy())
    cluster.add(*(made("Dataset", name, {"source": {"upload": {}}}) for name in ("orders", "users")))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("colonnade.cli.keeping.ANSWERED_WITHIN_SECONDS", 0.0)  # nobody is here to answer
    monkeypatch.setattr("colonnade.cli.reproduce.MADE_WITHIN_SECONDS", 0.0)
    Path("orders.csv").write_text("price\n1\n")
    Path("fraud.onnx").write_bytes(b"bytes")
    typed = [NAMES.get(word, word) for word in command.words[2:] if word != "--watch"]
    if len(typed) < 2 and typed != ["tree"]:
        assert kubectl_colonnade(*typed, "--help").code == 0  # a command that is only named
        return
    seen = kubectl_colonnade(*typed)
    assert seen.code < 2, seen.err
    assert "is not in namespace" not in seen.err
