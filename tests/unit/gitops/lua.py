"""Argo CD's way to run what its ConfigMap holds: Lua 5.1, its base and tables, and the clock where it is required."""

import json
from functools import cache
from typing import Any

import yaml
from lupa.lua51 import LuaRuntime, lua_type

from tests.unit.chart.rendered import named, render

Manifest = dict[str, Any]
BARE = """
getmetatable("").__index = nil
local time, date = os.time, os.date
package.loaded.os = nil
package.preload.os = function() return {time = time, date = date} end
os = nil
"""
ABSENT = ("string", "io", "math", "debug", "coroutine", "dofile", "loadfile", "python")
"""What Argo CD doesn't give to scripts from its ConfigMap."""


@cache
def customizations() -> dict[str, str]:
    """The data of the ConfigMap that the chart renders."""
    rendered = render({"gitops": {"argocd": {"customizations": True}}})
    return dict(named(rendered, "ConfigMap", "colonnade-argocd")["data"])


def run(script: str, manifest: Manifest) -> Any:
    """What the script returns of this object."""
    lua = LuaRuntime(unpack_returned_tuples=True)
    lua.execute(BARE)
    for name in ABSENT:
        lua.globals()[name] = None
    lua.globals()["obj"] = _table(lua, manifest)
    return _plain(lua.execute(script))


def health(manifest: Manifest) -> Manifest:
    """status and message."""
    script = customizations()[f"resource.customizations.health.colonnade.dev_{manifest['kind']}"]
    return dict(run(script, manifest))


def actions() -> Manifest:
    return dict(yaml.safe_load(customizations()["resource.customizations.actions.colonnade.dev_Deployment"]))


def offered(manifest: Manifest) -> set[str]:
    """The actions that can be chosen."""
    found = run(actions()["discovery.lua"], manifest)
    return {name for name, action in found.items() if not action["disabled"]}


def acted(action: str, manifest: Manifest) -> Manifest:
    """The object after the action."""
    script = next(one["action.lua"] for one in actions()["definitions"] if one["name"] == action)
    return dict(run(script, manifest))


def _table(lua: Any, value: Any) -> Any:
    if isinstance(value, dict):
        return lua.table_from({name: _table(lua, inner) for name, inner in value.items() if inner is not None})
    if isinstance(value, list):
        return lua.table_from([_table(lua, inner) for inner in value])
    return value


def _plain(value: Any) -> Any:
    if lua_type(value) != "table":
        return json.loads(json.dumps(value))
    inner = {key: _plain(each) for key, each in value.items()}
    return (
        [inner[number] for number in sorted(inner)] if inner and all(isinstance(key, int) for key in inner) else inner
    )
