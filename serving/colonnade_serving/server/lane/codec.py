"""One model's codec for what clients send most: bodies that differ in their data alone, answered in JSON.

Whatever it doesn't know goes to protocol.request and protocol.response, which also have the words for what is wrong.
"""

from ...batching import Batch, rows_of
from ...loading import Model
from ...protocol import request, response
from ..faults import told
from .answers import Answers, with_id
from .binaries import Binaries
from .envelopes import Envelopes
from .exchange import Exchange
from .packed import Packed

PACKED = "packed"


class Codec:
    """From bodies to works, and from works that ran to bodies."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._signature = model.signature
        self._envelopes = Envelopes(model.signature)
        self._binaries = Binaries(self._envelopes.layout)
        self._answers = Answers(model)
        self._packed = Packed(model)

    def read(self, exchange: Exchange, body: bytes, json_length: int | None) -> None:
        """Fills in what the body asks, but for numbers that `prepare` decodes. Raises ProtocolError (400)."""
        if json_length is None:
            known = self._envelopes.open(exchange, body)
        else:
            known = self._binaries.open(exchange, body, json_length)
        if not known:
            self._parse(exchange, body, json_length)

    def prepare(self) -> None:
        """Makes what was read ready to run; what turns out to be wrong has failed. The batcher asks for it."""
        for exchange, body in self._envelopes.decode():
            id, exchange.layout = exchange.id, None
            try:
                self._parse(exchange, body, None)
                exchange.id = id
            except Exception as error:
                exchange.failure = told(error, exchange.echo)

    def _parse(self, exchange: Exchange, body: bytes, json_length: int | None) -> None:
        asked = request.parse(body, json_length, self._signature)
        exchange.asked = asked
        exchange.inputs, exchange.outputs, exchange.id = asked.inputs, asked.outputs, asked.id
        exchange.rows = rows_of(self._signature, asked.inputs)
        exchange.plain = not asked.binary
        if self._signature.overrides(asked.inputs):
            return
        if json_length is None:
            self._envelopes.learn(body, asked, exchange.rows)
        else:
            self._binaries.learn(body, json_length, asked, exchange.rows)

    def quick(self, exchange: Exchange, before: bytes) -> bytes | None:
        """A work of one row's answer; None when `write` has to look at it. before: Shared.plain or packed."""
        batch, outputs = exchange.batch, exchange.outputs
        if batch is None or exchange.rows != 1:
            return None
        if exchange.plain:
            made = batch.answers if batch.answered is outputs else self._plain_of(outputs, batch, before)
        else:
            made = self._packed_of(exchange, batch, before)
        if not made:
            return None
        asked = exchange.asked
        return made[exchange.at] if asked is None or asked.id is None else with_id(made[exchange.at], asked.id)

    def _plain_of(self, outputs: tuple[str, ...], batch: Batch, before: bytes) -> list[bytes]:
        made = batch.made.get(outputs)
        if made is None:
            made = batch.made[outputs] = self._answers.of_rows(batch, outputs, before)
        batch.answered, batch.answers = outputs, made
        return made

    def _packed_of(self, exchange: Exchange, batch: Batch, before: bytes) -> list[bytes]:
        asked, outputs = exchange.asked, exchange.outputs
        if asked is None or asked.id is not None or len(asked.binary) != len(outputs):
            return []
        made = batch.made.get((PACKED, outputs))
        if made is None:
            made = batch.made[PACKED, outputs] = self._packed.of_rows(batch, outputs, before)
        return made

    def write(self, exchange: Exchange) -> tuple[bytes, int | None]:
        """The answer's body and, when some of it is binary, the length of its JSON. Raises ProtocolError (500)."""
        results = exchange.results
        assert results is not None
        assert exchange.asked is not None
        return response.encode(self._model.name, self._model.version, exchange.asked, results)
