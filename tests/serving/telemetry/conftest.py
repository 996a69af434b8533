from tests.unit.serving.telemetry.conftest import matrix

__all__ = ["matrix"]
