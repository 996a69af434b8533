"""What is quick shows no bar."""

import pytest

from colonnade_client import progress
from colonnade_client.progress import BYTES, Waiting, counted


def test_what_is_done_at_once_shows_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with Waiting("mv/late-1", True) as waiting:
        waiting.says("Training: sklearn.linear_model.LogisticRegression")
    with counted("data.parquet", 10, BYTES) as told:
        told(10)
    assert capsys.readouterr().err == ""


def test_what_takes_its_time_says_what_it_does(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "DELAY_SECONDS", 0)
    monkeypatch.setattr(progress, "LOOK_SECONDS", 0)
    with Waiting("mv/late-1", True) as waiting:
        waiting.says("Training: the job runs")
    assert "mv/late-1: Training: the job runs [" in capsys.readouterr().err


def test_who_wants_no_bar_gets_none(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "DELAY_SECONDS", 0)
    with Waiting("mv/late-1", False) as waiting, counted("rows", 10, "row", shown=False) as told:
        waiting.says("Training")
        told(10)
    assert capsys.readouterr().err == ""
