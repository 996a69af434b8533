"""The model card as one page of HTML that stands alone: no script, no font, no picture from elsewhere."""

import json
from html import escape
from typing import Any

from colonnade_api.models.metrics import METRICS
from colonnade_api.pages import parts
from colonnade_api.pages.parts import code, section, sentences, table

from ...formatting import rounded
from . import drawing, fairness_tables, pictures


def render(card: dict[str, Any], comparison: dict[str, Any] | None = None) -> str:
    """The card as one self-contained HTML page: no script, no font, no picture from elsewhere.

    comparison: with the version that serves, as the answer of a training Job has it.
    """
    parameters, analysis = card["modelParameters"], card["quantitativeAnalysis"]
    sections = [
        section("Look at this", sentences(card["considerations"]["warnings"]))
        if card["considerations"]["warnings"]
        else "",
        section("Metrics", _metrics(analysis, parameters)) if analysis["metrics"] else "",
        section("Answers to the held-out rows", drawn) if (drawn := pictures.of_answers(analysis, parameters)) else "",
        section("What it leans on", leans) if (leans := pictures.of_inputs(analysis)) else "",
        *(section(f"Fairness by {of['column']}", _fairness(of)) for of in analysis.get("fairness", [])),
        section("Compared with what serves", _comparison(comparison, _directions(parameters))) if comparison else "",
        section("Target", _balance(analysis["balance"], parameters)) if analysis["balance"] else "",
        section("Training", _training(parameters, analysis)) if parameters["estimator"] else "",
        section("Inputs", table(["Name", "Type", "Encoding"], _inputs(parameters["inputs"]))),
        section("Outputs", table(["Name", "Type", "Shape"], _outputs(parameters["outputs"]))),
        section("Limits", sentences(card["considerations"]["limits"])),
        section("Lineage", _lineage(card)),
        section("Versions", _pairs(card["versions"])) if card["versions"] else "",
    ]
    estimator = (parameters["estimator"] or {}).get("name", "an imported model")
    subtitle = f"{escape(estimator)}" + (f" · {escape(parameters['task'])}" if parameters["task"] else "")
    if parameters["target"]:
        subtitle += f" of <b>{escape(parameters['target'])}</b>"
    return parts.page(card["model"], subtitle, sections, drawing.STYLE, "52rem")


def _fairness(of: dict[str, Any]) -> str:
    return pictures.of_groups(of) + drawing.wide(fairness_tables.render(of), f"Fairness by {of['column']}, in numbers")


def _metrics(analysis: dict[str, Any], parameters: dict[str, Any]) -> str:
    folds = analysis["crossValidation"]
    head = ["Metric", "Held-out rows", "95 % interval", *(["Folds: mean ± deviation"] if folds else [])]
    rows = []
    for name, metric in analysis["metrics"].items():
        row = [
            f"<b>{escape(name)}</b>",
            rounded(metric["value"]),
            f"{rounded(metric['low'])} – {rounded(metric['high'])}",
        ]
        if folds:
            found = folds.get(name)
            row.append(f"{rounded(found['mean'])} ± {rounded(found['std'], 2)} ({found['folds']})" if found else "")
        rows.append(row)
    repeated = _repeated(folds)
    agreed = analysis["parity"]
    note = (
        f"<p>Taken on {agreed['rows']:,} rows that training never saw, from the answers of the serving engine, which "
        f"agrees with scikit-learn on each of them (largest difference {agreed['worst']:.2g}).</p>"
        if agreed
        else ""
    )
    return table(head, rows) + repeated + _which(parameters) + _own(parameters) + note


def _repeated(folds: dict[str, Any]) -> str:
    told = [(name, found) for name, found in folds.items() if "repeats" in found]
    if not told:
        return ""
    spreads = ", ".join(f"{escape(name)} {rounded(found['spread'], 2)}" for name, found in told)
    return f"<p>Means over {told[0][1]['repeats']} repeats of the folds deviate by: {spreads}.</p>"


def _own(parameters: dict[str, Any]) -> str:
    own = parameters.get("ownMetrics", [])
    return (
        sentences([f"{each['name']} is {each['expression']}, {BETTER[each['direction']]}." for each in own])
        if own
        else ""
    )


BETTER = {"maximize": "better if greater", "minimize": "better if smaller"}


def _comparison(comparison: dict[str, Any], directions: dict[str, str]) -> str:
    serving = escape(comparison["modelVersion"])
    asked = f"Both were asked the same {comparison['rows']:,} held-out rows. " if comparison["rows"] else ""
    served = f"{serving} served {code(comparison['deployment'])} when this version was trained."
    said = f"<p>{asked}{escape(comparison['message'])} {served}</p>"
    unseen = comparison.get("unseen")
    of_these = f"<p>On the {unseen['rows']:,} of them that {serving} did not learn from:</p>" if unseen else ""
    more = _differences(unseen, serving, directions) if unseen else ""
    return _differences(comparison, serving, directions) + said + of_these + more


def _directions(parameters: dict[str, Any]) -> dict[str, str]:
    own = {each["name"]: each["direction"] for each in parameters.get("ownMetrics", [])}
    return {metric.name: metric.direction for metric in METRICS} | own


def _differences(compared: dict[str, Any], serving: str, directions: dict[str, str]) -> str:
    head = ["Metric", "This version", serving, "Difference", "95 % interval", "Better is"]
    rows = [
        [
            f"<b>{escape(name)}</b>",
            *(rounded(metric[of]) for of in ("value", "serving", "difference")),
            f"{rounded(metric['low'])} – {rounded(metric['high'])}",
            "greater" if directions[name] == "maximize" else "smaller",
        ]
        for name, metric in compared["metrics"].items()
    ]
    return table(head, rows) if rows else ""


def _which(parameters: dict[str, Any]) -> str:
    if parameters["positiveClass"] is not None:
        return f"<p>precision, recall, f1 and roc_auc are of the class {code(parameters['positiveClass'])}.</p>"
    return "<p>precision, recall, f1 and roc_auc are means over the classes.</p>" if parameters["classes"] else ""


def _balance(balance: list[dict[str, Any]], parameters: dict[str, Any]) -> str:
    if not parameters["classes"]:
        names = {"train": "Training", "test": "Held out"}
        head = ["Rows", *(name.capitalize() for name in balance[0] if name != "rows")]
        return table(
            head, [[names[of["rows"]], *(rounded(v, 6) for k, v in of.items() if k != "rows")] for of in balance]
        )
    totals = {side: sum(of[side] for of in balance) for side in ("train", "test")}
    rows = [
        [code(of["class"]), *(f"{of[side]:,} ({of[side] / max(total, 1):.1%})" for side, total in totals.items())]
        for of in balance
    ]
    more = len(parameters["classes"]) - len(balance)
    return table(["Class", "Training rows", "Held-out rows"], rows) + (
        f"<p>And {more:,} rarer classes.</p>" if more else ""
    )


def _training(parameters: dict[str, Any], analysis: dict[str, Any]) -> str:
    given = parameters["estimator"]["params"]
    rows = {
        "estimator": parameters["estimator"]["name"],
        **{key: json.dumps(value, ensure_ascii=False) for key, value in given.items()},
        "scale": parameters["preprocessing"]["scale"],
        "an unseen category": parameters["preprocessing"]["encode"]["handleUnknown"],
        "training rows": f"{analysis['rows']['train']:,}",
        "held-out rows": f"{analysis['rows']['test']:,}",
        "the label": _label(parameters),
        "rows count by": parameters.get("weightColumn"),
        "held-out groups": f"{analysis['groups']:,} of {parameters['groupColumn']}" if "groups" in analysis else None,
    }
    return _pairs(rows) + "<p>All other parameters are scikit-learn's defaults.</p>"


def _label(parameters: dict[str, Any]) -> str | None:
    cut = parameters.get("decisionThreshold")
    if cut is None:
        return None
    by = f", where {cut['metric']} over the folds is best, {rounded(cut['onFolds'])}" if "metric" in cut else ""
    return f"{parameters['positiveClass']} from a probability of {rounded(cut['value'])} on{by}"


def _lineage(card: dict[str, Any]) -> str:
    of = card["dataset"] or {}
    data = {"name of the dataset": of.get("name"), "its owner": of.get("owner"), "its licence": of.get("license")}
    return _pairs(data | card["lineage"])


def _pairs(rows: dict[str, Any]) -> str:
    return table([], [[escape(key), code(value)] for key, value in rows.items() if value is not None])


def _inputs(inputs: list[dict[str, Any]]) -> list[list[str]]:
    return [[code(tensor["name"]), escape(tensor["datatype"]), escape(tensor["encoding"])] for tensor in inputs]


def _outputs(outputs: list[dict[str, Any]]) -> list[list[str]]:
    return [[code(t["name"]), escape(t["datatype"]), escape(str(t["shape"]).replace("-1", "n"))] for t in outputs]
