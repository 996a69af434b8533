"""The files in crds/ and the chart's copy: as the types say, or drifted from them."""

import re
from pathlib import Path

import yaml

from colonnade_api import KINDS
from colonnade_api.crds.definition import definition

REPOSITORY = Path(__file__).resolve().parents[3]
PLAIN = Path("crds")
CHART = Path("helm/colonnade/templates/crds")
HEADER = "# Generated from api/colonnade_api by `make crds`; not to be edited by hand.\n"
KEEP = """\
  {{- if .Values.crds.keep }}
  annotations:
    helm.sh/resource-policy: keep
  {{- end }}
"""


class Dumper(yaml.SafeDumper):
    """Quotes y and n, which Helm's YAML would take for booleans."""


Dumper.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^[yYnN]$"), list("yYnN"))


def files(repository: Path) -> dict[Path, str]:
    """What has to lie where: each CRD as it is, and as a template of the chart."""
    written = {}
    for kind in KINDS:
        text = yaml.dump(definition(kind), Dumper=Dumper, sort_keys=False, width=120, allow_unicode=True)
        written[repository / PLAIN / f"{kind.names.plural}.yaml"] = HEADER + text
        written[repository / CHART / f"{kind.names.plural}.yaml"] = HEADER + _template(text)
    return written


def _template(text: str) -> str:
    escaped = text.replace("{{", '{{ "{{" }}')
    name = next(line for line in escaped.splitlines(keepends=True) if line.startswith("  name: "))
    return "{{- if .Values.crds.enabled }}\n" + escaped.replace(name, name + KEEP, 1) + "{{- end }}\n"


def drifted(repository: Path) -> list[Path]:
    """The files that are not what the types say, and those of kinds that are no more."""
    wanted = files(repository)
    differing = {path for path, text in wanted.items() if not path.exists() or path.read_text() != text}
    lying = {path for folder in (PLAIN, CHART) for path in (repository / folder).glob("*.yaml")}
    return sorted(differing | lying - set(wanted))


def write(repository: Path) -> list[Path]:
    """Makes every file what the types say; returns those that weren't."""
    wanted, changed = files(repository), drifted(repository)
    for path in changed:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path in wanted:
            path.write_text(wanted[path])
        else:
            path.unlink()
    return changed
