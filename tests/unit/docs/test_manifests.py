from typing import Any

import pytest

from colonnade_api import KINDS
from tests.documented import manifests

MODELS = {kind.__name__: kind for kind in KINDS}


@pytest.mark.parametrize(("page", "manifest"), manifests(), ids=lambda part: part if isinstance(part, str) else "")
def test_what_the_docs_tell_to_apply_is_valid(page: str, manifest: dict[str, Any]) -> None:
    assert MODELS[manifest["kind"]].model_validate(manifest).metadata.name
