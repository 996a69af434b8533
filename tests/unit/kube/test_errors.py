"""What the API server's refusals become."""

import json

import pytest

from colonnade.kube.errors import LONGEST_MESSAGE, Conflict, NamespaceEnding, NotFound, Unauthorized, from_answer


@pytest.mark.parametrize(("status", "kind"), [(401, Unauthorized), (404, NotFound), (409, Conflict)])
def test_what_callers_tell_apart_has_a_type_of_its_own(status, kind):
    assert isinstance(from_answer(status, b"{}", None), kind)


def test_the_words_are_the_api_servers():
    body = json.dumps({"reason": "Invalid", "message": "spec.replicas: must not be negative"}).encode()
    error = from_answer(422, body, None)
    assert (str(error), error.reason, error.status) == ("spec.replicas: must not be negative", "Invalid", 422)


@pytest.mark.parametrize("body", [b"", b"<html>bad gateway</html>", b"[]", b"\xff"])
def test_an_answer_that_is_no_status_is_an_error_all_the_same(body):
    error = from_answer(502, body, None)
    assert error.status == 502
    assert str(error)


def test_how_long_to_wait_is_kept():
    assert from_answer(429, b"{}", "7").retry_after == 7.0
    assert from_answer(429, b"{}", "Wed, 21 Oct 2026 07:28:00 GMT").retry_after is None


def test_a_refusal_that_quotes_a_whole_object_is_cut():
    assert len(str(from_answer(422, json.dumps({"message": "x" * 99_999}).encode(), None))) == LONGEST_MESSAGE


def test_a_namespace_that_is_being_deleted_is_told_from_a_right_that_is_missing():
    ending = {"reason": "Forbidden", "details": {"causes": [{"reason": "NamespaceTerminating"}]}}
    assert isinstance(from_answer(403, json.dumps(ending).encode(), None), NamespaceEnding)
    assert not isinstance(from_answer(403, b'{"reason": "Forbidden"}', None), NamespaceEnding)
