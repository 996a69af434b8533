import logging

import pytest

from colonnade_serving.loading import Model
from colonnade_serving.settings import Settings
from colonnade_serving.telemetry import Telemetry

from .conftest import rows
from .traffic import answered, requests


@pytest.fixture
def said(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.INFO, "colonnade_serving.telemetry.access")
    return caplog


def test_a_sampled_request_is_a_line_with_its_id(said: pytest.LogCaptureFixture, matrix: Model):
    telemetry = Telemetry(Settings(access_log_share=1.0))
    answered(telemetry.of(matrix), requests(matrix, {"X": rows(2)}))
    telemetry.close()
    lines = [vars(record) for record in said.records if record.message == "answered"]
    assert [(line["request_id"], line["status"], line["model"]) for line in lines] == [
        ("r0", 200, "logistic"),
        ("r1", 200, "logistic"),
    ]


def test_failures_are_logged_and_overload_is_not(said: pytest.LogCaptureFixture, matrix: Model):
    telemetry = Telemetry(Settings())
    observer = telemetry.of(matrix)
    for code, why in ((200, ""), (503, "overloaded"), (504, "expired"), (400, "")):
        observer.answered(code, 0.1, why)
    observer.answered(500, 0.1, "model", requests(matrix, {"X": rows(1)})[0])
    telemetry.close()
    (failed,) = (vars(record) for record in said.records if record.message == "failed")
    assert (failed["request_id"], failed["reason"], failed["status"]) == ("r0", "model", 500)
