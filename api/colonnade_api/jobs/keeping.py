"""What a Job that keeps a Dataset's versions is told, and what it answers: `colonnade-jobs keep`."""

from typing import Annotated, Literal

from pydantic import Field

from colonnade_api.common import Count, Digest, Name, SpecPart, StatusPart, Uri, Word
from colonnade_api.datasets.dataset import DatasetSpec, DatasetVersion
from colonnade_api.datasets.erasure import SubjectHash
from colonnade_api.datasets.keeping import Backup
from colonnade_api.jobs import JobResult


class AuditTask(SpecPart):
    """To read these versions again; what is damaged is healed from the backup, where there is one."""

    kind: Literal["Audit"] = "Audit"
    versions: tuple[Digest, ...]


class BackUpTask(SpecPart):
    """To copy these versions, of which the backup may have some."""

    kind: Literal["BackUp"] = "BackUp"
    versions: tuple[DatasetVersion, ...]


class VerifyTask(SpecPart):
    """To restore each copy of these into scratch and compare digests; a copy that is damaged is made again."""

    kind: Literal["Verify"] = "Verify"
    versions: tuple[DatasetVersion, ...]


class RestoreTask(SpecPart):
    """To bring versions back into the store: these, those held (by their first hex digits), and the newest that the
    backup has of the Dataset, so many.

    listed: those that status lists, shortly; of the others the answer tells what it has room for. brought: an earlier
    Job has brought them all, and the rest alone is to be told.
    """

    kind: Literal["Restore"] = "Restore"
    versions: tuple[Digest, ...] = ()
    held: tuple[Word, ...] = ()
    newest: Count = 0
    listed: tuple[Word, ...] = ()
    brought: bool = False


class DiffTask(SpecPart):
    """To compare two versions."""

    kind: Literal["Diff"] = "Diff"
    before: Digest
    after: Digest


class CollectTask(SpecPart):
    """To mark what nothing refers to, and to remove what was marked a day ago.

    installation: whose store it is. references: units (colonnade_api.references) that stay. take_over: whoever
    collected before is no more; what it had marked is marked anew.
    """

    kind: Literal["Collect"] = "Collect"
    installation: Word
    references: tuple[str, ...]
    dry_run: bool = False
    take_over: bool = False


class HeldDescendant(SpecPart):
    """A version of another Dataset that must stay as it is, and was made of one that holds a subject."""

    dataset: Name
    version: Word
    why: str


class ForgetTask(SpecPart):
    """To write these versions anew without a subject's rows, and to destroy what held them.

    subject: its keyed hash; key_id: of the key that made it. versions: the current one first. held: why a version must
    stay as it is, by its digest; descendants: one that was made of it and must stay, likewise. needed: the names of
    other Datasets that need a stored version, by its digest.
    """

    kind: Literal["Forget"] = "Forget"
    subject: SubjectHash
    key_id: Word
    versions: tuple[Digest, ...]
    held: dict[str, str] = Field(default={})
    descendants: dict[str, HeldDescendant] = Field(default={})
    needed: dict[str, tuple[str, ...]] = Field(default={})


class CascadeTask(SpecPart):
    """To destroy these versions, which were made of others that are destroyed, since they held someone who is erased.

    rejected: so are the rows that were last refused. held: what stays, by its first hex digits. needed: as for
    ForgetTask, without those that are made of such ones themselves.
    """

    kind: Literal["Cascade"] = "Cascade"
    versions: tuple[Digest, ...]
    rejected: bool = True
    held: tuple[Word, ...] = ()
    needed: dict[str, tuple[str, ...]] = Field(default={})


class RotateTask(SpecPart):
    """To wrap the data keys of these by the key that the spec names, in the store and in the backup."""

    kind: Literal["Rotate"] = "Rotate"
    versions: tuple[DatasetVersion, ...]


KeepTask = Annotated[
    AuditTask | BackUpTask | VerifyTask | RestoreTask | DiffTask | CollectTask | ForgetTask | CascadeTask | RotateTask,
    Field(discriminator="kind"),
]


class KeepJob(SpecPart):
    """One thing to do for the versions of a Dataset."""

    namespace: str
    name: str
    spec: DatasetSpec
    task: KeepTask

    @property
    def backup(self) -> Backup | None:
        return self.spec.backup


REWRITTEN_AT_ONCE = 8
"""An answer names each by its digest, and has 4,096 bytes."""


class Rewritten(StatusPart):
    """What is in a version's place. before: the version. after: None where no row was left."""

    before: Digest
    after: Digest | None = None
    rows: Count = 0
    bytes: Count = 0
    invalid_rows: Count = 0
    report_digest: Digest | None = None


class KeepResult(JobResult):
    """A definite answer to a KeepJob.

    done: the versions that are now proven or copied, by their first hex digits, as many as SHORT_REFERENCE. restored:
    versions that a status may lack, newest first; `omitted` names it where there was no room for all.
    rewritten: of an erasure, what is in whose place; left: how many more versions hold the subject, which another Job
    writes anew; bundles: those that hold the subject's value, by as many digits.
    """

    outcome: Literal["Succeeded", "Failed"]
    done: tuple[Word, ...] = ()
    restored: tuple[DatasetVersion, ...] = ()
    rewritten: tuple[Rewritten, ...] = ()
    left: Count = 0
    bundles: tuple[Word, ...] = ()
    bytes: Count | None = None
    report_uri: Uri | None = None
    report_digest: Digest | None = None
    page_uri: Uri | None = None


SHORT_REFERENCE = 16


def shortly(digest: str) -> str:
    """A version in `done`."""
    return digest.removeprefix("sha256:")[:SHORT_REFERENCE]
