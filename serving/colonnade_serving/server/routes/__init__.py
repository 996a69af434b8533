"""Every route that is not the hot one, answered by FastAPI, and the OpenAPI of all. The fast path answers infer."""

from .api import create_api

__all__ = ["create_api"]
