"""A model that is idle gives memory back, once for each time that it was used."""

from pathlib import Path

import numpy as np

from colonnade_serving.batching import InferenceTask, Limits
from colonnade_serving.loading import Source, load
from colonnade_serving.models import Models, start
from colonnade_serving.server.idle import Idle
from colonnade_serving.telemetry import Metrics, Observer


async def test_an_idle_model_shrinks_once_until_it_is_used_again(logistic: Path, tmp_path: Path):
    metrics = Metrics()
    source = Source(str(logistic), name="logistic")
    models = Models(
        lambda: {"logistic": [source]},
        lambda source: load(source, tmp_path),
        lambda model: start(model, lambda model: Observer(model, metrics), Limits()),
    )
    await models.begin()
    batcher = models.find("logistic").batcher
    idle, patient = Idle(models, 0.0), Idle(models, 1e6)
    for _ in range(2):
        assert patient.look() is None
        begun = idle.look()
        assert begun is not None
        await begun
        assert idle.look() is None
        await batcher.infer(InferenceTask({"X": np.ones((1, 3), np.float32)}, ("label",), 1))
    await models.drain()
