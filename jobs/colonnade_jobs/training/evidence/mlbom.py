"""The model's bill of materials, as CycloneDX 1.6 has it: the model with its card, its data, the libraries beneath it.

https://cyclonedx.org/docs/1.6/json/. Written here, since cyclonedx-python-lib has no modelCard; its strict schemas
check what is written, in tests.
"""

from typing import Any
from uuid import NAMESPACE_URL, uuid5

from colonnade_api.jobs import TrainingData
from colonnade_serving import digests

from ..facts import Facts

FILE = "model.cdx.json"
MOST_SLICES = 40
Part = dict[str, Any]


def describe(facts: Facts, card: Part, digest: str, files: dict[str, str]) -> Part:
    """card: as card.json has it. digest: the bundle's. files: its other files, by name, with their digests.

    The same for the same bundle: it names no time, and its serial number is made of the digest.
    """
    libraries = [_library(name, version) for name, version in sorted(card["versions"].items())]
    data = [_data(facts.dataset)] if facts.dataset else []
    model = f"model:{facts.model}"
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid5(NAMESPACE_URL, f'https://colonnade.dev/bundle/{digest}')}",
        "version": 1,
        "metadata": {
            "tools": {"components": [{"type": "application", "name": "colonnade-jobs"}]},
            "component": {
                "type": "machine-learning-model",
                "bom-ref": model,
                "name": facts.model,
                "version": digest,
                "hashes": [_hash(digest)],
                "modelCard": _card(facts, card),
                "components": [_file(name, of) for name, of in sorted(files.items())],
                "properties": [
                    {"name": f"colonnade:{name}", "value": str(value)}
                    for name, value in sorted(facts.lineage.items())
                    if value is not None
                ],
            },
        },
        "components": [*data, *libraries],
        "dependencies": [{"ref": model, "dependsOn": [each["bom-ref"] for each in (*data, *libraries)]}],
    }


def _card(facts: Facts, card: Part) -> Part:
    parameters, considerations = card["modelParameters"], card["considerations"]
    learnt = {"approach": {"type": "supervised"}} if facts.training else {}
    told = {
        "task": facts.task.lower() if facts.task else None,
        "modelArchitecture": facts.training.learner.name if facts.training else None,
        "datasets": [{"ref": _data(facts.dataset)["bom-ref"]}] if facts.dataset else None,
    }
    return {
        "modelParameters": {
            **learnt,
            **{name: value for name, value in told.items() if value},
            "inputs": [{"format": _format(tensor)} for tensor in parameters["inputs"]],
            "outputs": [{"format": _format(tensor)} for tensor in parameters["outputs"]],
        },
        "quantitativeAnalysis": {"performanceMetrics": [*_overall(facts), *_by_group(facts)]},
        "considerations": {
            "technicalLimitations": [*considerations["limits"], *considerations["warnings"]],
            **_fairness(facts),
        },
    }


def _format(tensor: Part) -> str:
    return f"{tensor['name']}: {tensor['datatype']} {tensor['shape']}"


def _overall(facts: Facts) -> list[Part]:
    return [_metric(name, found) for name, found in facts.metrics.items()]


def _by_group(facts: Facts) -> list[Part]:
    """Each rate of each group of a sensitive column."""
    found = [
        _metric(name, rate, f"held-out rows where {of['column']} is {group['name'] or 'missing'}")
        for of in facts.fairness
        for group in of["groups"]
        for name, rate in group["metrics"].items()
        if rate
    ]
    return found[:MOST_SLICES]


def _metric(name: str, found: Part, part: str = "held-out rows") -> Part:
    bounds = {"lowerBound": str(found["low"]), "upperBound": str(found["high"])}
    return {"type": name, "value": str(found["value"]), "slice": part, "confidenceInterval": bounds}


def _fairness(facts: Facts) -> Part:
    """Who might be treated otherwise: what is to be done about it isn't known here."""
    at_risk = [{"groupAtRisk": f"groups of {of['column']}", "harms": _unlike(of)} for of in facts.fairness]
    return {"fairnessAssessments": at_risk} if at_risk else {}


def _unlike(of: Part) -> str:
    measured = [f"{name} {each['value']} ({each['low']} to {each['high']})" for name, each in of["metrics"].items()]
    return "; ".join([*measured, *(f"{name}: too few of {groups}" for name, groups in of.get("small", {}).items())])


def _data(of: TrainingData) -> Part:
    licence = {"licenses": [{"license": {"name": of.license}}]} if of.license else {}
    owner = {"governance": {"owners": [{"organization": {"name": of.owner}}]}} if of.owner else {}
    return {
        "type": "data",
        "bom-ref": f"dataset:{of.name}",
        "name": of.name,
        "version": of.digest,
        "hashes": [_hash(of.digest)],
        **licence,
        "data": [{"type": "dataset", "name": of.name, **owner}],
    }


def _library(name: str, version: str) -> Part:
    python = name == "python"
    purl = f"pkg:generic/python@{version}" if python else f"pkg:pypi/{name}@{version}"
    return {
        "type": "platform" if python else "library",
        "bom-ref": purl,
        "name": name,
        "version": version,
        "purl": purl,
    }


def _file(name: str, digest: str) -> Part:
    return {"type": "file", "name": name, "hashes": [_hash(digest)]}


def _hash(digest: str) -> Part:
    return {"alg": "SHA-256", "content": digests.hex_of(digest)}
