from pathlib import Path

import pytest
from pydantic import ValidationError
from pydantic_settings import CliApp

from colonnade_serving.settings import Settings
from colonnade_serving.usage import GROUPS, tables, variable

RUNNING = Path(__file__).parents[3] / "docs" / "serving" / "running.md"


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(variable(name), raising=False)


def given(*arguments: str) -> Settings:
    return CliApp.run(Settings, cli_args=list(arguments))


def test_each_setting_is_in_one_group_and_described():
    grouped = [name for group in GROUPS for name in group.model_fields]
    assert sorted(grouped) == sorted(Settings.model_fields)
    assert all(field.description for field in Settings.model_fields.values())


def test_the_page_on_running_has_each_setting_as_help_says_it():
    assert tables() in RUNNING.read_text(), "python -m colonnade_serving.usage prints what belongs there"


def test_a_flag_goes_before_its_variable(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("COLONNADE_MODEL", "by-variable")
    monkeypatch.setenv("COLONNADE_BUNDLE", "/models")
    assert given().model == "by-variable"
    assert given("--name", "by-flag").model == given("--model", "by-flag").model == "by-flag"


def test_variables_of_others_are_left_alone(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("COLONNADE_STORE", "s3://bucket")
    monkeypatch.setenv("COLONNADE_SOMETHING_NEW", "x")
    assert given("/models").bundle == "/models"


def test_workers_follow_the_container_and_compute_on_one_thread_each():
    assert given("/x").worker_count == 1
    assert given("/x").threads is None
    assert given("/x", "--workers=4").threads == 1
    assert given("/x", "--workers=4", "--intra-op-threads=2").threads == 2
    assert given("/x", "--workers=auto").worker_count >= 1


@pytest.mark.parametrize("wrong", ["--workers=0", "--workers=many", "--http-port=70000", "--public-key=/nowhere"])
def test_what_is_wrong_is_refused(wrong: str):
    with pytest.raises(ValidationError):
        given("/x", wrong)
