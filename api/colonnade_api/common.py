"""What the four kinds share: how a part of a spec or status behaves, references, conditions, metadata."""

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import cache
from typing import Annotated, Any, ClassVar, Literal, NamedTuple, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    WithJsonSchema,
    model_validator,
)
from pydantic.alias_generators import to_camel
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

GROUP = "colonnade.dev"
VERSION = "v1alpha1"
API_VERSION = f"{GROUP}/{VERSION}"

LABEL_PATTERN = r"^[a-z]([-a-z0-9]*[a-z0-9])?$"
MAX_NAME = 40
MAX_CONDITIONS = 16
DIGEST_PATTERN = r"^sha256:[0-9a-f]{64}$"
SHORT_DIGEST = 10


def _shorten(limit: int) -> Callable[[Any], Any]:
    return lambda value: f"{value[: limit - 1]}…" if isinstance(value, str) and len(value) > limit else value


Name = Annotated[str, Field(min_length=1, max_length=MAX_NAME, pattern=LABEL_PATTERN)]
ObjectName = Annotated[str, Field(min_length=1, max_length=253)]
ColumnName = Annotated[str, Field(min_length=1, max_length=128)]
Word = Annotated[str, Field(min_length=1, max_length=128)]
Sentence = Annotated[str, Field(max_length=1024)]
Said = Annotated[str, BeforeValidator(_shorten(1024)), Field(max_length=1024)]
"""Words of a status: what is too long for the API server is cut short, since a status must never be refused for it."""
Report = Annotated[str, BeforeValidator(_shorten(8192)), Field(max_length=8192)]
Uri = Annotated[str, Field(min_length=1, max_length=1024)]
Digest = Annotated[str, Field(max_length=71, pattern=DIGEST_PATTERN)]
Revision = Annotated[str, Field(min_length=1, max_length=63)]
Count = Annotated[int, Field(ge=0)]
Seed = Annotated[int, Field(ge=0, le=2**32 - 1)]
Fraction = Annotated[float, Field(ge=0, le=1)]


def cel_list(words: Iterable[str]) -> str:
    """As CEL writes a list of strings."""
    return str(list(words))


def int_or_string(pattern: str, max_length: int) -> WithJsonSchema:
    """The schema of what YAML writes as a number or as a text, such as 2 and 500m."""
    schema = {"anyOf": [{"type": "integer"}, {"type": "string"}], "pattern": pattern, "maxLength": max_length}
    return WithJsonSchema(schema | {"x-kubernetes-int-or-string": True})


class Rule(NamedTuple):
    """What one object can check of itself: the API server runs `cel`, Python runs `holds`; both say `message`."""

    cel: str
    message: str
    holds: Callable[[Any], bool] = lambda _: True  # a rule about a change is the API server's alone
    field: str = ""  # which field the message is about, such as ".storageUri"; the object itself when empty

    def manifest(self) -> dict[str, str]:
        """The rule as one of x-kubernetes-validations."""
        return {"rule": self.cel, "message": self.message, **({"fieldPath": self.field} if self.field else {})}


class Part(BaseModel):
    """A value, known in YAML by camelCase names."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True)

    def manifest(self) -> dict[str, Any]:
        """The value as JSON for the API server, without what is not set."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)


class SpecPart(Part):
    """A part of what someone wants: a field that is not in the vocabulary is an error, never ignored."""

    model_config = ConfigDict(extra="forbid")
    rules: ClassVar[tuple[Rule, ...]] = ()

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        schema = handler.resolve_ref_schema(handler(core))
        if cls.rules:
            schema["x-kubernetes-validations"] = [rule.manifest() for rule in cls.rules]
        return schema

    @model_validator(mode="after")
    def _rules_hold(self) -> Self:
        for rule in self.rules:
            if not rule.holds(self):
                raise ValueError(rule.message)
        return self

    @model_validator(mode="after")
    def _nothing_is_listed_twice(self) -> Self:
        for name, keys in _lists_by_key(type(self)):
            found = [tuple(getattr(item, key) for key in keys) for item in getattr(self, name) or ()]
            if twice := next((key for n, key in enumerate(found) if key in found[:n]), None):
                raise ValueError(f"{to_camel(name)}: {', '.join(map(str, twice))} is there twice")
        return self


@cache
def _lists_by_key(kind: type[SpecPart]) -> list[tuple[str, Any]]:
    """The fields that are lists of which the API server takes each key once, and these keys."""
    extras = {name: field.json_schema_extra for name, field in kind.model_fields.items()}
    keys = "x-kubernetes-list-map-keys"
    return [(name, extra[keys]) for name, extra in extras.items() if isinstance(extra, dict) and keys in extra]


class StatusPart(Part):
    """A part of what was observed: fields of a newer operator are let pass."""

    model_config = ConfigDict(extra="ignore")


class ObjectRef(SpecPart):
    """Names another object in the same namespace."""

    name: ObjectName = Field(description="Name of the object, in the same namespace.")


class Condition(StatusPart):
    """One condition of the object, as every Kubernetes tool reads it."""

    type: Word = Field(description="What is judged: an adjective or a past participle, such as Ready or Validated.")
    status: Literal["True", "False", "Unknown"] = Field(description="True, False, or Unknown while it can't be told.")
    reason: Word = Field(description="Why, in one CamelCase word that scripts may compare.")
    message: Report = Field(
        default="", description="Why, for people: the subject, what happened, the number, what to do."
    )
    last_transition_time: datetime = Field(description="When status last changed.")
    observed_generation: Count | None = Field(default=None, description="The metadata.generation that was judged.")


UNSEEN = -1
"""The observedGeneration of an object that no operator has seen. Without it, tools that go by kstatus would find a
fresh object in order, since nothing speaks against it."""


class Status(StatusPart):
    """What every kind reports."""

    observed_generation: Annotated[int, Field(ge=UNSEEN)] | None = Field(
        default=None,
        description="The metadata.generation that this status speaks of; behind it while a change is being taken up, "
        "and -1 before the first.",
    )
    conditions: tuple[Condition, ...] = Field(
        default=(),
        max_length=MAX_CONDITIONS,
        description="Conditions of the object, one a type; `kubectl wait --for=condition=Ready` waits for one.",
        json_schema_extra={"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["type"]},
    )

    def condition(self, kind: str) -> Condition | None:
        return next((found for found in self.conditions if found.type == kind), None)


class ObjectMeta(StatusPart):
    """As much of an object's metadata as Colonnade reads."""

    name: str
    namespace: str = "default"
    uid: str = ""
    generation: int = 0
    resource_version: str = ""
    labels: dict[str, str] = {}
    annotations: dict[str, str] = {}
    finalizers: tuple[str, ...] = ()
    creation_timestamp: datetime | None = None
    deletion_timestamp: datetime | None = None


class Column(NamedTuple):
    """One column of `kubectl get`."""

    name: str
    path: str
    type: Literal["string", "integer", "date"] = "string"
    wide: bool = False  # shown by `-o wide` alone
    about: str = ""


class Names(NamedTuple):
    """How the API server and kubectl know a kind."""

    plural: str
    short: str
    columns: tuple[Column, ...]
    scale: bool = False


READY = Column(
    "Ready", '.status.conditions[?(@.type=="Ready")].status', about="Whether the object does what its spec says."
)
REASON = Column("Reason", '.status.conditions[?(@.type=="Ready")].reason', about="Why it is ready, or why it isn't.")
AGE = Column("Age", ".metadata.creationTimestamp", "date")


class Resource(Part):
    """An object of ours as the API server stores it."""

    model_config = ConfigDict(extra="ignore")
    names: ClassVar[Names]
    api_version: Literal["colonnade.dev/v1alpha1"] = "colonnade.dev/v1alpha1"
    metadata: ObjectMeta


def short_digest(digest: str | None) -> str | None:
    """The first ten hex digits, for people; None stays None."""
    return digest.removeprefix("sha256:")[:SHORT_DIGEST] if digest else None
