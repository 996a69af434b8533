"""/docs needs nothing from elsewhere."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.serving.process import Served, serving

NAMED = re.compile(r'(?:src|href|data-url)="([^"]+)"')


@pytest.fixture(scope="module")
def served(logistic: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("served"), str(logistic)) as running:
        yield running


def test_all_that_the_page_names_is_here(served: Served):
    page = served.ask("GET", "/docs")
    named = NAMED.findall(page.body.decode())
    assert {path.rpartition(".")[2] for path in named} == {"js", "css", "png", "json"}
    for path in named:
        assert not urlsplit(path).netloc
        answer = served.ask("GET", path)
        assert (answer.status, len(answer.body) > 100) == (200, True)
    assert b"//" not in page.body.replace(b"<!DOCTYPE", b"")


def test_a_browser_is_told_to_load_nothing_from_elsewhere(served: Served):
    policy = served.ask("GET", "/docs").headers["content-security-policy"]
    sources = {source for directive in policy.split(";") for source in directive.split()[1:]}
    assert sources == {"'none'", "'self'", "'unsafe-inline'", "data:"}
    assert "script-src 'self';" in policy


@pytest.mark.parametrize("name", ["other.js", "..%2Fmain.py", "%2e%2e"])
def test_only_the_pages_own_parts_are_given(served: Served, name: str):
    assert served.ask("GET", f"/docs/{name}").status == 404


def test_the_description_says_where_it_is_only_behind_a_prefix(served: Served):
    assert "servers" not in served.ask("GET", "/openapi.json").json()
