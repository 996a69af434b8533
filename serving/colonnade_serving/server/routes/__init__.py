"""Every route that is not the hot one, and the OpenAPI of all of them. FastAPI answers here; the lane answers infer."""

from .api import create_api

__all__ = ["create_api"]
