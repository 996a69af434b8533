"""Keys as a Job finds them: files, and their names."""

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path

import pytest


def given(patch: pytest.MonkeyPatch, keys: Mapping[str, str]) -> Path:
    """The Job has these keys, by their names; where their files are."""
    folder = Path(tempfile.mkdtemp())
    for n, value in enumerate(keys.values()):
        (folder / str(n)).write_text(value)
    patch.setenv("COLONNADE_KEYS", json.dumps(list(keys)))
    patch.setenv("COLONNADE_KEYS_FOLDER", str(folder))
    return folder
