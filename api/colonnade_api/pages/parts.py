"""What every page is made of: its colours, sections and tables."""

from html import escape

COLOURS = """:root { color-scheme: light dark; --ink: #1d2433; --soft: #5d6678; --line: #e1e5ec; --page: #fbfbfd;
  --accent: #7a5c2e }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e7eaf1; --soft: #9aa3b5; --line: #2c3342; --page: #141821; --accent: #d8b67c }
}"""
TYPE = """h1 { margin: 0; font-size: 2rem; letter-spacing: -.02em }
header p, section p { color: var(--soft) }
header { border-bottom: 3px solid var(--accent); padding-bottom: .4rem }
h2 { margin: 2.2rem 0 .6rem; font-size: .85rem; text-transform: uppercase; letter-spacing: .1em;
  color: var(--accent) }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums }
th { text-align: left; font-weight: 500; color: var(--soft) }
td, th { padding: .4rem .8rem .4rem 0; border-bottom: 1px solid var(--line); vertical-align: top }
code { font: .88em ui-monospace, monospace; overflow-wrap: anywhere }"""


def page(title: str, subtitle: str, sections: list[str], style: str, width: str) -> str:
    """The whole page. title: text; subtitle, sections: HTML; empty sections are left out; style: CSS of its own."""
    size = f"margin: 0 auto; max-width: {width}; padding: 3rem 1.5rem"
    body = f"""body {{ {size}; background: var(--page); color: var(--ink);
  font: 16px/1.55 system-ui, sans-serif }}"""
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{escape(title)}</title>
<style>
{COLOURS}
{body}
{TYPE}
{style}</style></head>
<body><header><h1>{escape(title)}</h1><p>{subtitle}</p></header>
<main>
{chr(10).join(filter(None, sections))}
</main>
</body></html>
"""


def section(title: str, body: str) -> str:
    """A heading, and HTML under it."""
    return f"<section><h2>{escape(title)}</h2>{body}</section>"


def table(head: list[str], rows: list[list[str]]) -> str:
    """head: texts; rows: cells of HTML."""
    top = "<tr>" + "".join(f"<th>{escape(cell)}</th>" for cell in head) + "</tr>" if head else ""
    return (
        f"<table>{top}" + "".join("<tr>" + "".join(f"<td>{c}</td>" for c in row) + "</tr>" for row in rows) + "</table>"
    )


def code(value: object) -> str:
    """A value, as it stands."""
    return f"<code>{escape(str(value))}</code>"


def sentences(said: list[str]) -> str:
    """A list of texts."""
    return "<ul>" + "".join(f"<li>{escape(sentence)}</li>" for sentence in said) + "</ul>"
