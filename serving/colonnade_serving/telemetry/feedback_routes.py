"""POST /v2/models/M/feedback: labels by the answer's token, or the request's id."""

from collections.abc import Callable

from fastapi import APIRouter
from pydantic import BaseModel, TypeAdapter, ValidationError
from starlette.requests import Request

from ..protocol.errors import ProtocolError
from .feedback import Label
from .observer import Observer

MOST_LABELS = 10_000
MOST_BYTES = 4 << 20
LABELS = TypeAdapter(list[Label])


class Counted(BaseModel):
    """How many labels were joined with what was predicted; were not, since this pod does not remember the request or
    the token is none of this model's; had been given before; came too late; are no labels for what was predicted."""

    matched: int
    unmatched: int
    repeated: int
    late: int
    invalid: int


def feedback_router(find: Callable[[str, str | None], Observer]) -> APIRouter:
    """The routes. find: a model's observer by name and version; raises ProtocolError for what there is not."""
    router = APIRouter(tags=["feedback"])
    schema = LABELS.json_schema(ref_template="#/components/schemas/{model}")
    described = {"requestBody": {"required": True, "content": {"application/json": {"schema": _inlined(schema)}}}}

    @router.post("/v2/models/{model}/feedback", summary="Labels by token or request id", openapi_extra=described)
    @router.post("/v2/models/{model}/versions/{version}/feedback", openapi_extra=described)
    async def feedback(http: Request, model: str, version: str | None = None) -> Counted:
        observer = find(model, version)
        labels = _labels(await _read(http))
        return Counted.model_validate(observer.labelled(labels))

    return router


def _labels(body: bytes) -> list[Label]:
    """Of a list, or of one by itself."""
    several = body if not body.lstrip().startswith(b"{") else b"[%b]" % body
    try:
        labels = LABELS.validate_json(several)
    except ValidationError as error:
        wrong = error.errors(include_url=False, include_input=False)[0]
        where = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in wrong["loc"])
        raise ProtocolError(f"labels{where}: {wrong['msg']}") from None
    if len(labels) > MOST_LABELS:
        raise ProtocolError(f"{len(labels)} labels; send at most {MOST_LABELS} at once", 413)
    return labels


async def _read(http: Request) -> bytes:
    body = bytearray()
    async for chunk in http.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            raise ProtocolError(f"body: more than {MOST_BYTES} bytes; send fewer labels at once", 413)
    return bytes(body)


def _inlined(schema: dict[str, object]) -> dict[str, object]:
    """Without references: FastAPI adds no component for what only openapi_extra names."""
    definitions = schema["$defs"]
    assert isinstance(definitions, dict)
    return {"type": "array", "maxItems": MOST_LABELS, "items": definitions["Label"]}
