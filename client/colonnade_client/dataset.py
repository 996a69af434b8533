"""A Dataset and its versions."""

import re

from colonnade_access.words import count, short
from colonnade_api import DatasetStatus
from colonnade_api import DatasetVersion as Recorded
from colonnade_api.common import DIGEST_PATTERN
from colonnade_api.kinds import DATASETS
from colonnade_client import html
from colonnade_client.datasetversion import DatasetVersion, tags_of
from colonnade_client.errors import Failed, InvalidSpec
from colonnade_client.report import Report
from colonnade_client.resource import Handle
from colonnade_client.store.proven import recorded

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
        tagged = tags_of(self.item).get(which)
        if which == LATEST and tagged is None:
            return self._listed(self._status.current) or self.versions[0]
        if whole := tagged or (which if re.fullmatch(DIGEST_PATTERN, which) else None):
            return self._listed(whole) or self._stored(whole)
        return self._beginning(which)

    def _listed(self, digest: str | None) -> DatasetVersion | None:
        return next((each for each in self.versions if each.digest == digest), None)

    def _stored(self, digest: str) -> DatasetVersion:
        return DatasetVersion(self._session, self.item, recorded(self._session, self.item, digest))

    def _beginning(self, which: str) -> DatasetVersion:
        digits = which.removeprefix("sha256:")
        found = [each for each in self.versions if digits and each.digest.removeprefix("sha256:").startswith(digits)]
        if len(found) == 1:
            return found[0]
        there = ", ".join([*(short(each.digest) for each in self.versions), *tags_of(self.item)])
        raise InvalidSpec(f"{self} has {count(len(found), 'version')} called {which}; there are: {there}")

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
