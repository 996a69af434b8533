"""What queries made of someone's rows goes with them: in store and backup, listed or not, killed or not."""

from typing import Any

import pytest

from colonnade_api.jobs.keeping import KeepResult
from colonnade_jobs.data.versions import stored
from colonnade_jobs.errors import PermanentError
from tests.unit.jobs.keeper import Killed
from tests.unit.jobs.keeping.test_forgetting import FIRST, Office, office, privacy, struck_by, traces

__all__ = ["office", "privacy"]

CITIES = "SELECT city, max(id) AS last, count(*) AS people FROM rows GROUP BY city"
"""Its rows are of several people each, and a value of the subject is in one."""


class Made:
    """A Dataset that a query makes of the office's, and another one that is made of that."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.versions = dict[str, dict[str, Any]]()
        self.first = office.takes(FIRST)
        self.cities = self.queries("made", {"rows": self.first}, CITIES)
        self.last = self.queries("later", {"made": self.cities}, "SELECT last FROM made")

    def queries(self, name: str, upstream: dict[str, str], statement: str, **spec: Any) -> str:
        """The digest of a version that a Dataset of this name makes."""
        datasets = [{"name": each} for each in upstream]
        return self.takes(name, {"query": {"datasets": datasets, "statement": statement}}, upstream, **spec)

    def takes(self, name: str, source: dict[str, Any], upstream: dict[str, str], **spec: Any) -> str:
        privacy = {key: value for key, value in self.office.rules["privacy"].items() if key == "encryption"}
        told = {"source": source} | ({"privacy": privacy} if privacy else {}) | spec
        answer = self.office.collect({"namespace": "default", "name": name, "spec": told, "upstream": upstream})
        self.versions[name] = {key: value for key, value in answer["version"].items() if value is not None}
        return str(answer["version"]["digest"])

    def copied(self) -> None:
        self.office.keep("BackUp")
        for name, version in self.versions.items():
            self.office.keep("BackUp", of=name, versions=[version])

    def forgotten(self, **task: Any) -> KeepResult:
        """By the first Dataset; what the others list, each of them destroys itself."""
        return self.office.forget(needed={self.cities: ["made"], self.last: ["later"]}, **task)

    def cascades(self, store: Any = None) -> tuple[KeepResult, KeepResult]:
        """Each once it sees that what lies beneath is destroyed."""
        made = self.office.keep("Cascade", store, of="made", versions=[self.cities], needed={self.last: ["later"]})
        return made, self.office.keep("Cascade", store, of="later", versions=[self.last])

    @property
    def ever(self) -> tuple[str, ...]:
        return (self.first, self.cities, self.last)


def is_whole(made: Made, digest: str) -> bool:
    """Whether a version is there, each value proven."""
    return stored.fetch("made", digest, made.office.store, made.office.folder)[1].exists()


@pytest.fixture
def made(office: Office) -> Made:
    return Made(office)


def test_what_was_made_of_the_subjects_rows_is_destroyed_through_any_number_of_queries(made: Made) -> None:
    made.copied()
    made.forgotten()
    assert traces(made.office, *made.ever), "the others list them, and destroy them themselves"
    first, second = made.cascades()
    assert traces(made.office, *made.ever) == []
    assert first.message == (
        "1 versions that were made of rows of someone who is erased are destroyed in the store and in the backup"
    )
    assert [len(each.done) for each in (first, second)] == [1, 1]


def test_what_is_made_anew_of_the_rows_that_are_left_stays(made: Made) -> None:
    (rewritten,) = made.forgotten().rewritten
    anew = made.queries("made", {"rows": str(rewritten.after)}, CITIES)
    made.cascades()
    assert traces(made.office, *made.ever) == []
    assert is_whole(made, anew)


def test_what_nobody_lists_any_more_goes_with_the_first_dataset(made: Made) -> None:
    made.copied()
    answer = made.office.forget()
    assert traces(made.office, *made.ever) == []
    assert "; 4 more that nobody lists were destroyed" in answer.message


def test_what_was_only_checked_against_the_rows_has_rows_of_its_own_and_stays(made: Made) -> None:
    address = made.office.write("who,day\nann,3\n", "visits.csv")
    checked = {"references": [{"columns": ["who"], "dataset": "rows", "referenced": ["id"]}]}
    other = made.takes("visits", {"storageUri": address}, {"rows": made.first}, validation=checked)
    made.forgotten()
    made.cascades()
    assert is_whole(made, other)


def test_rows_that_were_refused_and_comparisons_go_too(made: Made) -> None:
    made.queries("made", {"rows": made.first}, "SELECT id FROM rows", validation={"rowCount": {"min": 1000}})
    made.office.keep("Diff", of="made", before=made.cities, after=made.last)
    assert {path.split("/")[0] for path in made.office.files()} >= {"rejected", "diffs"}
    made.forgotten()
    made.cascades()
    assert traces(made.office, *made.ever) == []


def test_what_was_refused_since_stays(made: Made) -> None:
    (rewritten,) = made.forgotten().rewritten
    anew = {"rows": str(rewritten.after)}
    made.queries("made", anew, "SELECT id FROM rows", validation={"rowCount": {"min": 1000}})
    made.office.keep("Cascade", of="made", versions=[made.cities], rejected=False, needed={made.last: ["later"]})
    assert any(path.startswith("rejected/made/") for path in made.office.files())


def test_a_held_one_stays(made: Made) -> None:
    made.forgotten()
    made.office.keep("Cascade", of="made", versions=[], held=[made.cities[7:39]], needed={made.last: ["later"]})
    assert is_whole(made, made.cities)


def test_nobody_is_forgotten_while_something_that_was_made_of_the_rows_is_held(made: Made) -> None:
    before = made.office.everything("store")
    held = {"dataset": "made", "version": made.cities[7:17], "why": "trial 12"}
    with pytest.raises(PermanentError, match="which was made of it, must stay as it is: trial 12"):
        made.forgotten(descendants={made.first: held})
    assert made.office.everything("store") == before


def test_what_is_destroyed_is_not_restored(made: Made) -> None:
    made.copied()
    made.forgotten()
    made.cascades()
    with pytest.raises(PermanentError, match="was destroyed, since it had rows of someone who is erased"):
        made.office.keep("Restore", of="made", versions=[made.cities])


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("privacy", ["sealed"], indirect=True)
def test_killed_at_each_write_it_ends_the_same(made: Made, after: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    made.copied()
    made.office.keep("Diff", of="made", before=made.cities, after=made.last)
    made.forgotten()
    office, begin = made.office, {place: made.office.files(place) for place in made.office.places}
    made.cascades()
    whole = {place: sorted(office.files(place)) for place in begin}
    for n in range(200):
        for place, files in begin.items():
            office.lay(files, place)
        left = [n]
        try:
            with monkeypatch.context() as patch:
                patch.setattr(
                    "colonnade_jobs.keeping.copies.open_store", lambda url, left=left: struck_by(url, left, after)
                )
                made.cascades(struck_by(office.url, left, after))
            break
        except Killed:
            pass
        made.cascades()
        assert {place: sorted(office.files(place)) for place in begin} == whole
        assert traces(office, *made.ever) == []
    assert n >= 20
