"""A web server that throttles, breaks off, lies or changes what it serves under the running read: no half a table."""

import functools
import gzip
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from colonnade_jobs.data.sources import download
from colonnade_jobs.errors import PermanentError, TransientError
from tests.rude import Answer, Asked, Rude, rude

ROWS = "n,word\n" + "".join(f"{n},über\n" for n in range(100_000))


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "site").mkdir()
    (tmp_path / "site/rows.csv").write_text(ROWS)
    return tmp_path / "site"


@pytest.fixture
def site(folder: Path) -> Iterator[Rude]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with rude(f"http://127.0.0.1:{server.server_port}") as between:
        yield between
    server.shutdown()
    server.server_close()


@pytest.fixture
def waits() -> list[float]:
    return []


@pytest.fixture
def fetched(site: Rude, tmp_path: Path, waits: list[float]) -> Callable[[], str]:
    def fetch() -> str:
        found = download.fetch(f"{site.endpoint}/rows.csv", tmp_path, insecure=True, wait=waits.append)
        return found.read_text()

    return fetch


def refusal(status: int, **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status, {"content-length": "0", **named}, b"")


def test_a_server_that_throttles_is_asked_again_when_it_wishes(
    site: Rude, fetched: Callable[[], str], waits: list[float]
) -> None:
    long_ago = "Thu, 01 Jan 1970 00:00:00 GMT"
    answers = {1: refusal(429, retry_after="7"), 2: refusal(503), 3: refusal(503, retry_after=long_ago)}
    site.manners = lambda asked, answer: answers.get(asked.number, answer)
    assert fetched() == ROWS
    assert waits == [7.0, 2.0, 1.0]


def test_a_server_that_throttles_for_long_is_left_to_another_try(
    site: Rude, fetched: Callable[[], str], waits: list[float]
) -> None:
    site.manners = lambda asked, answer: refusal(429, retry_after="3600")
    with pytest.raises(TransientError, match="the server answers 429 Too Many Requests") as error:
        fetched()
    assert (error.value.reason, waits, len(site.asked)) == ("SourceUnreachable", [], 1)


@pytest.mark.parametrize("kept", [0, 1, len(ROWS.encode()) // 2, len(ROWS.encode()) - 1])
def test_a_connection_that_is_cut_is_made_anew_and_read_from_the_start(
    site: Rude, fetched: Callable[[], str], kept: int
) -> None:
    site.manners = lambda asked, answer: replace(answer, cut=kept if asked.number == 1 else None)
    assert fetched() == ROWS
    assert [each.headers.get("range") for each in site.asked] == [None, None]


def test_one_that_is_cut_each_time_is_no_table(site: Rude, fetched: Callable[[], str]) -> None:
    site.manners = lambda asked, answer: replace(answer, cut=len(answer.body) - 1)
    with pytest.raises(TransientError, match=r"rows\.csv: peer closed connection") as error:
        fetched()
    assert error.value.reason == "SourceUnreachable"
    assert len(site.asked) == download.TRIES


def test_a_length_that_is_too_long_is_no_table(site: Rude, fetched: Callable[[], str]) -> None:
    site.manners = lambda asked, answer: answer.says(content_length=str(len(answer.body) + 1))
    with pytest.raises(TransientError, match="peer closed connection"):
        fetched()


@pytest.mark.parametrize("unsaid", [1, 7, len(ROWS.encode()) // 2, len(ROWS.encode())])
def test_a_length_that_is_too_short_is_no_table(site: Rude, fetched: Callable[[], str], unsaid: int) -> None:
    site.manners = lambda asked, answer: answer.says(content_length=str(len(answer.body) - unsaid))
    with pytest.raises(PermanentError, match=r"rows\.csv says .* bytes \(Content-Length\) and sends more") as error:
        fetched()
    assert (error.value.reason, len(site.asked)) == ("UnreadableSource", 1)


def test_a_length_in_letters_instead_of_bytes_is_told_by_the_last_few(site: Rude, fetched: Callable[[], str]) -> None:
    short = "word\nüber\n"
    body = short.encode()
    site.manners = lambda asked, answer: Answer(200, {"content-length": str(len(short))}, body)
    with pytest.raises(PermanentError, match=r"says 10 bytes .* and sends more"):
        fetched()


def test_a_server_that_keeps_the_connection_is_not_waited_for_long(folder: Path, tmp_path: Path) -> None:
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nn\n1\n"
    with socket.create_server(("127.0.0.1", 0)) as server:
        accepted: list[socket.socket] = []

        def serve() -> None:
            connection, _ = server.accept()
            accepted.append(connection)
            connection.recv(65_536)
            connection.sendall(answer)

        threading.Thread(target=serve, daemon=True).start()
        address = f"http://127.0.0.1:{server.getsockname()[1]}/rows.csv"
        assert download.fetch(address, tmp_path, insecure=True).read_text() == "n\n1\n"
        accepted[0].close()


def test_a_file_that_is_another_one_by_the_end_is_worth_a_retry(
    site: Rude, fetched: Callable[[], str], folder: Path
) -> None:
    def growing(asked: Asked, answer: Answer) -> Answer:
        return answer.says(accept_ranges="bytes", etag=f'"{asked.method}"')

    site.manners = growing
    with pytest.raises(TransientError, match=r"rows\.csv changed while it was read") as error:
        fetched()
    assert error.value.reason == "SourceChanged"


def test_an_answer_that_is_made_for_each_asker_is_whole_as_it_comes(site: Rude, fetched: Callable[[], str]) -> None:
    site.manners = lambda asked, answer: answer.says(etag=f'"{asked.number}"', last_modified=str(asked.number))
    assert fetched() == ROWS


def test_a_part_of_a_file_that_nobody_asked_for_is_refused(site: Rude, fetched: Callable[[], str]) -> None:
    site.manners = lambda asked, answer: replace(answer, status=206)
    with pytest.raises(PermanentError, match="answers 206 Partial Content"):
        fetched()


def test_what_a_server_packs_unasked_comes_as_it_is_packed(site: Rude, tmp_path: Path) -> None:
    packed = gzip.compress(ROWS.encode())
    site.manners = lambda asked, answer: replace(
        answer, body=packed, headers={"content-length": str(len(packed)), "content-encoding": "gzip"}
    )
    found = download.fetch(f"{site.endpoint}/rows.csv", tmp_path, insecure=True)
    assert found.read_bytes() == packed
    assert site.asked[0].headers["accept-encoding"] == "identity"


@pytest.mark.parametrize("status", [401, 403])
def test_who_may_not_read_is_told_which_field_to_fill(site: Rude, fetched: Callable[[], str], status: int) -> None:
    site.manners = lambda asked, answer: refusal(status)
    with pytest.raises(PermanentError, match=rf"^spec\.source\.secretRef: .* answers {status} ") as error:
        fetched()
    assert error.value.reason == "SourceNotReadable"
