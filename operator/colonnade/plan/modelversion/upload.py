"""A model that someone pushes: the annotation says which file, and until then there is nothing to import."""

import re
from collections.abc import Mapping

from colonnade_api import ModelVersionSpec
from colonnade_api.common import DIGEST_PATTERN
from colonnade_api.wellknown import UPLOAD_ANNOTATION


def pushed(annotations: Mapping[str, str], spec: ModelVersionSpec) -> str:
    """The digest of the file that was pushed; empty while there is none, or where none is read."""
    told = annotations.get(UPLOAD_ANNOTATION, "") if expects_upload(spec) else ""
    return told if re.fullmatch(DIGEST_PATTERN, told) else ""


def expects_upload(spec: ModelVersionSpec) -> bool:
    return spec.source is not None and spec.source.upload is not None
