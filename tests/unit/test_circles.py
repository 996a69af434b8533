"""No module imports one that imports it, however far around: what can be read alone can be changed alone.

Imports for types count as well: who reads a file has to know what it names.
"""

from collections.abc import Collection, Mapping
from graphlib import CycleError, TopologicalSorter

import grimp

PACKAGES = (
    "colonnade_api",
    "colonnade_access",
    "colonnade_client",
    "colonnade",
    "colonnade_serving",
    "colonnade_jobs",
    "cluster",
    "demo",
)


def circle(imports: Mapping[str, Collection[str]]) -> list[str]:
    """A circle of modules, each imported by the next; empty when there is none."""
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as found:
        return list(found.args[1])
    return []


def test_no_module_imports_what_imports_it():
    graph = grimp.build_graph(*PACKAGES, exclude_type_checking_imports=False, cache_dir=None)
    assert circle({module: graph.find_modules_directly_imported_by(module) for module in graph.modules}) == []


def test_a_circle_is_found():
    assert circle({"a": ["b"], "b": ["c"], "c": ["a"], "d": ["a"]}) != []
    assert circle({"a": ["b", "c"], "b": ["c"], "c": []}) == []
