"""A dataset version's report as a page to look at: drawn from report.json alone, so that it shows what that shows."""

from datetime import UTC, datetime
from html import escape
from typing import Any

from . import parts, protection
from .parts import code, section, sentences, table

Found = dict[str, Any]
BARS, SHOWN_TOP, LETTERS, MOST_STRIPS = 20, 6, 60, 60
WHOLE_FROM, WHOLE_BELOW = 1_000, 1e15
"""Sizes of numbers whose fractions are not shown."""
DONE = {"Quarantine": "set aside", "Warn": "warned", "Reject": "no version"}
NOTHING = "–"


def render(found: Found, title: str = "Dataset report", version: str = "") -> str:
    """found: report.json. title: the Dataset's name; version: its digest in short, where there is one."""
    invalid, rows = found["invalidRows"], found["rows"]
    set_aside = f"<b>{invalid:,}</b> set aside" + (f" ({invalid / (rows + invalid):.2%})" if invalid else "")
    said = [f"<b>{rows:,}</b> rows", set_aside, f"<b>{len(found.get('columns', [])):,}</b> columns"]
    said += [f"version {code(version)}"] if version else []
    reading = found.get("reading") or {}
    sections = [
        section("Look at this", sentences(reading["notes"])) if reading.get("notes") else "",
        section("The table as a whole", findings) if (findings := _findings(found)) else "",
        section("Rules", _rules(found)),
        section("Privacy", private) if (private := protection.render(found.get("privacy") or {})) else "",
        section("Cleaning", cleaned) if (cleaned := _cleaned(found)) else "",
        section("Missing values by place in the table", missing) if (missing := _missing(found)) else "",
        section("Columns", _columns(found)),
        section("Split", _split(found["split"])) if found.get("split") else "",
        section("As it was read", written) if (written := _written(reading)) else "",
    ]
    return parts.page(title, " · ".join(said), sections, STYLE, "72rem")


def _rules(found: Found) -> str:
    broken = [rule for rule in found["rules"] if rule["rows"] or any(p["rows"] for p in rule.get("trend", []))]
    kept = len(found["rules"]) - len(broken)
    if not broken:
        return f"<p>No row broke a rule ({kept:,} checked).</p>" if kept else "<p>No rules were given.</p>"
    most = max(rule["rows"] for rule in broken) or 1
    lines = [
        [
            f"<b>{escape(_cut(rule['rule']))}</b>",
            f'<span class="bar" style="width:{max(8 * rule["rows"] / most, 0.15):.2f}rem"></span> {rule["rows"]:,}',
            _trend(rule),
            _done(rule),
            ", ".join(code(_cut(example)) for example in rule["examples"]) or NOTHING,
        ]
        for rule in broken
    ]
    return table(["Rule", "Rows", "Versions before", "Outcome", "For example"], lines) + (
        f"<p>{kept:,} more rules were kept.</p>" if kept else ""
    )


def _findings(found: Found) -> str:
    """What the checks of the whole table found wrong."""
    lines = [
        [f"<b>{escape(each['check'])}</b>", _done(each), escape(each["message"])] for each in found.get("findings", [])
    ]
    return table(["Check", "Outcome", "Found"], lines) if lines else ""


def _done(found: Found) -> str:
    """What came of it; reports of old name no action, and knew but one."""
    action = found.get("action", "Quarantine")
    return f'<span class="done {action.lower()}">{DONE[action]}</span>'


def _trend(rule: Found) -> str:
    """The counts of the versions before, and this one's, as a line."""
    counts = [point["rows"] for point in rule.get("trend", [])]
    if not counts:
        return NOTHING
    points = [*counts, rule["rows"]]
    most = max(points) or 1
    line = " ".join(f"{n},{18 - 16 * count / most:.1f}" for n, count in enumerate(points))
    return (
        f'<svg class="trend" role="img" aria-label="{", ".join(f"{count:,}" for count in points)}" '
        f'viewBox="0 0 {len(points) - 1} 20" preserveAspectRatio="none"><polyline points="{line}"/></svg> '
        f"{counts[-1]:,}"
    )


def _cleaned(found: Found) -> str:
    steps = [[escape(s["step"]), code(s["about"] or "all text"), f"{s['rows']:,}"] for s in found.get("cleaned", [])]
    if found.get("duplicateRows"):
        steps.append(["dropDuplicates", "", f"{found['duplicateRows']:,}"])
    steps += [
        ["fillMissing", f"{code(s['column'])} by its {escape(s['strategy'])}{_filled_by(s['value'])}", f"{s['rows']:,}"]
        for s in found.get("filled", [])
    ]
    return table(["Step", "Of", "Rows"], steps) if steps else ""


def _filled_by(value: str | None) -> str:
    """None where there was nothing to fill by, or it isn't to be told."""
    return "" if value is None else f", {code(value)}"


def _missing(found: Found) -> str:
    """A strip a column: the darker, the more of that part of the table is missing."""
    missing = found.get("missing") or {}
    strips = [_strip(one["name"], one["counts"], missing["rows"]) for one in missing.get("columns", [])[:MOST_STRIPS]]
    more = len(missing.get("columns", [])) - len(strips)
    note = f"<p>And {more:,} more columns with missing values.</p>" if more > 0 else ""
    return f'<div class="strips">{"".join(strips)}</div>{note}' if strips else ""


def _strip(name: str, counts: list[int], rows: list[int]) -> str:
    cells = "".join(
        f'<rect x="{n}" width="1.02" height="1" opacity="{count / total:.3f}"/>'
        for n, (count, total) in enumerate(zip(counts, rows, strict=True))
        if count
    )
    label = f"{escape(_cut(name))}: {sum(counts):,} missing"
    picture = (
        f'<svg role="img" aria-label="{label}" viewBox="0 0 {len(rows)} 1" preserveAspectRatio="none">{cells}</svg>'
    )
    return f"<span>{escape(_cut(name))}</span>{picture}<span>{sum(counts) / max(sum(rows), 1):.1%}</span>"


def _columns(found: Found) -> str:
    return f'<div class="cards">{"".join(_card(one, found["rows"]) for one in found.get("columns", []))}</div>'


def _card(one: Found, rows: int) -> str:
    nulls = f'<span class="warn">{one["nulls"]:,} missing</span>' if one["nulls"] else "none missing"
    facts = f"{escape(one['type'])} · {_count(one.get('distinct', 0), 'value')} · {nulls}"
    picture = _histogram(one) if "histogram" in one else _top(one, rows)
    return f"<article><h3>{escape(_cut(one['name']))}</h3><p>{facts}</p>{picture}</article>"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _histogram(one: Found) -> str:
    counts = one["histogram"]["counts"]
    most = max(counts) or 1
    bars = "".join(f"M{n} 20V{20 - 20 * count / most:.2f}h.9V20z" for n, count in enumerate(counts) if count)
    low, high = _shown(one["min"], one["type"]), _shown(one["max"], one["type"])
    label = f"from {low} to {high}, most often {_shown(_mode(one), one['type'])}"
    scale = f'<p class="scale"><span>{low}</span><span>{_middle(one)}</span><span>{high}</span></p>'
    return (
        f'<svg role="img" aria-label="{label}" viewBox="0 0 {len(counts)} 20" preserveAspectRatio="none">'
        f'<path d="{bars}"/></svg>{scale}'
    )


def _mode(one: Found) -> float:
    counts = one["histogram"]["counts"]
    return float(one["histogram"]["edges"][counts.index(max(counts))])


def _middle(one: Found) -> str:
    spread = one.get("stddev")
    if one["type"] == "date":
        return ""
    if spread is None:
        return f"mean {_shown(one['mean'], 'number')}"
    return f"{_shown(one['mean'], 'number')} ± {_shown(spread, 'number')}"


def _top(one: Found, rows: int) -> str:
    shown = one.get("top", [])[:SHOWN_TOP]
    bars = "".join(
        f'<li style="--share:{100 * each["rows"] / max(rows, 1):.1f}%"><span>{escape(_cut(str(each["value"])))}</span>'
        f"<span>{each['rows']:,}</span></li>"
        for each in shown
    )
    more = one.get("distinct", 0) - len(shown)
    return f'<ol class="top">{bars}</ol>' + (f"<p>and {more:,} more</p>" if more > 0 else "")


def _split(split: Found) -> str:
    by = split.get("stratifyBy") or split.get("timeColumn")
    group = split.get("groupColumn")
    how = (f", by {code(by)}" if by else "") + (f", all rows of a {code(group)} together" if group else "")
    about = "About " if group else ""
    return f"<p>{about}<b>{split['train']:,}</b> rows to train on, <b>{split['test']:,}</b> held out{how}.</p>"


def _written(reading: Found) -> str:
    files = [
        [code(file["name"]), escape(file.get("encoding", "")), _delimiter(file)] for file in reading.get("files", [])
    ]
    return table(["File", "Encoding", "Delimiter"], files) if files else ""


def _delimiter(file: Found) -> str:
    """Nothing where a file has one column."""
    delimiter = file.get("delimiter", "").replace("\t", "tab")
    return code(delimiter) if delimiter.isprintable() and delimiter else ""


def _shown(value: float, kind: str) -> str:
    if kind != "date":
        is_whole = WHOLE_FROM <= abs(value) < WHOLE_BELOW
        return f"{int(value):,}" if kind == "integer" else f"{value:,.0f}" if is_whole else f"{value:,.4g}"
    try:
        return datetime.fromtimestamp(value, UTC).strftime("%Y-%m-%d")
    except (OverflowError, ValueError, OSError):
        return f"{value:g} s"


def _cut(text: str) -> str:
    return text if len(text) <= LETTERS else f"{text[: LETTERS - 1]}…"


STYLE = """b { font-weight: 650 }
.bar { display: inline-block; height: .65rem; background: var(--accent); border-radius: 2px }
.trend { width: 5rem; height: 1rem; overflow: visible }
.trend polyline { fill: none; stroke: var(--accent); stroke-width: 2; vector-effect: non-scaling-stroke }
.done { border: 1px solid var(--line); border-radius: 99px; padding: 0 .6rem; font-size: .8rem; white-space: nowrap }
.done.reject { background: var(--accent); border-color: var(--accent); color: var(--page) }
.done.warn { border-style: dashed; border-color: var(--accent); font-weight: inherit }
.warn { color: var(--accent); font-weight: 600 }
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(15rem, 1fr)); gap: 1rem }
article { border: 1px solid var(--line); border-radius: 8px; padding: .8rem 1rem; content-visibility: auto;
  contain-intrinsic-size: 15rem 11rem; min-width: 0 }
article h3 { margin: 0; font-size: 1rem; overflow-wrap: anywhere }
article p { margin: 0 0 .5rem; font-size: .8rem }
article svg { display: block; width: 100%; height: 4.5rem; fill: var(--accent); border-bottom: 1px solid var(--line) }
.scale { display: flex; justify-content: space-between; gap: .5rem; font-variant-numeric: tabular-nums;
  white-space: nowrap }
.top { list-style: none; margin: 0; padding: 0; font-size: .85rem }
.top li { display: flex; justify-content: space-between; gap: .5rem; padding: .1rem .3rem; margin-bottom: 2px;
  border-radius: 3px; background: linear-gradient(to right, color-mix(in srgb, var(--accent) 28%, transparent)
  var(--share), transparent var(--share)) }
.top span:first-child { overflow: hidden; text-overflow: ellipsis; white-space: nowrap }
.strips { display: grid; grid-template-columns: minmax(5rem, 14rem) 1fr auto; gap: .3rem .8rem; align-items: center;
  font-size: .85rem; font-variant-numeric: tabular-nums }
.strips span { overflow: hidden; text-overflow: ellipsis; white-space: nowrap }
.strips svg { width: 100%; height: 1.1rem; fill: var(--accent); background: var(--line); border-radius: 3px }
section { overflow-x: auto }
"""
