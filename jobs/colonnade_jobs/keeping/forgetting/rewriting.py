"""A version without someone's rows: a version like any other, of the same schema, made when the old one was."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from colonnade_api.stored import DATA, QUARANTINE, REPORT, Identity, canonical_json
from colonnade_api.stored.identity import SEAL
from colonnade_serving.digests import hex_of

from ...data import encryption
from ...data.versions import content, version
from . import anonymous, finding, reporting
from .erasure import Erasure
from .opening import Opened

MADE_ANEW = ("digest", "files", "report", "encrypted", SEAL)


def rewrite(opened: Opened, erasure: Erasure, folder: Path) -> dict[str, Any] | None:
    """Stores the version without the subjects' rows; returns its manifest, None where no row is left.

    folder: an empty one, for what is to be stored.
    """
    erased, spec = erasure.subject, erasure.job.spec
    digests = {
        name: content.write(finding.others(opened, name, erased), _names(opened.folder / name), folder / name)
        for name in (DATA, QUARANTINE)
    }
    digests[DATA] = anonymous.suppress(spec.privacy, folder / DATA) or digests[DATA]
    rows, invalid = (pq.read_metadata(folder / name).num_rows for name in (DATA, QUARANTINE))
    if not rows:
        return None
    identity = replace(Identity.of(opened.manifest), content=digests[DATA], quarantine=digests[QUARANTINE])
    report = reporting.without(opened, erased, folder)
    (folder / REPORT).write_bytes(canonical_json(report))
    version.write_page(folder, hex_of(identity.digest)[:10])
    facts = {
        key: value for key, value in opened.manifest.items() if key not in MADE_ANEW and key not in identity.fields()
    }
    facts |= {"rows": rows, "invalidRows": invalid, "bytes": (folder / DATA).stat().st_size}
    facts |= {"digest": identity.digest}
    wrapping = encryption.wrapping_key(spec, erasure.ring)
    facts |= encryption.protect_folder(folder, identity.digest, wrapping)
    return version.publish(erasure.store, folder, identity, facts)


def _names(table: Path) -> list[str]:
    return list(pq.read_schema(table).names)
