"""The same cluster and words as the end-to-end tests; here things are broken on purpose."""

from tests.e2e.conftest import installed, namespace, router
from tests.faults.nodes import second_node

__all__ = ["installed", "namespace", "router", "second_node"]
