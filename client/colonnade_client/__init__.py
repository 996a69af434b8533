"""Colonnade from a notebook: read a Dataset's version, train from it, ask a Deployment, look at a report.

    from colonnade_client import Client

    client = Client()
    flights = client.dataset("flights").version("latest").to_pandas()

Objects are what the API server said when they were fetched; `refresh()` asks again. Each error is a ColonnadeError,
whose words say what to do.
"""

from colonnade_access import ColonnadeError, NotFound
from colonnade_client.client import Client
from colonnade_client.dataset import Dataset
from colonnade_client.datasetversion import DatasetVersion
from colonnade_client.deployment import Deployment
from colonnade_client.errors import (
    Corrupt,
    Encrypted,
    Failed,
    InvalidSpec,
    MissingExtra,
    PredictionError,
    TookTooLong,
    UnsuitableData,
)
from colonnade_client.model import Model
from colonnade_client.modelversion import ModelVersion
from colonnade_client.monitor import Monitor
from colonnade_client.report import Report

__all__ = [
    "Client",
    "ColonnadeError",
    "Corrupt",
    "Dataset",
    "DatasetVersion",
    "Deployment",
    "Encrypted",
    "Failed",
    "InvalidSpec",
    "MissingExtra",
    "Model",
    "ModelVersion",
    "Monitor",
    "NotFound",
    "PredictionError",
    "Report",
    "TookTooLong",
    "UnsuitableData",
]
