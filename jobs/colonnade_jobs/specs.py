"""The documents that the operator hands to a Job: of the specs, the fields that a Job obeys."""

from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from .errors import PermanentError

ColumnType = Literal["number", "integer", "boolean", "category", "string", "text", "date"]
Fraction = Annotated[float, Field(ge=0, le=1)]
Document = TypeVar("Document", bound="Part")


class Part(BaseModel):
    """A part of a document: camelCase in JSON; fields of the spec that don't concern Jobs are passed over."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True, extra="ignore")


class Upload(Part):
    """The rows were uploaded by `kubectl colonnade push`."""


class Csv(Part):
    """How a csv file is written; what is None is told from the file."""

    delimiter: str | None = None
    quote: str | None = None
    encoding: str | None = None
    header: bool = True
    skip_rows: int | None = None
    null_values: list[str] | None = None
    decimal: Literal[".", ","] | None = None
    thousands: Literal[",", ".", " ", "'"] | None = None
    date_format: str | None = None


class Source(Part):
    """Where the rows come from: one of an address and an upload."""

    storage_uri: str | None = None
    upload: Upload | None = None
    format: Literal["csv", "parquet"] | None = None
    csv: Csv = Csv()
    insecure: bool = False


class Column(Part):
    """What is demanded of a column."""

    name: str
    type: ColumnType
    nullable: bool = False
    unique: bool = False
    min: float | None = None
    max: float | None = None
    earliest: str | None = None
    latest: str | None = None
    pattern: str | None = None
    allowed: list[str | float | bool] | None = None


class Schema(Part):
    """The declared columns; columns that it doesn't name are kept, with the types that the source shows."""

    unique_key: list[str] = []
    columns: list[Column] = []


class Validation(Part):
    """What happens to rows that break a rule."""

    on_invalid: Literal["Quarantine", "Reject"] = "Quarantine"
    max_invalid_fraction: Fraction = 0.01


class DropDuplicates(Part):
    """Keep the first of equal rows; columns: those that are compared, all by default."""

    columns: list[str] = []


class FillMissing(Part):
    """Fill a column's missing values with a statistic of the valid rows, or a constant."""

    column: str
    strategy: Literal["mean", "median", "mode", "constant"]
    value: str | float | bool | None = None


class Trim(Part):
    """Strip white space; columns: all strings by default."""

    columns: list[str] = []


class CleaningStep(Part):
    """One of the three."""

    drop_duplicates: DropDuplicates | None = None
    fill_missing: FillMissing | None = None
    trim: Trim | None = None


class Split(Part):
    """Which rows are held out of training."""

    test: float = Field(default=0.2, gt=0, lt=1)
    stratify_by: str | None = None
    time_column: str | None = None
    seed: int = 0


class DatasetSpec(Part):
    """What a dataset Job obeys of Dataset.spec."""

    source: Source
    schema_: Schema = Field(default=Schema(), alias="schema")
    validation: Validation = Validation()
    cleaning: list[CleaningStep] = []
    split: Split = Split()


class DatasetJob(Part):
    """COLONNADE_JOB of `colonnade-jobs dataset`; previous: the digest of the current version."""

    namespace: str
    name: str
    spec: DatasetSpec
    previous: str | None = None


class Features(Part):
    """Which columns are learned from."""

    include: list[str] = []
    exclude: list[str] = []


class Encode(Part):
    """What a category that training never saw meets in the served model: none of the known ones, or an error."""

    handle_unknown: Literal["Ignore", "Error"] = "Ignore"


class Preprocessing(Part):
    """What happens to the features before the estimator."""

    scale: Literal["Auto", "Standard", "None"] = "Auto"
    encode: Encode = Encode()


class CrossValidation(Part):
    """How often, and how, the training rows are split for a second opinion."""

    folds: int = Field(default=5, ge=2)
    strategy: Literal["Stratified", "KFold", "TimeSeries"] | None = None


class Estimator(Part):
    """A scikit-learn estimator by its full name; parameters may hold estimators of the same shape."""

    name: str
    params: dict[str, Any] = {}


class Training(Part):
    """What a training Job obeys of ModelVersion.spec.training."""

    target: str
    task: Literal["Classification", "Regression"] = "Classification"
    features: Features = Features()
    estimator: Estimator
    preprocessing: Preprocessing = Preprocessing()
    cross_validation: CrossValidation | None = None
    seed: int = 0


class ModelSource(Part):
    """A model that was trained elsewhere."""

    storage_uri: str
    insecure: bool = False


class ModelVersionSpec(Part):
    """What a training Job obeys of ModelVersion.spec: one of training and source."""

    model: str
    training: Training | None = None
    source: ModelSource | None = None


class DatasetVersion(Part):
    """The version to train on, who answers for it, and on what terms it may be used."""

    name: str
    digest: str
    owner: str = ""
    license: str = ""


class TrainJob(Part):
    """COLONNADE_JOB of `colonnade-jobs train`."""

    namespace: str
    name: str
    image: str | None = None
    spec: ModelVersionSpec
    dataset: DatasetVersion | None = None


def read(document: type[Document], data: str) -> Document:
    """The document that COLONNADE_JOB holds. Raises PermanentError, naming the field and the fix."""
    try:
        return document.model_validate_json(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        field = ".".join(str(part) for part in first["loc"])
        raise PermanentError("InvalidSpec", f"{field}: {first['msg'][:1].lower()}{first['msg'][1:]}") from error
