"""One model's codec for what clients send most: bodies that differ in their numbers alone, answered in JSON.

Whatever it doesn't know goes to protocol.request and protocol.response, which also have the words for what is wrong.
"""

from ...batching import Batch, Work, rows_of
from ...loading import Model
from ...protocol import request, response
from ...protocol.request import InferRequest
from .answers import Answers
from .envelopes import Envelopes


class Codec:
    """From bodies to requests, and from works that ran to bodies."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._envelopes = Envelopes(model.signature)
        self._answers = Answers(model)

    def read(self, body: bytes, json_length: int | None) -> tuple[InferRequest, int]:
        """The request and its rows. Raises ProtocolError (400)."""
        if json_length is None:
            known = self._envelopes.open(body)
            if known is not None:
                return known
        asked = request.parse(body, json_length, self._model.signature)
        rows = rows_of(self._model.signature, asked.inputs)
        if json_length is None:
            self._envelopes.learn(body, asked, rows)
        return asked, rows

    def write(self, work: Work, asked: InferRequest) -> tuple[bytes, int | None]:
        """The answer's body and, when some of it is binary, the length of its JSON. Raises ProtocolError (500)."""
        batch = work.batch
        if batch is not None and not asked.binary:
            made: Batch = batch
            body = self._answers.encode(made, work, asked.id)
            if body is not None:
                return body, None
        results = work.results
        assert results is not None
        return response.encode(self._model.name, self._model.version, asked, results)
