"""What one Job that forgets works on."""

from dataclasses import dataclass
from pathlib import Path

from colonnade_api.jobs.keeping import ForgetTask, KeepJob
from colonnade_serving.store import Store

from ...data.encryption import Keyring
from ...data.privacy.subjects import Erased
from ..copies import Copies


@dataclass(frozen=True)
class Erasure:
    """copies: None where there is no backup. subject: all who are forgotten, this one and those before."""

    job: KeepJob
    task: ForgetTask
    store: Store
    copies: Copies | None
    subject: Erased
    ring: Keyring
    scratch: Path
