"""A source that changes while it is read makes no version of two states."""

from pathlib import Path
from typing import Any

import pytest

from colonnade_jobs.data import reading
from colonnade_jobs.errors import PermanentError, TransientError
from tests.unit.jobs.harness import Harness


def test_a_file_that_grows_while_it_is_read_is_worth_a_retry(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    address = harness.write("n\n1\n2\n")
    rows, load = Path(address.removeprefix("file://")), reading.load

    def growing(*told: Any) -> reading.RawTable:
        found = load(*told)
        with rows.open("a") as file:
            file.write("3\n")
        return found

    monkeypatch.setattr(reading, "load", growing)
    with pytest.raises(TransientError, match=r"rows\.csv changed while it was read") as error:
        harness.dataset(address)
    assert error.value.reason == "SourceChanged"
    assert not harness.store.list("datasets")


def test_a_file_that_goes_away_while_it_is_read_is_worth_a_retry(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = harness.write("n\n1\n2\n")

    def gone(*_: Any) -> reading.RawTable:
        Path(address.removeprefix("file://")).unlink()
        raise PermanentError("UnreadableSource", "rows.csv can't be read as csv")

    monkeypatch.setattr(reading, "load", gone)
    with pytest.raises(TransientError, match=r"rows\.csv changed while it was read"):
        harness.dataset(address)
