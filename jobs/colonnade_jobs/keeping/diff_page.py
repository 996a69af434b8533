"""Two versions compared, as one page of HTML that stands alone: no script, no font, no picture from elsewhere."""

from html import escape
from typing import Any

from ..formatting import rounded

COLUMNS_SHOWN = 200
WIDTH, ROW_HEIGHT, LABELS = 420, 18, 170
MOVED = 0.1
"""From this index on, a shift that is no noise is pointed at."""
SIGNIFICANT = 0.01


def render(found: dict[str, Any]) -> str:
    """found: as keeping.diff puts it into the store."""
    before, after, rows = found["before"], found["after"], found["rows"]
    ordered = sorted(found["columns"], key=lambda column: -(column.get("psi") or 0))
    tiles = [("added", rows["added"]), ("removed", rows["removed"])]
    tiles += [("changed", rows["changed"])] if rows["key"] else []
    tiles += [("unchanged", rows["unchanged"])]
    more = len(ordered) - COLUMNS_SHOWN
    return PAGE.format(
        title=escape(found["dataset"]),
        before=f"{escape(before['digest'][7:17])} ({before['rows']:,} rows)",
        after=f"{escape(after['digest'][7:17])} ({after['rows']:,} rows)",
        tiles="".join(f"<div><b>{count:,}</b><span>{name}</span></div>" for name, count in tiles),
        by=_by(rows),
        schema=_schema(found["schema"]),
        columns="".join(map(_column, ordered[:COLUMNS_SHOWN])),
        rest=f"<p>{more} more columns are in the JSON beside this page.</p>" if more > 0 else "",
    )


def _by(rows: dict[str, Any]) -> str:
    if not rows["key"]:
        return "<p>No key tells which rows are the same: one that changed counts as one removed and one added.</p>"
    changed = sorted(rows["changedBy"].items(), key=lambda pair: -pair[1])
    said = ", ".join(f"{escape(name)} in {count:,}" for name, count in changed[:8])
    return f"<p>By {escape(', '.join(rows['key']))}. {f'What changed: {said} rows.' if said else ''}</p>"


def _schema(schema: dict[str, Any]) -> str:
    lines = [f"<li><b>{escape(name)}</b> came</li>" for name in schema["added"]]
    lines += [f"<li><b>{escape(name)}</b> went</li>" for name in schema["removed"]]
    lines += [
        f"<li><b>{escape(each['name'])}</b> was {escape(str(each['before']))}, is {escape(str(each['after']))}</li>"
        for each in schema["changed"]
    ]
    return f"<ul>{''.join(lines)}</ul>" if lines else "<p>The schema is the same.</p>"


def _column(column: dict[str, Any]) -> str:
    psi = column.get("psi")
    moved = psi is not None and psi >= MOVED and column["psiPValue"] < SIGNIFICANT
    facts = [f"n {column['n'][0]:,} and {column['n'][1]:,}"]
    if psi is not None:
        facts.insert(0, f"PSI {rounded(psi, 3)} (p {column['psiPValue']:.2g})")
    if column.get("ks") is not None:
        facts.insert(1, f"KS {rounded(column['ks'], 3)} (p {column['ksPValue']:.2g})")
    if types := column.get("types"):
        facts.append(f"was {types[0]}, is {types[1]}: not compared")
    mark = '<em class="moved">moved</em>' if moved else ""
    return (
        f"<section><h3>{escape(column['name'])} {mark}</h3><p>{escape('; '.join(facts))}</p>"
        f"{_picture(column['bins'])}</section>"
    )


def _picture(bins: list[dict[str, Any]]) -> str:
    """Two bars a bin: the share of rows before, and after."""
    if not bins:
        return ""
    totals = [sum(bin_["rows"][which] for bin_ in bins) or 1 for which in (0, 1)]
    shares = [[bin_["rows"][which] / totals[which] for which in (0, 1)] for bin_ in bins]
    widest = max(max(pair) for pair in shares) or 1
    drawn = []
    for n, (bin_, pair) in enumerate(zip(bins, shares, strict=True)):
        top = n * ROW_HEIGHT
        label = str(bin_["label"])
        shown = escape(label if len(label) <= 24 else f"{label[:23]}…")
        drawn.append(f'<text x="{LABELS - 6}" y="{top + 12}" text-anchor="end">{shown}</text>')
        for which, share in enumerate(pair):
            width = (WIDTH - LABELS - 50) * share / widest
            drawn.append(
                f'<rect class="v{which}" x="{LABELS}" y="{top + 2 + 7 * which}" width="{width:.1f}" height="6">'
                f"<title>{shown}: {bin_['rows'][which]:,} rows</title></rect>"
            )
        drawn.append(f'<text x="{WIDTH - 46}" y="{top + 12}">{pair[1] - pair[0]:+.1%}</text>')
    height = len(bins) * ROW_HEIGHT
    return f'<svg viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" role="img">{"".join(drawn)}</svg>'


PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}: what changed</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
:root {{ color-scheme: light dark; --ink: #1c2430; --paper: #fff; --soft: #eef1f5; --old: #9aa8bb; --new: #2f6fde; }}
@media (prefers-color-scheme: dark) {{ :root {{ --ink: #e6eaf0; --paper: #14181f; --soft: #222936; --old: #66748a;
  --new: #6aa1ff; }} }}
body {{ font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 62rem;
  margin: 2rem auto; padding: 0 1rem; }}
h1 {{ margin-bottom: 0; }} h3 {{ margin: 0; }} p {{ margin: .3rem 0; }}
.tiles {{ display: flex; flex-wrap: wrap; gap: .8rem; margin: 1rem 0; }}
.tiles div {{ background: var(--soft); border-radius: .5rem; padding: .6rem 1rem; }}
.tiles b {{ display: block; font-size: 1.5rem; }}
.columns {{ display: grid; grid-template-columns: repeat(auto-fill, minmax(min(26rem, 100%), 1fr)); gap: 1rem; }}
section {{ background: var(--soft); border-radius: .5rem; padding: .8rem; overflow-x: auto; }}
svg {{ max-width: 100%; height: auto; }}
svg text {{ font-size: 11px; fill: var(--ink); }} .v0, .old {{ fill: var(--old); color: var(--old); }}
.v1, .new {{ fill: var(--new); color: var(--new); }}
.moved {{ background: #c2410c; color: #fff; font: 12px system-ui; border-radius: 1rem; padding: .1rem .6rem; }}
</style></head><body>
<h1>{title}: what changed</h1>
<p><b class="old">■</b> before {before} <b class="new">■</b> after {after}</p>
<div class="tiles">{tiles}</div>{by}
<h2>Schema</h2>{schema}
<h2>Columns</h2><p>Those that moved most come first. PSI is over tenths of the values before, KS the largest distance of
the two distributions; p says how often as much is seen where nothing has moved.</p>
<div class="columns">{columns}</div>{rest}
</body></html>
"""
