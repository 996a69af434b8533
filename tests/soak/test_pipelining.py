"""More requests than a server takes at once, sent in one go on one connection."""

import socket
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.serving.process import serving
from tests.soak import model
from tests.soak.questions import MODEL
from tests.soak.steady import split

MANY = 1000


def test_each_is_answered_in_turn_though_the_answers_are_read_late(tmp_path: Path):
    bundle = model.bundle(tmp_path / "model")
    questions = model.questions(bundle)
    asked = [questions[number % len(questions)] for number in range(MANY)]
    with (
        serving(tmp_path, str(bundle), f"--model={MODEL}") as served,
        socket.create_connection(("127.0.0.1", served.port), timeout=20) as connection,
        ThreadPoolExecutor(1) as pool,
    ):
        sending = pool.submit(connection.sendall, b"".join(question.request for question in asked))
        served.ask("GET", "/v2/health/live")  # others are answered meanwhile
        data, right = b"", 0
        while right < MANY and (more := connection.recv(4096)):
            data += more
            while answer := split(data):
                assert asked[right].is_right(answer.body), answer
                data, right = answer.rest, right + 1
        sending.result()
    assert right == MANY
