"""What the routes answer, as OpenAPI describes it. Names and shapes are the Open Inference Protocol's and Triton's."""

from typing import Any

from pydantic import BaseModel, Field

from ...models import State


class Error(BaseModel):
    """Every answer that is not a success."""

    error: str = Field(description="What is wrong, where, and what to do.")


class Server(BaseModel):
    """The server and the extensions of the protocol that it has."""

    name: str
    version: str
    extensions: list[str]


class Live(BaseModel):
    """Whether the process answers."""

    live: bool


class Ready(BaseModel):
    """Whether all models that should be there are, and new traffic may come."""

    ready: bool


class ModelReady(BaseModel):
    """Whether a model takes requests."""

    name: str
    ready: bool


class TensorParameters(BaseModel):
    """What is known of an output besides. classes: what its columns stand for, in their order."""

    classes: list[int | float | bool | str]


class TensorMetadata(BaseModel):
    """An input or output; -1 in shape is a dimension of any size."""

    name: str
    datatype: str
    shape: list[int]
    parameters: TensorParameters | None = None


class ModelMetadata(BaseModel):
    """What a model takes and gives."""

    name: str
    versions: list[str]
    platform: str
    inputs: list[TensorMetadata]
    outputs: list[TensorMetadata]


class TensorConfig(BaseModel):
    """An input or output as Triton's ModelConfig has it: dims without the batch dimension when there is one."""

    name: str
    data_type: str
    dims: list[int]


class Parameter(BaseModel):
    """As Triton's ModelParameter."""

    string_value: str


class ModelConfig(BaseModel):
    """Triton's ModelConfig, as far as it applies. max_batch_size 0: rows of several requests don't run together."""

    name: str
    platform: str
    backend: str
    max_batch_size: int
    input: list[TensorConfig]
    output: list[TensorConfig]
    parameters: dict[str, Parameter]


class Duration(BaseModel):
    """How often, and nanoseconds in all."""

    count: int
    ns: int


class InferenceStatistics(BaseModel):
    """Requests by outcome, and where their time went: all answers' in success; compute_infer: of their batches."""

    success: Duration
    fail: Duration
    queue: Duration
    compute_infer: Duration


class ModelStatistics(BaseModel):
    """One model's, since the process started. inference_count: rows; execution_count: batches."""

    name: str
    version: str
    inference_count: int
    execution_count: int
    inference_stats: InferenceStatistics


class Statistics(BaseModel):
    """As Triton's statistics extension."""

    model_stats: list[ModelStatistics]


class IndexEntry(BaseModel):
    """A model of the repository."""

    name: str
    version: str
    state: State
    reason: str


class ModelListed(IndexEntry):
    """A model of the repository, and where it is: its metadata, and /infer below it."""

    url: str


class ModelList(BaseModel):
    """All models of the repository."""

    models: list[ModelListed]


class ModelNames(BaseModel):
    """As V1 lists models."""

    models: list[str]


class Overview(ModelList):
    """What there is, and where. All are URLs on this host, with the prefix that a proxy in front put before them."""

    name: str
    version: str
    ready: bool
    docs: str
    openapi: str
    health: str
    metrics: str


class Loaded(BaseModel):
    """A model that was loaded."""

    name: str
    load: bool = True


class Unloaded(BaseModel):
    """A model that was unloaded."""

    name: str
    unload: bool = True


def errors(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The answers that a route may give besides its success, for OpenAPI."""
    return {status: {"model": Error, "description": MEANINGS[status]} for status in statuses}


MEANINGS = {
    400: "The request is at fault; the text names the field and the fix.",
    403: "Models are not controlled over the network here: --model-control.",
    404: "There is no such model or version.",
    413: "The body is longer than --max-body-bytes.",
    415: "The Content-Encoding is none of gzip and deflate.",
    499: "The client left.",
    500: "The model failed on these inputs.",
    503: "Loading, draining or overloaded: come back after Retry-After seconds.",
    504: "The request's deadline passed.",
}
