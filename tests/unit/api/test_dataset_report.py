"""The report as a page: it stands alone, shows what the report has, and lets no value out of its place."""

import re
from html.parser import HTMLParser
from typing import Any

from colonnade_api import pages

HOSTILE = "<script>alert('x')</script>\"&"
VOID = {"meta", "rect", "path", "polyline"}


class Elements(HTMLParser):
    """Which elements there are, and whether each is closed in turn."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.open: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag


def number(name: str = "fare", **given: Any) -> dict[str, Any]:
    histogram = {"edges": [0, 1, 2], "counts": [3, 1]}
    spread = {"min": 0, "max": 2, "mean": 0.75, "stddev": 0.5, "histogram": histogram}
    return {"name": name, "type": "number", "nulls": 0, "distinct": 4, **spread, **given}


def word(name: str = "city", value: str = "Bern") -> dict[str, Any]:
    return {"name": name, "type": "category", "nulls": 1, "distinct": 1, "top": [{"value": value, "rows": 3}]}


def report(**given: Any) -> dict[str, Any]:
    empty: dict[str, Any] = {"rows": 4, "invalidRows": 0, "duplicateRows": 0, "rules": [], "filled": [], "columns": []}
    return empty | given


def test_what_was_found_can_be_seen() -> None:
    found = report(
        invalidRows=1,
        rules=[{"rule": "fare over 9", "column": "fare", "rows": 1, "examples": ["12"]}],
        cleaned=[{"step": "clip", "about": "fare", "rows": 2}],
        filled=[{"column": "fare", "strategy": "median", "value": "3", "rows": 5}],
        columns=[number(), word()],
        missing={"rows": [2, 2], "columns": [{"name": "city", "counts": [0, 1]}]},
        split={"train": 3, "test": 1, "seed": 0},
        reading={
            "notes": ["Bern", "1 line is passed over"],
            "files": [{"name": "a.csv", "encoding": "utf-8", "delimiter": ";"}],
        },
    )
    page = pages.dataset_report(found, "flights", "abcdef0123")
    for shown in ("flights", "abcdef0123", "(20.00%)", "fare over 9", "<code>12</code>", "clip", "by its median",
                  "Bern", "1 line is passed over", "a.csv", "held out", "0.75 ± 0.5"):  # fmt: skip
        assert shown in page
    elements = Elements(page)
    assert elements.open == []
    assert {"svg", "path", "rect", "article"} <= elements.names


def test_no_value_becomes_markup() -> None:
    found = report(
        rules=[{"rule": HOSTILE, "column": HOSTILE, "rows": 1, "examples": [HOSTILE]}],
        cleaned=[{"step": "dropRows", "about": HOSTILE, "rows": 2}],
        filled=[{"column": HOSTILE, "strategy": "constant", "value": HOSTILE, "rows": 5}],
        columns=[number(HOSTILE), word(HOSTILE, HOSTILE)],
        missing={"rows": [4], "columns": [{"name": HOSTILE, "counts": [1]}]},
        split={"train": 3, "test": 1, "stratifyBy": HOSTILE},
        reading={"notes": [HOSTILE], "files": [{"name": HOSTILE, "encoding": HOSTILE, "delimiter": HOSTILE}]},
    )
    elements = Elements(pages.dataset_report(found, HOSTILE, HOSTILE))
    assert "script" not in elements.names
    assert elements.open == []
    assert not [name for name, _ in elements.attributes if name.startswith("on")]


def test_the_page_asks_nothing_of_a_network() -> None:
    page = pages.dataset_report(report(columns=[number(), word()]))
    assert not re.search(r"https?:|//|url\(|@import|<script|<link|<img", page)


def test_a_wide_table_stays_a_page_that_opens() -> None:
    found = report(columns=[number(f"x{n}") if n % 2 else word(f"w{n}") for n in range(1600)])
    assert len(pages.dataset_report(found)) < 2_000_000


def test_a_column_of_nothing_and_of_one_value_have_a_card() -> None:
    nothing = {"name": "a", "type": "number", "nulls": 4, "distinct": 0}
    one = number("b", histogram={"edges": [5, 5], "counts": [4]}, min=5, max=5, stddev=None)
    far = number("c", type="date", min=-1e12, max=1e15, mean=0)
    assert "4 missing" in pages.dataset_report(report(columns=[nothing, one, far]))


def test_numbers_of_thousands_are_written_out() -> None:
    page = pages.dataset_report(report(columns=[number(min=-123456.7, mean=10_000.0, stddev=5774.4, max=2e17)]))
    assert "10,000 ± 5,774" in page
    assert "-123,457" in page
    assert "2e+17" in page


def test_a_rule_shows_how_it_fared_before() -> None:
    before = [{"version": "aaaaaaaaaa", "rows": 4}, {"version": "bbbbbbbbbb", "rows": 2}]
    rules = [{"rule": "fare over 9", "column": "fare", "rows": 0, "examples": [], "trend": before}]
    assert 'aria-label="4, 2, 0"' in pages.dataset_report(report(rules=rules))


def test_what_only_warns_and_what_the_whole_table_lacks_is_told_apart_from_what_was_set_aside() -> None:
    rules = [
        {"rule": "fare-per-mile", "column": "fare", "rows": 2, "examples": [], "action": "Warn"},
        {"rule": "fare over 9", "column": "fare", "rows": 3, "examples": [], "action": "Quarantine"},
    ]
    few = {"reason": "TooFewRows", "check": "rowCount", "action": "Reject", "message": f"7 < 9 {HOSTILE}"}
    page = pages.dataset_report(report(rules=rules, findings=[few]))
    for outcome in ("warned", "set aside", "no version"):
        assert page.count(f">{outcome}</span>") == 1
    assert "7 &lt; 9" in page
    assert "script" not in Elements(page).names


def test_a_report_of_old_that_names_no_action_is_shown() -> None:
    rules = [{"rule": "fare over 9", "column": "fare", "rows": 3, "examples": []}]
    assert ">set aside</span>" in pages.dataset_report(report(rules=rules))
