"""Rows to a Deployment and answers back, by the Open Inference Protocol's REST with its binary tensors."""

from colonnade_client.prediction.endpoint import Endpoint
from colonnade_client.prediction.predictor import Predictor
from colonnade_client.prediction.reach import reach

__all__ = ["Endpoint", "Predictor", "reach"]
