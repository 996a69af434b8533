"""What moved on a Deployment as a page to look at: each feature's rows, then and now, drawn from its status alone."""

from html import escape

from ..deployments.rollouts import Verdict
from ..monitoring.moved import Bin, FeatureVerdict
from . import parts
from .parts import section

GAP, BAR = 0.12, 0.38
"""Of a bin's width."""
HEIGHT = 20
WHAT = {"Missing": "have no value", "Unseen": "are of a category never seen", "OutOfRange": "lie out of range"}
MOST_LETTERS = 24
STYLE = """section > p { max-width: 60rem }
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(21rem, 1fr)); gap: 1.2rem }
article { border: 1px solid var(--line); border-radius: .5rem; padding: .9rem 1.1rem }
article.fail { border-color: var(--accent) }
h3 { margin: 0; font-size: 1rem; overflow-wrap: anywhere }
article p { margin: .1rem 0 .5rem; font-size: .88rem }
svg { width: 100%; height: 7rem; display: block }
.then { fill: var(--soft); opacity: .55 } .now { fill: var(--accent) }
.legend i { display: inline-block; width: .8em; height: .8em; margin: 0 .3em 0 1em; vertical-align: -.05em }
.legend .then { background: var(--soft); opacity: .55 } .legend .now { background: var(--accent) }
.scale { display: flex; justify-content: space-between; gap: .5rem; font-size: .78rem; margin: .3rem 0 0 !important }
b.fail { color: var(--accent) }
"""


def render(verdicts: tuple[Verdict, ...], name: str) -> str:
    """name: the Deployment's."""
    drawn = [verdict for verdict in verdicts if verdict.detail]
    legend = '<span class="legend"><i class="then"></i>then<i class="now"></i>now</span>' if drawn else ""
    subtitle = f"What moved since training {legend}" if drawn else "No signal has compared its rows yet."
    sections = [section(f"{verdict.signal}: {verdict.result}", _verdict(verdict)) for verdict in drawn]
    return parts.page(name, subtitle, sections, STYLE, "76rem")


def _verdict(verdict: Verdict) -> str:
    cards = "".join(map(_card, verdict.detail or ()))
    return f'<p>{escape(verdict.message or "")}</p><div class="cards">{cards}</div>'


def _card(each: FeatureVerdict) -> str:
    kind = "fail" if each.result == "Fail" else "pass"
    said = f"<b class={kind}>{escape(each.result)}</b> · {_measured(each)} · {each.rows:,} rows"
    return f'<article class="{kind}"><h3>{escape(each.feature)}</h3><p>{said}</p>{_histogram(each)}</article>'


def _measured(each: FeatureVerdict) -> str:
    if each.what in WHAT:
        return f"{each.value:.2%} {WHAT[each.what]} (limit {each.limit:.2%})"
    chance = "" if each.p_value is None else f", p {'&lt; 0.001' if each.p_value < 0.001 else f'= {each.p_value:.3f}'}"
    return f"PSI {each.value:.3g} (limit {each.limit:g}){chance}"


def _histogram(each: FeatureVerdict) -> str:
    bins = each.bins
    if not bins:
        return ""
    most = max(max(one.then, one.now) for one in bins) or 1.0
    bars = "".join(_bars(place, one, most) for place, one in enumerate(bins))
    label = escape("; ".join(f"{one.label}: {one.then:.1%} then, {one.now:.1%} now" for one in bins))
    picture = f'<svg role="img" aria-label="{label}" viewBox="0 0 {len(bins)} {HEIGHT}" preserveAspectRatio="none">'
    scale = f'<p class="scale"><span>{_cut(bins[0].label)}</span><span>{_cut(bins[-1].label)}</span></p>'
    return f"{picture}{bars}</svg>{scale}"


def _bars(place: int, one: Bin, most: float) -> str:
    said = f"<title>{escape(one.label)}: {one.then:.1%} then, {one.now:.1%} now</title>"
    sides = (("then", GAP, one.then), ("now", GAP + BAR, one.now))
    return "<g>" + said + "".join(_bar(name, place + at, share / most) for name, at, share in sides) + "</g>"


def _bar(name: str, at: float, height: float) -> str:
    tall = HEIGHT * height
    return f'<rect class="{name}" x="{at:.2f}" y="{HEIGHT - tall:.2f}" width="{BAR}" height="{tall:.2f}"/>'


def _cut(text: str) -> str:
    return escape(text if len(text) <= MOST_LETTERS else f"{text[: MOST_LETTERS - 1]}…")
