"""One process, or a supervisor of several."""

from ..settings import Settings


def run(settings: Settings) -> str | None:
    """Serves until a signal comes; returns why it could not, None after a clean end."""
    from ..server.serve import serve  # noqa: PLC0415 - a supervisor does without onnxruntime and FastAPI

    return serve(settings)
