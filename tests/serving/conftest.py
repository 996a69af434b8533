"""The models that a server is started with, as the unit tests have them."""

from tests.unit.serving.conftest import bundle, late_flights, logistic, neighbours, s3, s3_endpoint

__all__ = ["bundle", "late_flights", "logistic", "neighbours", "s3", "s3_endpoint"]
