"""The model card: what the model is, how good, from what, and where it ends. As JSON, and as one page of HTML."""

from html import escape
from typing import TYPE_CHECKING, Any

from colonnade_serving.bundle import TensorSignature

if TYPE_CHECKING:
    from .bundle import Facts

ENCODINGS = {
    "number": "a number; null or NaN where missing; booleans as 0 and 1",
    "category": "a text of few; the empty text where missing",
    "text": "words; the empty text where missing",
    "date": "seconds since 1970-01-01 in UTC; null or NaN where missing",
    None: "as the brought-along graph has it",
}


def describe(facts: "Facts") -> dict[str, Any]:
    """The card as CycloneDX's modelCard divides it: modelParameters, quantitativeAnalysis, considerations."""
    return {
        "bomFormat": "colonnade.dev/card/v1",
        "model": facts.model,
        "modelParameters": {
            "task": facts.task,
            "estimator": facts.training.estimator.model_dump() if facts.training else None,
            "target": facts.training.target if facts.training else None,
            "inputs": [_tensor(tensor) | {"encoding": ENCODINGS[tensor.kind]} for tensor in facts.inputs],
            "outputs": [_tensor(tensor) for tensor in facts.outputs],
            "classes": facts.classes,
            "leftOut": facts.left_out,
        },
        "quantitativeAnalysis": {
            "rows": facts.rows,
            "metrics": facts.metrics,
            "crossValidation": facts.cross_validation,
            "parity": facts.parity,
        },
        "considerations": {"limits": _limits(facts)},
        "lineage": facts.lineage,
    }


def page(card: dict[str, Any]) -> str:
    """The card as one self-contained HTML page: no script, no font, no picture from elsewhere."""
    parameters, analysis = card["modelParameters"], card["quantitativeAnalysis"]
    sections = [
        _section("Metrics", _metrics(analysis)) if analysis["metrics"] else "",
        _section("Inputs", _table(["Name", "Type", "Encoding"], _inputs(parameters["inputs"]))),
        _section("Outputs", _table(["Name", "Type", "Shape"], _outputs(parameters["outputs"]))),
        _section(
            "Lineage", _table([], [[key, _code(value)] for key, value in card["lineage"].items() if value is not None])
        ),
        _section(
            "Limits",
            "<ul>" + "".join(f"<li>{escape(limit)}</li>" for limit in card["considerations"]["limits"]) + "</ul>",
        ),
    ]
    estimator = (parameters["estimator"] or {}).get("name", "a model brought along")
    subtitle = f"{escape(estimator)}" + (f" · {escape(parameters['task'])}" if parameters["task"] else "")
    if parameters["target"]:
        subtitle += f" of <b>{escape(parameters['target'])}</b>"
    title = escape(card["model"])
    return PAGE.format(title=title, subtitle=subtitle, sections="\n".join(filter(None, sections)))


def _limits(facts: "Facts") -> list[str]:
    if facts.training is None:
        return ["The model was made elsewhere: its quality was not measured here."]
    known = (
        "is refused"
        if facts.training.preprocessing.encode.handle_unknown == "Error"
        else "counts as none of the known ones"
    )
    limits = [
        f"The metrics hold for rows like the {facts.rows['test']:,} held out; on others they may differ.",
        f"A category that training never saw {known}.",
        "What the columns tell is learnt; whether it is a cause, or fair, is not.",
    ]
    left_out = [f"{name} ({reason})" for name, reason in facts.left_out.items()]
    return limits + ([f"Not learnt from: {', '.join(left_out)}."] if left_out else []) + facts.notes


def _metrics(analysis: dict[str, Any]) -> str:
    folds = analysis["crossValidation"]
    head = ["Metric", "Held-out rows", "95 % interval", *(["Folds: mean ± deviation"] if folds else [])]
    rows = []
    for name, metric in analysis["metrics"].items():
        row = [f"<b>{escape(name)}</b>", f"{metric['value']:.4g}", f"{metric['low']:.4g} – {metric['high']:.4g}"]
        if folds:
            found = folds.get(name)
            row.append(f"{found['mean']:.4g} ± {found['std']:.2g} ({found['folds']})" if found else "")
        rows.append(row)
    agreed = analysis["parity"]
    note = (
        f"<p>Taken on {agreed['rows']:,} rows that training never saw, from the answers of the serving engine, which "
        f"agrees with scikit-learn on each of them (largest difference {agreed['worst']:.2g}).</p>"
        if agreed
        else ""
    )
    return _table(head, rows) + note


def _inputs(inputs: list[dict[str, Any]]) -> list[list[str]]:
    return [[_code(tensor["name"]), escape(tensor["datatype"]), escape(tensor["encoding"])] for tensor in inputs]


def _outputs(outputs: list[dict[str, Any]]) -> list[list[str]]:
    return [[_code(t["name"]), escape(t["datatype"]), escape(str(t["shape"]).replace("-1", "n"))] for t in outputs]


def _tensor(tensor: TensorSignature) -> dict[str, Any]:
    return {"name": tensor.name, "datatype": tensor.datatype, "shape": tensor.shape}


def _code(value: object) -> str:
    return f"<code>{escape(str(value))}</code>"


def _section(title: str, body: str) -> str:
    return f"<section><h2>{escape(title)}</h2>{body}</section>"


def _table(head: list[str], rows: list[list[str]]) -> str:
    top = "<tr>" + "".join(f"<th>{escape(cell)}</th>" for cell in head) + "</tr>" if head else ""
    return (
        f"<table>{top}" + "".join("<tr>" + "".join(f"<td>{c}</td>" for c in row) + "</tr>" for row in rows) + "</table>"
    )


PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; --ink: #1d2433; --soft: #5d6678; --line: #e1e5ec; --page: #fbfbfd;
  --accent: #7a5c2e }}
@media (prefers-color-scheme: dark) {{
  :root {{ --ink: #e7eaf1; --soft: #9aa3b5; --line: #2c3342; --page: #141821; --accent: #d8b67c }}
}}
body {{ margin: 0 auto; max-width: 52rem; padding: 3rem 1.5rem; background: var(--page); color: var(--ink);
  font: 16px/1.55 system-ui, sans-serif }}
h1 {{ margin: 0; font-size: 2rem; letter-spacing: -.02em }}
header p, section p {{ color: var(--soft) }}
header {{ border-bottom: 3px solid var(--accent); padding-bottom: .4rem }}
h2 {{ margin: 2.2rem 0 .6rem; font-size: .85rem; text-transform: uppercase; letter-spacing: .1em;
  color: var(--accent) }}
table {{ border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums }}
th {{ text-align: left; font-weight: 500; color: var(--soft) }}
td, th {{ padding: .4rem .8rem .4rem 0; border-bottom: 1px solid var(--line); vertical-align: top }}
code {{ font: .88em ui-monospace, monospace; overflow-wrap: anywhere }}
</style></head>
<body><header><h1>{title}</h1><p>{subtitle}</p></header>
{sections}
</body></html>
"""
