"""The agent's command line: what it says, and that it says it as the operator does."""

import json
import logging
import sys

import pytest

from colonnade.router.__main__ import main


@pytest.fixture(autouse=True)
def handlers():
    """pytest's own come back, whatever the agent logs to."""
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    yield
    root.handlers[:] = before
    root.setLevel(level)


def bootstrap(monkeypatch, folder):
    monkeypatch.setattr(sys, "argv", ["colonnade.router", "bootstrap", "--output", str(folder / "envoy.yaml")])
    main()


def test_logs_are_one_json_object_a_line(monkeypatch, tmp_path, capsys):
    bootstrap(monkeypatch, tmp_path)
    logging.getLogger("colonnade.kube.informer").warning("the watch of %s: %s", "lease", "503")
    said = json.loads(capsys.readouterr().err)
    assert (said["level"], said["logger"], said["message"]) == (
        "warning",
        "colonnade.kube.informer",
        "the watch of lease: 503",
    )


def test_a_wrong_setting_is_named_and_ends_the_process(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("COLONNADE_LOG_LEVEL", "loud")
    monkeypatch.setenv("COLONNADE_AGENT_PORT", "many")
    with pytest.raises(SystemExit) as ended:
        bootstrap(monkeypatch, tmp_path)
    assert ended.value.code == 2
    lines = capsys.readouterr().err.splitlines()
    assert [line.partition(":")[0] for line in lines] == ["COLONNADE_LOG_LEVEL", "COLONNADE_AGENT_PORT"]
