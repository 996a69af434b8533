"""Many Deployments of one model, each asked steadily, each taken from version to version."""

import json
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from demo.traffic import Traffic
from tests.e2e import tables
from tests.e2e.client import Model
from tests.e2e.orders import NAME, SIGNALS, blind_version, canary, rows, version
from tests.e2e.world import Manifest, Namespace, dataset, deployment, kubectl, policy

GOOD = (1, 2, 3, 4)
BLIND = 5
"""A version that fails on what one request in seven asks."""
READY_SECONDS = 900
SMALL = {"requests": {"cpu": "10m", "memory": "96Mi"}, "limits": {"memory": "512Mi"}}
STEPS = canary((30, "5s"), (60, "5s"))


@dataclass
class Fleet:
    namespace: Namespace
    names: tuple[str, ...]
    router: str = field(default_factory=lambda: os.environ["COLONNADE_URL"])
    failed: set[str] = field(default_factory=set)
    """Those that were sent the blind version: what was rejected once isn't tried again."""
    _good: dict[str, int] = field(default_factory=dict)

    def start(self, folder: Path) -> None:
        """All of them on the first version, ready."""
        frame = tables.mixed()
        without_france = frame[frame["country"] != "FR"]
        versions = [*(version(number) for number in GOOD), blind_version(BLIND)]
        self.namespace.apply(dataset(NAME), dataset("orders-without-france"), policy(NAME, *SIGNALS), *versions)
        self.namespace.push(NAME, tables.csv(folder, frame))
        self.namespace.push("orders-without-france", tables.csv(folder, without_france, "without-france.csv"))
        for number in (*GOOD, BLIND):
            self.namespace.becomes("mv", f"orders-{number}", seconds=READY_SECONDS)
        self.namespace.apply(*(self._deployment(name) for name in self.names))
        for name in self.names:
            self._good[name] = 1
            self.namespace.becomes("mdep", name, seconds=READY_SECONDS)

    def roll_out(self, name: str) -> str:
        """To the next honest version."""
        self._good[name] = self._good[name] % len(GOOD) + 1
        return self._ask_for(name, self._good[name])

    def roll_out_blind(self, name: str) -> str:
        """To one that is rolled back."""
        self.failed.add(name)
        return self._ask_for(name, BLIND)

    def at_rest(self) -> dict[str, str]:
        """What is still under way, by Deployment; empty when all of them have ended where they should."""
        found = {item["metadata"]["name"]: item for item in self.namespace.all("mdep")}
        return {name: said for name in self.names if (said := self._unsettled(name, found[name]))}

    def outcomes(self) -> dict[str, int]:
        """How rollouts ended, of all that histories still tell."""
        counted: dict[str, int] = {}
        for item in self.namespace.all("mdep"):
            for over in item["status"].get("history", []):
                counted[over["outcome"]] = counted.get(over["outcome"], 0) + 1
        return counted

    @contextmanager
    def asked(self, rate: float) -> Iterator[list[Traffic]]:
        """So many requests a second in all, spread over the Deployments."""
        with ExitStack() as stack:
            yield [stack.enter_context(_load(self._model(name), rate / len(self.names))) for name in self.names]

    def _model(self, name: str) -> Model:
        return Model(self.router, self.namespace.name, name)

    def _ask_for(self, name: str, number: int) -> str:
        wanted = {"spec": {"model": {"version": f"orders-{number}"}}}
        kubectl("patch", "mdep", name, "-n", self.namespace.name, "--type=merge", "-p", json.dumps(wanted))
        return f"{name} to orders-{number}"

    def _deployment(self, name: str) -> Manifest:
        made = deployment(
            name, NAME, replicas=2, strategy=STEPS, serving={"resources": SMALL},
            monitorPolicyRef={"name": NAME}, rollback={"historyLimit": 20},
        )  # fmt: skip
        made["spec"]["model"] = {"name": NAME, "version": "orders-1"}
        return made

    def _unsettled(self, name: str, live: Manifest) -> str:
        status: dict[str, Any] = live.get("status") or {}
        serves = (status.get("stable") or {}).get("modelVersion")
        if status.get("candidate"):
            return f"a candidate at {status['candidate'].get('weight')} %"
        wanted = f"orders-{self._good[name]}"
        asked = live["spec"]["model"]["version"]
        if asked == f"orders-{BLIND}" and not any(each["modelVersion"] == asked for each in status.get("rejected", [])):
            return f"{asked} is not rejected yet"
        return "" if serves == wanted else f"{serves} serves, {wanted} is due"


@contextmanager
def _load(model: Model, rate: float) -> Iterator[Traffic]:
    with model.under_load(rows(), rate) as traffic:
        yield traffic
