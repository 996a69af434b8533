import pytest

from docs.site.hooks import DOCS, _expanded, _prose, _relinked

LINKS = {
    "to a page beside it": ("data/reading.md", "[a](cleaning.md)", "[a](cleaning.md)"),
    "to a root page": ("contributing/style.md", "[a](../../CONTRIBUTING.md#tests)", "[a](../CONTRIBUTING.md#tests)"),
    "from a root page": ("CONTRIBUTING.md", "[a](docs/data/reading.md)", "[a](data/reading.md)"),
    "out of the docs": ("data/reading.md", "[a](../../Makefile)", "a (`Makefile`)"),
    "to another host": ("index.md", "[a](https://example.com/x)", "[a](https://example.com/x)"),
    "nowhere": ("index.md", "[a](../nowhere.md)", "[a](../nowhere.md)"),
}


@pytest.mark.parametrize("case", LINKS)
def test_a_link_leads_where_it_leads_in_the_repository(case: str):
    page, written, wanted = LINKS[case]
    assert _relinked(written, page) == wanted


def test_a_folder_stands_for_the_pages_that_are_not_named():
    ((_, pages),) = _expanded([{"Data": ["data/reading.md", "data/*"]}], {"data/reading.md"})[0].items()
    assert pages[:2] == ["data/reading.md", "data/cleaning.md"]
    assert len(pages) == len(set(pages)) == len(list((DOCS / "data").glob("*.md")))


def test_design_notes_come_newest_first():
    notes = _expanded(["design/*"], set())
    assert len(notes) > 20
    assert notes == sorted(notes, reverse=True)


def test_a_list_right_below_its_paragraph_is_a_list():
    assert _prose("Two steps:\n- one, which\n  goes on\n- two\n", "index.md", False) == (
        "Two steps:\n\n- one, which\n  goes on\n- two\n"
    )


def test_a_list_right_below_a_block_is_a_list():
    assert _prose("\n- `one`\n- two\n", "index.md", True) == "\n\n- `one`\n- two\n"


def test_a_link_in_code_is_left_alone():
    assert _prose("write `[a](../Makefile)`", "index.md", False) == "write `[a](../Makefile)`"
