"""What clients may ask of the repository."""

from collections.abc import Iterable

from ..protocol.errors import ProtocolError


def check_control(allowed: bool) -> None:
    """Raises ProtocolError (403) where models are not loaded and unloaded over the network: --model-control."""
    if not allowed:
        raise ProtocolError("models are not loaded or unloaded over the network here; --model-control allows it", 403)


def check_parameters(names: Iterable[str]) -> None:
    """Raises ProtocolError (400) where a load's parameters would have it be another model than the repository's."""
    for name in names:
        if name == "config" or name.startswith("file:"):
            raise ProtocolError(f"parameters.{name}: a model is loaded as the repository has it")
