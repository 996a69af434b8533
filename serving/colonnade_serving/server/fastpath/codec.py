"""One model's codec for what clients send most: bodies that differ in their data alone, answered in JSON.

Whatever it doesn't know goes to protocol.request and protocol.response, which also have the words for what is wrong.
"""

from dataclasses import dataclass

from ...batching import Batch, Batcher, rows_of
from ...loading import Model
from ...models import Served
from ...protocol import response
from ...protocol.request import parse
from ...service import to_protocol_error
from ...telemetry.observer import Observer
from .binary_templates import BinaryTemplates
from .json_templates import JsonTemplates
from .request import ParsedRequest
from .response_templates import BinaryResponses, JsonResponses, with_id

BINARY = "binary"


class Codec:
    """From bodies to tasks, and from tasks that ran to bodies."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._signature = model.signature
        self._json_templates = JsonTemplates(model.signature)
        self._binary_templates = BinaryTemplates(self._json_templates.layout)
        self._json_responses = JsonResponses(model)
        self._binary_responses = BinaryResponses(model)

    def read(self, request: ParsedRequest, body: bytes, json_length: int | None) -> None:
        """Fills in what the body asks, but for numbers that `prepare` decodes. Raises ProtocolError (400)."""
        if json_length is None:
            known = self._json_templates.open(request, body)
        else:
            known = self._binary_templates.open(request, body, json_length)
        if not known:
            self._parse(request, body, json_length)

    def prepare(self) -> None:
        """Makes what was read ready to run; what turns out to be wrong has failed. The batcher asks for it."""
        for request, body in self._json_templates.decode():
            id, request.layout = request.id, None
            try:
                self._parse(request, body, None)
                request.id = id
            except Exception as error:
                request.failure = to_protocol_error(error, request.echo)

    def _parse(self, request: ParsedRequest, body: bytes, json_length: int | None) -> None:
        asked = parse(body, json_length, self._signature)
        request.asked = asked
        request.inputs, request.outputs, request.id = asked.inputs, asked.outputs, asked.id
        request.rows = rows_of(self._signature, asked.inputs)
        request.plain = not asked.binary
        request.group = asked.group
        if self._signature.overrides(asked.inputs):
            return
        if json_length is None:
            self._json_templates.learn(body, asked, request.rows)
        else:
            self._binary_templates.learn(body, json_length, asked, request.rows)

    def from_template(self, request: ParsedRequest, before: bytes) -> bytes | None:
        """A task of one row's answer; None when `write` has to look at it.

        before: Shared.json_start or binary_start.
        """
        batch, outputs = request.batch, request.outputs
        if batch is None or request.rows != 1:
            return None
        if request.plain:
            made = batch.answers if batch.answered is outputs else self._json_responses_of(outputs, batch, before)
        else:
            made = self._binary_responses_of(request, batch, before)
        if not made:
            return None
        asked = request.asked
        return made[request.at] if asked is None or asked.id is None else with_id(made[request.at], asked.id)

    def _json_responses_of(self, outputs: tuple[str, ...], batch: Batch, before: bytes) -> list[bytes]:
        made = batch.made.get(outputs)
        if made is None:
            made = batch.made[outputs] = self._json_responses.of_rows(batch, outputs, before)
        batch.answered, batch.answers = outputs, made
        return made

    def _binary_responses_of(self, request: ParsedRequest, batch: Batch, before: bytes) -> list[bytes]:
        asked, outputs = request.asked, request.outputs
        if asked is None or asked.id is not None or len(asked.binary) != len(outputs):
            return []
        made = batch.made.get((BINARY, outputs))
        if made is None:
            made = batch.made[BINARY, outputs] = self._binary_responses.of_rows(batch, outputs, before)
        return made

    def write(self, request: ParsedRequest) -> tuple[bytes, int | None]:
        """The answer's body and, when some of it is binary, the length of its JSON. Raises ProtocolError (500)."""
        results = request.results
        assert results is not None
        assert request.asked is not None
        return response.encode(self._model.name, self._model.version, request.asked, results)


@dataclass(slots=True, eq=False)
class Target:
    """A served model, and what of it each request needs."""

    served: Served
    codec: Codec
    batcher: Batcher
    observer: Observer

    @staticmethod
    def of(served: Served) -> "Target":
        """The target of what just went into service."""
        codec = Codec(served.model)
        served.batcher.prepares.append(codec.prepare)
        return Target(served, codec, served.batcher, served.observer)
