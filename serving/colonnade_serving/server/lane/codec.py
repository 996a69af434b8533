"""One model's codec for what clients send most: bodies that differ in their data alone, answered in JSON.

Whatever it doesn't know goes to protocol.request and protocol.response, which also have the words for what is wrong.
"""

from ...batching import rows_of
from ...loading import Model
from ...protocol import request, response
from .answers import Answers
from .envelopes import Envelopes
from .exchange import Exchange


class Codec:
    """From bodies to works, and from works that ran to bodies."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._signature = model.signature
        self._envelopes = Envelopes(model.signature)
        self._answers = Answers(model)

    def read(self, exchange: Exchange, body: bytes, json_length: int | None) -> None:
        """Fills in what the body asks. Raises ProtocolError (400)."""
        if json_length is None and self._envelopes.open(exchange, body):
            return
        asked = request.parse(body, json_length, self._signature)
        exchange.asked = asked
        exchange.inputs, exchange.outputs, exchange.id = asked.inputs, asked.outputs, asked.id
        exchange.rows = rows_of(self._signature, asked.inputs)
        exchange.plain = asked.id is None and not asked.binary
        if json_length is None:
            self._envelopes.learn(body, asked, exchange.rows)

    def quick(self, exchange: Exchange) -> bytes | None:
        """The answer of a plain work of one row, from its content-length on; None when `write` has to look at it."""
        batch = exchange.batch
        if batch is None or exchange.rows != 1 or not exchange.plain:
            return None
        made = batch.made.get(exchange.outputs)
        if made is None:
            made = batch.made[exchange.outputs] = self._answers.of_rows(batch, exchange.outputs)
        return made[exchange.at] if made else None

    def write(self, exchange: Exchange) -> tuple[bytes, int | None]:
        """The answer's body and, when some of it is binary, the length of its JSON. Raises ProtocolError (500)."""
        results = exchange.results
        assert results is not None
        assert exchange.asked is not None
        return response.encode(self._model.name, self._model.version, exchange.asked, results)
