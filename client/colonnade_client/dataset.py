"""A Dataset and its versions."""

from colonnade_access.naming import Ambiguous, version_of
from colonnade_access.reading.tables import recorded
from colonnade_access.words import short
from colonnade_api import DatasetStatus
from colonnade_api import DatasetVersion as Recorded
from colonnade_api.kinds import DATASETS
from colonnade_client import html
from colonnade_client.datasetversion import DatasetVersion, tags_of
from colonnade_client.errors import Failed, InvalidSpec
from colonnade_client.report import Report
from colonnade_client.resource import Handle

LATEST = "latest"


class Dataset(Handle):
    """A table that is collected, validated, cleaned and versioned."""

    kind = DATASETS
    status_type = DatasetStatus

    @property
    def versions(self) -> list[DatasetVersion]:
        """The current one first."""
        return [DatasetVersion(self._session, self.item, each) for each in self._status.versions if each.digest]

    def version(self, which: str = LATEST) -> DatasetVersion:
        """latest: the one that training uses now; else a tag, or a digest's first digits. A tag or a whole
        digest, as lineage has it, also names a version that status lists no more.

        Raises Failed when nothing was collected yet; InvalidSpec, which names those that there are.
        """
        if not self.versions:
            found = self.condition("Ready")
            raise Failed(f"{self} has no version yet", found.reason if found else "NotSeen", self._doing())
        current = which == LATEST and LATEST not in tags_of(self.item)
        try:
            digest = f"sha256:{version_of(self.item, None if current else which)}"
        except Ambiguous as error:
            raise InvalidSpec(str(error)) from error
        listed = next((each for each in self.versions if each.digest == digest), None)
        return listed or DatasetVersion(self._session, self.item, recorded(self._session, self.item, digest))

    def report(self) -> Report:
        """Of the rows refused last; else of the current version."""
        refused: Recorded | None = self._status.refused
        if refused is None:
            return self.version().report()
        return Report.fetch(self._session, self.item, refused)

    def _facts(self) -> list[tuple[str, object]]:
        current = next(iter(self._status.versions), None)
        return [
            ("version", short(current.digest) if current else None),
            ("rows", f"{current.rows:,}" if current else None),
            ("description", self.spec.get("description")),
        ]

    def _tables(self) -> str:
        rows = [(short(each.digest), f"{each.rows:,}", each.created_at, ", ".join(each.tags)) for each in self.versions]
        return html.table(("version", "rows", "made", "tags"), rows)
