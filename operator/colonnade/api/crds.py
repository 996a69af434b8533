"""`python -m colonnade.api.crds`: writes crds/ and the chart's copy; with --check only says which of them has drifted."""

import argparse
import sys
from pathlib import Path
from typing import Any

import yaml

from colonnade.api import GROUP, KINDS, VERSION
from colonnade.api.common import LABEL_PATTERN, MAX_NAME, Column, Resource
from colonnade.api.schema import Schema, structural

REPOSITORY = Path(__file__).resolve().parents[3]
HEADER = "# Generated from operator/colonnade/api by `make crds`; not to be edited by hand.\n"
NAME_RULE = {
    "rule": f"size(self.metadata.name) <= {MAX_NAME} && self.metadata.name.matches('{LABEL_PATTERN}')",
    "message": f"metadata.name is at most {MAX_NAME} of the letters a-z, digits and '-', starts with a letter and does not end "
    "with '-': the names of pods and Services are made from it",
}
KEEP = """\
  {{- if .Values.crds.keep }}
  annotations:
    helm.sh/resource-policy: keep
  {{- end }}
"""


def crd(kind: type[Resource]) -> dict[str, Any]:
    """The CustomResourceDefinition of a kind."""
    names, name = kind.names, kind.__name__
    version = {
        "name": VERSION,
        "served": True,
        "storage": True,
        "subresources": {"status": {}, **(SCALE if names.scale else {})},
        "additionalPrinterColumns": [_column(column) for column in names.columns],
        "schema": {"openAPIV3Schema": _schema(kind)},
    }
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{names.plural}.{GROUP}"},
        "spec": {
            "group": GROUP,
            "scope": "Namespaced",
            "names": {
                "kind": name,
                "listKind": f"{name}List",
                "plural": names.plural,
                "singular": name.lower(),
                "shortNames": [names.short],
                "categories": ["colonnade"],
            },
            "versions": [version],
        },
    }


SCALE = {
    "scale": {
        "specReplicasPath": ".spec.replicas",
        "statusReplicasPath": ".status.replicas",
        "labelSelectorPath": ".status.selector",
    }
}


def _schema(kind: type[Resource]) -> Schema:
    fields = kind.model_fields
    spec, status = fields["spec"], fields["status"]
    return {
        "description": " ".join((kind.__doc__ or "").split()),
        "type": "object",
        "required": ["spec"],
        "x-kubernetes-validations": [NAME_RULE],
        "properties": {
            "apiVersion": {"type": "string", "description": f"{GROUP}/{VERSION}."},
            "kind": {"type": "string", "description": f"{kind.__name__}."},
            "metadata": {"type": "object"},
            "spec": {**structural(_type(spec)), "description": spec.description},
            "status": {**structural(_type(status), observed=True), "description": status.description},
        },
    }


def _type(field: Any) -> Any:
    return field.annotation


def _column(column: Column) -> dict[str, Any]:
    shown = {"name": column.name, "type": column.type, "jsonPath": column.path}
    return {
        **shown,
        **({"description": column.about} if column.about else {}),
        **({"priority": 1} if column.wide else {}),
    }


def files(repository: Path) -> dict[Path, str]:
    """What has to lie where: each CRD as it is, and as a template of the chart."""
    written = {}
    for kind in KINDS:
        text = yaml.safe_dump(crd(kind), sort_keys=False, width=120, allow_unicode=True)
        written[repository / f"crds/{kind.names.plural}.yaml"] = HEADER + text
        written[repository / f"helm/colonnade/templates/crds/{kind.names.plural}.yaml"] = HEADER + _template(text)
    return written


def _template(text: str) -> str:
    escaped = text.replace("{{", '{{ "{{" }}')
    name = next(line for line in escaped.splitlines(keepends=True) if line.startswith("  name: "))
    return "{{- if .Values.crds.enabled }}\n" + escaped.replace(name, name + KEEP, 1) + "{{- end }}\n"


def drifted(repository: Path) -> list[Path]:
    """The files that are not what the types say, and those that no kind has any more."""
    wanted = files(repository)
    stale = [path for path, text in wanted.items() if not path.exists() or path.read_text() != text]
    lying = {path for folder in {path.parent for path in wanted} for path in folder.glob("*.yaml")}
    return sorted({*stale, *(lying - set(wanted))})


def main(arguments: list[str] | None = None) -> int:
    """Returns the exit status: 1 where --check finds drift."""
    parser = argparse.ArgumentParser(prog="python -m colonnade.api.crds", description=__doc__)
    parser.add_argument(
        "--check", action="store_true", help="write nothing; exit 1 and name each file that has drifted"
    )
    checking = parser.parse_args(arguments).check
    stale = drifted(REPOSITORY)
    for path in stale:
        print(f"{path.relative_to(REPOSITORY)}: {'differs from the types; run `make crds`' if checking else 'written'}")
    if checking:
        return 1 if stale else 0
    write(REPOSITORY)
    return 0


def write(repository: Path) -> None:
    """Makes every file what the types say."""
    wanted = files(repository)
    for path in drifted(repository):
        if path not in wanted:
            path.unlink()
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(wanted[path])


if __name__ == "__main__":
    sys.exit(main())
