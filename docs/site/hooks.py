"""What mkdocs is told beyond its configuration: which pages there are, and where links lead that leave docs/."""

import logging
import os
import re
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

log = logging.getLogger("mkdocs.hooks")
REPOSITORY = Path(__file__).resolve().parents[2]
DOCS = REPOSITORY / "docs"
ROOT_PAGES = ("CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")
"""Pages that lie where forges look for them, and stand in the site as if they lay in docs/."""
LINK = re.compile(r"(?<!!)\[(?P<text>(?:[^\[\]]|`[^`]*`)+)\]\((?P<target>[^)\s#]+)(?P<anchor>#[^)\s]*)?\)")
FOREIGN = re.compile(r"""<(?:script|img|iframe|source)\b[^>]*\bsrc="https?:[^"]*"|<link\b[^>]*\bhref="https?:[^"]*\"""")
LIST = re.compile(r"^(?P<before>(?!\s|[-*] |\d+\. |#).+)\n(?=(?:[-*]|\d+\.) )", re.MULTILINE)
FENCE = re.compile(r"(^```.*?^```$)", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"(`[^`\n]+`)")


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    named = set(_paths(config.nav))
    config.nav = _expanded(config.nav, named)
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    for name in ROOT_PAGES:
        files.append(File.generated(config, name, abs_src_path=str(REPOSITORY / name)))
    return files


def on_page_markdown(markdown: str, page: Page, **_: Any) -> str:
    """Pages are written as forges read them: links as they work in the repository, a list right below its paragraph."""
    pieces = FENCE.split(markdown)
    return "".join(piece if n % 2 else _prose(piece, page.file.src_uri, n > 0) for n, piece in enumerate(pieces))


def _prose(text: str, page: str, below_a_block: bool) -> str:
    """What stands between blocks of code."""
    pieces = CODE.split(_lists_apart(text, below_a_block))
    return "".join(piece if n % 2 else _relinked(piece, page) for n, piece in enumerate(pieces))


def _lists_apart(text: str, below_a_block: bool) -> str:
    """A blank line before each list: mkdocs' Markdown wants one, CommonMark doesn't."""
    begun = re.sub(r"^\n(?=[-*] |\d+\. )", "\n\n", text) if below_a_block else text
    return LIST.sub(r"\g<before>\n\n", begun)


def on_post_page(output: str, page: Page, **_: Any) -> str:
    """A reader's browser asks nobody but the host that has the site."""
    for loaded in FOREIGN.findall(output):
        log.warning("%s loads from another host: %s", page.file.src_uri, loaded)
    return output


def _relinked(text: str, page: str) -> str:
    return LINK.sub(lambda link: _link(link, page), text)


def _link(link: re.Match[str], page: str) -> str:
    target = link["target"]
    if ":" in target:
        return link[0]
    home = REPOSITORY if page in ROOT_PAGES else (DOCS / page).parent
    path = Path(os.path.normpath(home / target))
    if path.is_relative_to(DOCS):
        inside = path.relative_to(DOCS)
    elif path.parent == REPOSITORY and path.name in ROOT_PAGES:
        inside = Path(path.name)
    else:
        return f"{link['text']} (`{path.relative_to(REPOSITORY)}`)" if path.exists() else link[0]
    relative = os.path.relpath(DOCS / inside, (DOCS / page).parent)
    return f"[{link['text']}]({relative}{link['anchor'] or ''})"


def _paths(nav: Any) -> list[str]:
    if isinstance(nav, str):
        return [nav]
    return [path for part in (nav.values() if isinstance(nav, dict) else nav) for path in _paths(part)]


def _expanded(nav: Any, named: set[str]) -> Any:
    if isinstance(nav, dict):
        return {title: _expanded(part, named) for title, part in nav.items()}
    if isinstance(nav, list):
        return [each for part in nav for each in _several(part, named)]
    return nav


def _several(part: Any, named: set[str]) -> list[Any]:
    if not isinstance(part, str) or not part.endswith("/*"):
        return [_expanded(part, named)]
    folder = part.removesuffix("/*")
    newest_first = folder == "design"
    pages = sorted((path.relative_to(DOCS).as_posix() for path in (DOCS / folder).glob("*.md")), reverse=newest_first)
    return [page for page in pages if page not in named]
