"""A subject is forgotten: nothing in store and backup, opened with every key that is left, holds it."""

import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow.parquet as pq
import pytest

from colonnade_api.datasets.encryption import SEALED_FILE, SEALED_TABLE
from colonnade_api.datasets.pseudonyms import token
from colonnade_api.datasets.subjects import key_id, keyed_hash
from colonnade_api.jobs import DatasetJob
from colonnade_api.jobs.keeping import REWRITTEN_AT_ONCE, KeepResult
from colonnade_jobs.data import encryption
from colonnade_jobs.data import run as collect
from colonnade_jobs.data.versions import stored
from colonnade_jobs.errors import PermanentError
from colonnade_jobs.results import encode
from colonnade_serving.store import Store, open_store
from tests.unit.jobs import keys
from tests.unit.jobs.keeper import Keeper, Killed, Struck

SUBJECT = "zebediah-quux"
"""Whom no other word of these tests is like, so that one byte search finds whatever is left."""
BY = {"name": "erasure", "key": "key"}
WRAPPING = {"name": "wrapping", "key": "key"}
KEYS = {"key key of Secret erasure": "0f" * 32, "key key of Secret wrapping": "a1" * 32}
SCHEMA = {"columns": [{"name": "id", "type": "string"}, {"name": "age", "type": "integer", "min": 0}]}
PLAIN: dict[str, Any] = {"subject": {"column": "id", "keySecretRef": BY}}
SEALED: dict[str, Any] = PLAIN | {"encryption": {"keySecretRef": WRAPPING}}

FIRST = f"id,age,city\nann,30,Bern\n{SUBJECT},41,Chur\nbob,52,Bern\n{SUBJECT},-3,Chur\neve,-1,Bern\n"
SECOND = f"id,age,city\nann,31,Bern\n{SUBJECT},42,Chur\nbob,53,Bern\nkim,19,Chur\n"
THIRD = "id,age,city\nann,32,Bern\nbob,54,Bern\nkim,20,Chur\n"


class Office(Keeper):
    """Who keeps versions of people's rows."""

    def __init__(self, folder: Path, privacy: dict[str, Any]) -> None:
        super().__init__(folder)
        self.protects(privacy)

    def protects(self, privacy: dict[str, Any]) -> None:
        self.rules: dict[str, Any] = {"schema": SCHEMA, "validation": {"maxInvalidFraction": 0.5}, "privacy": privacy}
        self.spec |= self.rules

    def takes(self, rows: str) -> str:
        return self.collected(rows, **self.rules)

    def forget(self, subject: str = SUBJECT, store: Store | None = None, **task: Any) -> KeepResult:
        key = KEYS["key key of Secret erasure"].encode()
        told = {"subject": keyed_hash(key, subject), "keyId": key_id(key), "versions": self.digests, **task}
        return self.keep("Forget", store, **told)

    def readable(self) -> Iterator[tuple[str, bytes]]:
        """All that lies in store and backup, as whoever has every key reads it."""
        for place in ("store", "backup"):
            for path, data in self.everything(place).items():
                yield f"{place}/{path}", data

    def everything(self, place: str) -> dict[str, bytes]:
        """Whatever a disk shows, half-written things too."""
        root = self.places[place]
        return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


@pytest.fixture(params=["plain", "sealed"])
def privacy(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    keys.given(monkeypatch, KEYS)
    return SEALED if request.param == "sealed" else PLAIN


@pytest.fixture
def office(tmp_path: Path, privacy: dict[str, Any]) -> Office:
    return Office(tmp_path, privacy)


def traces(office: Office, *ever: str) -> list[str]:
    """Whatever holds the subject: bytes, rows of a table, what a key opens. ever: digests of versions that there were
    beside those of the store, since a data key opens only what it is bound to."""
    blobs = dict(office.readable())
    digests = {*ever, *(f"sha256:{path.name}" for path in (office.places["store"] / "datasets").glob("[0-9a-f]*"))}
    ring = encryption.mounted()
    keys = [key for data in blobs.values() if b'"wrapped"' in data for key in data_keys(ring, data, digests)]
    return [path for path, data in blobs.items() if any(SUBJECT.encode() in each for each in shown(office, data, keys))]


def data_keys(ring: encryption.Keyring, wrapped: bytes, digests: set[str]) -> Iterator[bytes]:
    for digest in digests:
        with suppress(PermanentError):
            yield ring.open(wrapped, digest)


def shown(office: Office, data: bytes, keys: list[bytes]) -> Iterator[bytes]:
    """A blob as it is, and what can be made of it; of a table, its values."""
    yield data
    blob = office.folder / "blob"
    blob.write_bytes(data)
    with suppress(OSError, ValueError):
        yield json.dumps(pq.read_table(blob).to_pylist(), default=str).encode()
    for key in keys if data[:4] in (SEALED_TABLE, SEALED_FILE) else ():
        for name in ("data.parquet", "quarantine.parquet"):
            with suppress(OSError, ValueError):
                encryption.open_table(blob, name, key, office.folder / "table")
                yield json.dumps(pq.read_table(office.folder / "table").to_pylist(), default=str).encode()
        for name in ("report.json", "report.html"):
            with suppress(PermanentError):
                yield encryption.open_file(data, name, key)


def test_nothing_that_is_stored_holds_the_subject_and_all_others_stay(office: Office) -> None:
    first, second, third = (office.takes(rows) for rows in (FIRST, SECOND, THIRD))
    office.keep("BackUp")
    assert traces(office)
    ever = (first, second, third)
    answer = office.forget()
    assert (answer.outcome, answer.reason, answer.left) == ("Succeeded", "Forgotten", 0)
    assert traces(office, *ever) == []
    assert [each.before for each in answer.rewritten] == [second, first]
    assert [each.rows for each in answer.rewritten] == [3, 2]
    assert [each.invalid_rows for each in answer.rewritten] == [0, 1]
    assert "2 versions written anew without the subject (2 rows and 1 that were set aside erased)" in answer.message
    assert office.keep("Audit", versions=[third, *(each.after for each in answer.rewritten)]).outcome == "Succeeded"


def test_a_rewritten_version_reads_as_if_the_subject_had_never_been_there(office: Office) -> None:
    first = office.takes(FIRST)
    (rewritten,) = office.forget().rewritten
    assert rewritten.before == first
    without = "".join(line for line in FIRST.splitlines(keepends=True) if SUBJECT not in line)
    (office.folder / "never").mkdir()
    never = Office(office.folder / "never", office.spec["privacy"])
    assert never.takes(without) == rewritten.after
    plain, other = (report(each, digest) for each, digest in ((office, rewritten.after), (never, rewritten.after)))
    for key in ("rows", "invalidRows", "rules", "columns", "missing", "split"):
        assert plain[key] == other[key], key


def report(office: Office, digest: str | None) -> dict[str, Any]:
    assert digest
    found: dict[str, Any] = json.loads(stored.report(digest, office.store)[1])
    return found


def test_forgotten_twice_nothing_more_is_done(office: Office) -> None:
    office.takes(FIRST)
    (rewritten,) = office.forget().rewritten
    before = office.everything("store")
    again = office.forget(versions=[rewritten.after])
    assert (again.outcome, again.reason, again.rewritten) == ("Succeeded", "SubjectNotFound", ())
    assert again.message == "no version has rows of the subject; a later look at the source leaves them out"
    assert office.everything("store") == before


def test_a_held_version_refuses_it_and_nothing_was_written(office: Office) -> None:
    first, second = office.takes(FIRST), office.takes(SECOND)
    before = office.everything("store")
    with pytest.raises(PermanentError, match=f"version {first[7:17]} has rows of the subject and must stay .*: trial"):
        office.forget(held={first: "trial 12"})
    assert office.everything("store") == before
    assert office.forget(held={office.takes(THIRD): "trial 12"}).reason == "Forgotten", second


def test_what_another_dataset_needs_stays_and_is_said(office: Office) -> None:
    first = office.takes(FIRST)
    office.keep("BackUp")
    answer = office.forget(needed={first: ["orders"]})
    assert answer.rewritten[0].before == first
    assert f"version {first[7:17]} stays, since dset/orders has the same rows: forget the subject there too" in (
        answer.message
    )
    assert office.keep("Audit", versions=[first]).outcome == "Succeeded"
    office.forget()
    assert traces(office) == []


def test_a_version_that_nobody_lists_any_more_goes_too(office: Office) -> None:
    first = office.takes(FIRST)
    office.keep("BackUp")
    office.takes(THIRD)
    answer = office.forget(versions=office.digests[:1])
    assert "2 more that nobody lists were destroyed" in answer.message
    assert traces(office, first) == []


def test_a_version_of_which_nothing_is_left_has_no_successor(office: Office) -> None:
    office.takes(f"id,age,city\n{SUBJECT},41,Chur\n")
    (rewritten,) = office.forget().rewritten
    assert (rewritten.after, rewritten.rows) == (None, 0)
    assert traces(office) == []


def test_what_was_pushed_refused_and_compared_goes_too(office: Office) -> None:
    first, second = office.takes(FIRST), office.takes(SECOND)
    office.keep("Diff", before=first, after=second)
    office.dataset(FIRST, **office.rules | {"validation": {"onInvalid": "Reject"}})
    office.store.put("uploads/rows/people.csv", FIRST.encode())
    assert {path.split("/")[0] for path in office.files()} >= {"uploads", "rejected", "diffs"}
    assert "what was pushed is destroyed: push it again" in office.forget().message
    assert traces(office) == []
    assert {path.split("/")[0] for path in office.files()} == {"datasets", "erased"}


def test_nobody_is_forgotten_where_no_column_tells_whose_a_row_is(office: Office) -> None:
    office.collected("name,age\nann,3\n")
    with pytest.raises(PermanentError, match="has no column id, so that nobody can tell whose rows it has"):
        office.forget()


def test_more_versions_than_an_answer_names_come_by_turns(office: Office) -> None:
    for age in range(REWRITTEN_AT_ONCE + 2):
        office.takes(f"id,age\nann,{age}\n{SUBJECT},{age}\n")
    answer = office.forget()
    assert (len(answer.rewritten), answer.left, answer.reason) == (REWRITTEN_AT_ONCE, 2, "Forgetting")
    assert len(encode(answer)) < 4096
    now = [each.after for each in answer.rewritten]
    rest = [digest for digest in office.digests if digest not in {each.before for each in answer.rewritten}]
    answer = office.forget(versions=[*now, *rest])
    assert (len(answer.rewritten), answer.left, answer.reason) == (2, 0, "Forgotten")
    assert traces(office) == []


@pytest.mark.parametrize("after", [False, True])
def test_killed_at_each_write_it_ends_the_same(office: Office, after: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    office.takes(FIRST)
    office.keep("BackUp")
    office.store.put("uploads/rows/people.csv", FIRST.encode())
    begin = {place: office.files(place) for place in office.places}
    wanted = office.forget().rewritten
    whole = {place: office.files(place) for place in begin}
    for n in range(100):
        for place, files in begin.items():
            office.lay(files, place)
        left = [n]
        try:
            with monkeypatch.context() as patch:
                patch.setattr(
                    "colonnade_jobs.keeping.copies.open_store", lambda url, left=left: struck_by(url, left, after)
                )
                office.forget(store=struck_by(office.url, left, after))
            break
        except Killed:
            pass
        assert [(each.before, each.after) for each in office.forget().rewritten] == [
            (each.before, each.after) for each in wanted
        ]
        assert {place: sorted(office.files(place)) for place in begin} == {p: sorted(w) for p, w in whole.items()}
    assert n >= 20


def struck_by(url: str, left: list[int], after: bool) -> Struck:
    """One hand writes to both places."""
    store = open_store(url)
    return Struck(store.url, store.client, store.root, left, after)


def test_a_later_look_at_the_same_source_leaves_the_subject_out(office: Office) -> None:
    first = office.takes(FIRST)
    (rewritten,) = office.forget().rewritten
    answer = office.dataset(FIRST, rewritten.after, **office.rules)
    assert (answer["outcome"], answer["version"]["digest"]) == ("Unchanged", rewritten.after)
    again = office.takes(FIRST + "zoe,44,Chur\n")
    assert again not in (first, rewritten.after)
    assert traces(office) == []


@pytest.mark.parametrize("spelled", [f"  {SUBJECT} ", SUBJECT])
def test_however_the_source_spells_it(office: Office, spelled: str) -> None:
    office.takes(THIRD)
    assert office.forget().reason == "SubjectNotFound"
    office.takes(f"id,age\nann,1\n{spelled},2\n{spelled},-2\n")
    assert traces(office) == []


def test_a_number_is_the_same_however_it_is_written(office: Office) -> None:
    office.rules["schema"] = {"columns": [{"name": "id", "type": "integer"}]}
    office.takes("id,age\n12,1\n+4711,2\n4711,3\n")
    answer = office.forget("4711")
    assert (answer.rewritten[0].rows, answer.reason) == (1, "Forgotten")
    again = office.dataset("id,age\n12,1\n4711.0,2\n", **office.rules)
    assert again["version"]["rows"] == 1


def test_without_the_column_or_the_key_nobody_comes_back(office: Office) -> None:
    office.takes(FIRST)
    office.forget()
    with pytest.raises(PermanentError, match="1 subjects were erased from dset/rows, and without it their rows would"):
        office.dataset(FIRST, schema=SCHEMA)
    with pytest.raises(
        PermanentError, match="without a column id who was erased would come back, and the table has none"
    ):
        office.dataset("name,age\nann,3\n", privacy=office.spec["privacy"])


def test_another_key_is_refused_as_it_would_find_nobody(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.takes(FIRST)
    office.forget()
    keys.given(monkeypatch, KEYS | {next(iter(KEYS)): "77" * 32})
    with pytest.raises(
        PermanentError, match=r"subjects were erased by a key whose id is [0-9a-f]{16}, and the key key"
    ):
        office.takes(FIRST)


def test_what_was_erased_is_not_restored_and_a_restored_store_remembers(office: Office) -> None:
    first = office.takes(FIRST)
    office.keep("BackUp")
    (rewritten,) = office.forget().rewritten
    with pytest.raises(PermanentError, match="was destroyed, since it had rows of someone who is erased"):
        office.keep("Restore", versions=[first])
    answer = office.dataset(FIRST, **office.rules)
    office.keep("BackUp", versions=[{**answer["version"], "erasedBy": None}])
    office.lose()
    office.keep("Restore", versions=[rewritten.after])
    assert office.dataset(FIRST, **office.rules)["version"]["digest"] == rewritten.after
    assert traces(office) == []


def test_training_on_what_was_destroyed_says_so(office: Office) -> None:
    office.takes(FIRST)
    gone = office.digest
    office.forget()
    office.digest = gone
    with pytest.raises(PermanentError, match="was destroyed, since it had rows of someone who is erased") as refused:
        office.train("linear_model.LogisticRegression", target="city", features={"include": ["age"]})
    assert refused.value.reason == "VersionErased"


def test_a_pseudonym_is_looked_for_in_what_is_stored(office: Office, tmp_path: Path) -> None:
    key = tmp_path / "pseudonyms" / "key"
    key.parent.mkdir()
    key.write_bytes(b"0123456789abcdef" * 2)
    privacy = office.rules["privacy"] | {
        "rules": [{"column": "id", "action": "Pseudonymize"}],
        "pseudonyms": {"keySecretRef": {"name": "pseudonyms", "key": "key"}},
    }
    office.rules["privacy"] = privacy
    office.spec |= office.rules

    def look() -> Any:
        spec = {"source": {"storageUri": office.write(FIRST)}} | office.rules
        job = DatasetJob.model_validate({"namespace": "default", "name": "rows", "spec": spec})
        with TemporaryDirectory(dir=tmp_path) as scratch:
            version = collect(job, office.store, Path(scratch), pseudonyms=key.parent).version
        assert version
        return version

    before = look()
    assert (before.rows, before.invalid_rows) == (3, 2)
    answer = office.forget(token(key.read_bytes(), SUBJECT), versions=[before.digest])
    (rewritten,) = answer.rewritten
    assert (rewritten.rows, rewritten.invalid_rows) == (2, 0), "of refused rows nobody can tell whose they are"
    assert (look().rows, look().invalid_rows) == (2, 1)


def test_a_group_that_lost_a_row_hides_nobody_and_goes_too(office: Office) -> None:
    anonymous = {"kAnonymity": {"quasiIdentifiers": ["city"], "k": 2}}
    office.rules["privacy"] = office.rules["privacy"] | anonymous
    office.spec |= office.rules
    office.takes(SECOND)
    (rewritten,) = office.forget().rewritten
    table = pq.read_table(opened_data(office, rewritten.after))
    assert table.column("city").to_pylist() == ["Bern", "Bern"], "kim was hidden in Chur by the subject alone"


def opened_data(office: Office, digest: str | None) -> Path:
    return stored.fetch("rows", digest or "", office.store, office.folder)[1]
