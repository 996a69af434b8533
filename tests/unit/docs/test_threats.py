"""A threat that is said to be stopped has a test, and that test is there."""

import re

import pytest

from tests.documented import REPOSITORY

PAGE = (REPOSITORY / "docs/security/threats.md").read_text()
STOPPED, OPEN = PAGE.split("## Open")
TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
ROWS = [row for row in STOPPED.splitlines() if row.startswith("|") and not row.startswith(("| threat", "|---"))]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.split("|")[1].strip())
def test_each_threat_names_a_test_that_exists(row: str) -> None:
    named = TEST.findall(row.split("|")[3])
    assert named
    for path, test in named:
        assert re.search(rf"^(async )?def {test}\(", (REPOSITORY / path).read_text(), re.MULTILINE), f"{path}::{test}"


def test_what_is_open_claims_no_test() -> None:
    assert not TEST.findall(OPEN)
