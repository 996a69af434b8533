"""A Deployment that serves the orders' model, and the versions that may follow it."""

from pathlib import Path
from typing import Any

import pandas as pd
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType
from sklearn.linear_model import LogisticRegression

from tests.e2e import tables
from tests.e2e.client import Model
from tests.e2e.world import (
    TIMEOUT_SECONDS,
    Manifest,
    Namespace,
    dataset,
    deployment,
    eventually,
    model_version,
    policy,
)

FEATURES = {"include": ["country", "price"]}
NAME = "orders"
SIGNALS: tuple[dict[str, Any], ...] = (
    {"name": "errors", "type": "ErrorRate", "max": 0.01, "window": "2m", "minSamples": 30, "action": "Rollback"},
    {
        "name": "slow",
        "type": "Latency",
        "quantile": 0.95,
        "maxDuration": "10s",
        "window": "2m",
        "minSamples": 30,
        "action": "Rollback",
    },
)
PATIENT = {"errors": True, "timeout": "10s"}  # these tests are not about latency, and a busy machine is no bad model


def canary(*steps: tuple[int, str]) -> dict[str, Any]:
    """Steps of a weight and how long it is held."""
    return {"canary": {"steps": [{"setWeight": each, "hold": hold} for each, hold in steps], "retryOnStable": PATIENT}}


CANARY = canary((20, "3s"), (50, "3s"))


def version(number: int, data: str = NAME, **training: Any) -> Manifest:
    """The nth version, an honest one; each has another regularisation, so that each is another model."""
    estimator = {"name": "sklearn.linear_model.LogisticRegression", "params": {"C": 1.0 / number}}
    return model_version(
        f"orders-{number}", data, "returned", estimator=estimator, model=NAME, **{"features": FEATURES, **training}
    )


def blind_version(number: int) -> Manifest:
    """A version that never saw a French order, and raises on the first: it fails about one request in seven."""
    return version(number, data="orders-without-france", preprocessing={"encode": {"handleUnknown": "Error"}})


def brought_along(name: str) -> Manifest:
    """A version of the same model that someone else made, waiting for its file."""
    return {
        "apiVersion": "colonnade.dev/v1alpha1",
        "kind": "ModelVersion",
        "metadata": {"name": name},
        "spec": {"model": NAME, "source": {"upload": {}}},
    }


def made_elsewhere(folder: Path) -> Path:
    """A classifier by another exporter's habits: one tensor, named otherwise than our columns."""
    frame = tables.mixed().dropna(subset=["price"])
    model = LogisticRegression().fit(frame[["price"]].to_numpy(), frame["returned"])
    graph = to_onnx(
        model,
        initial_types=[("amount", FloatTensorType([None, 1]))],
        options={"zipmap": False},
        target_opset={"": 18, "ai.onnx.ml": 3},
    )
    file = folder / "elsewhere.onnx"
    file.write_bytes(graph.SerializeToString())
    return file


def rows() -> list[dict[str, Any]]:
    frame = tables.mixed()
    frame = frame[frame["country"].notna()]
    return [
        {"country": country, "price": price} for country, price in zip(frame["country"], frame["price"], strict=True)
    ]


class Orders:
    """The Deployment `orders` in a namespace, and what is asked of it in the tests."""

    def __init__(
        self, namespace: Namespace, router: str, folder: Path, strategy: dict[str, Any] | None = None, **spec: Any
    ) -> None:
        self.namespace, self.folder = namespace, folder
        self.model = Model(router, namespace.name, NAME)
        namespace.apply(
            dataset(NAME),
            dataset("orders-without-france"),
            version(1),
            policy(NAME, *SIGNALS),
            self.deployment(**{"strategy": strategy or CANARY, **spec}),
        )
        frame = tables.mixed()
        namespace.push(NAME, tables.csv(folder, frame))
        namespace.push("orders-without-france", tables.csv(folder, _without_france(frame), "without-france.csv"))
        self.serves("orders-1")

    def deployment(self, **spec: Any) -> Manifest:
        return deployment(NAME, NAME, monitorPolicyRef={"name": NAME}, **spec)

    def waits(self, reason: str, words: str) -> None:
        """The rollout, for this reason and in these words."""

        def told() -> bool:
            progressing = self.namespace.condition("mdep", NAME, "Progressing")
            return progressing["reason"] == reason and words in progressing["message"]

        eventually(f"{reason}: {words}", told)

    def status(self) -> dict[str, Any]:
        return self.namespace.status("mdep", NAME)

    def candidate(self) -> str | None:
        found: str | None = (self.status().get("candidate") or {}).get("modelVersion")
        return found

    def serves(self, model_version: str, seconds: float = TIMEOUT_SECONDS) -> None:
        def settled() -> bool:
            status = self.status()
            return (status.get("stable") or {}).get("modelVersion") == model_version and not status.get("candidate")

        eventually(f"orders serves {model_version}", settled, seconds)
        self.namespace.becomes("mdep", NAME)

    def sends(self, weight: int, seconds: float = TIMEOUT_SECONDS) -> None:
        eventually(
            f"{weight} % on the candidate",
            lambda: (self.status().get("candidate") or {}).get("weight") == weight,
            seconds,
        )

    def rolls_back(self, model_version: str, because: str, seconds: float = TIMEOUT_SECONDS) -> None:
        def rejected() -> list[dict[str, Any]]:
            return [r for r in self.status().get("rejected", []) if r["modelVersion"] == model_version]

        found = eventually(f"{model_version} is rejected", rejected, seconds)
        assert found[0]["reason"] == because, found[0]


def _without_france(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[frame["country"] != "FR"]
