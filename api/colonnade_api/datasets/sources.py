"""Where data and models come from."""

from typing import Annotated, Any, Literal

from pydantic import Field

from colonnade_api.common import ObjectRef, Rule, SpecPart
from colonnade_api.datasets.csv import Csv
from colonnade_api.datasets.queries import QUERIED, Query, Sql

SCHEDULE_PATTERN = r"^(@(hourly|daily|midnight|weekly|monthly|yearly|annually)|[0-9*,/-]+( [0-9A-Za-z*,/-]+){4})$"
SCHEMES = ("file", "pvc", "https", "http", "s3", "gs", "az")
URI_PATTERN = rf"^({'|'.join(SCHEMES)})://.+$"

StorageUri = Annotated[
    str,
    Field(
        min_length=1,
        max_length=1024,
        json_schema_extra={
            "x-kubernetes-validations": [
                {
                    "rule": f"self.matches('{URI_PATTERN}')",
                    "message": "start it with s3://, gs://, az://, https://, pvc://, file:// or http://, such as "
                    "s3://bucket/key.parquet",
                }
            ]
        },
        pattern=URI_PATTERN,
    ),
]


Schedule = Annotated[
    str,
    Field(
        min_length=1,
        max_length=64,
        pattern=SCHEDULE_PATTERN,
        json_schema_extra={
            "x-kubernetes-validations": [
                {
                    "rule": f"self.matches('{SCHEDULE_PATTERN}')",
                    "message": "write @hourly, @daily, @weekly, @monthly, or five cron fields such as '*/15 * * * *'",
                }
            ]
        },
    ),
]
"""When to do something again and again, as crontab(5) writes it, in UTC."""


def _http_is_meant(source: Any) -> bool:
    return source.insecure or not (source.storage_uri or "").startswith("http://")


HTTP_IS_MEANT = Rule(
    "!has(self.storageUri) || !self.storageUri.startsWith('http://') || self.insecure",
    "http:// sends data unprotected: write https://, or insecure: true where that is meant",
    _http_is_meant,
    field=".storageUri",
)


class Upload(SpecPart):
    """What is read is uploaded by hand."""


def dataset_uploads(name: str) -> str:
    """The folder in the store of what is pushed for a Dataset; the newest file in it is read."""
    return f"uploads/{name}"


def model_upload(name: str, digest: str) -> str:
    """Where in the store a file lies that was pushed for a ModelVersion. digest: sha256:HEX. No Dataset's name has a
    dot."""
    return f"{model_uploads(name)}/{digest.removeprefix('sha256:')}.onnx"


def model_uploads(name: str) -> str:
    """The folder in the store of what is pushed for a ModelVersion."""
    return f"uploads/modelversion.{name}"


class Refresh(SpecPart):
    """When to look at the source again."""

    schedule: Schedule = Field(
        description="@hourly, @daily, @weekly, @monthly, or five cron fields in UTC, such as `*/15 * * * *`."
    )


FILE_FIELDS = ("secretRef", "format", "csv", "refresh")


class DataSource(SpecPart):
    """Where the rows come from: exactly one of storageUri, upload, query and sql."""

    rules = (
        Rule(
            "[has(self.storageUri), has(self.upload), has(self.query), has(self.sql)].filter(given, given).size() == 1",
            "say where the rows come from by exactly one of storageUri (such as s3://bucket/key.parquet), upload: {} "
            "(uploaded by `kubectl colonnade push`), query (SQL over other Datasets) and sql (a database)",
            lambda source: [source.storage_uri, source.upload, source.query, source.sql].count(None) == 3,
        ),
        Rule(
            "!has(self.query) || !(" + " || ".join(f"has(self.{f})" for f in FILE_FIELDS) + ")",
            "secretRef, format, csv and refresh are about files, and a query reads none; it is looked at again "
            "whenever one of its Datasets has a new version",
            lambda source: (
                source.query is None or (source.secret_ref, source.format, source.csv, source.refresh) == (None,) * 4
            ),
            field=".query",
        ),
        Rule(
            "!has(self.sql) || !(has(self.secretRef) || has(self.format) || has(self.csv))",
            "secretRef, format and csv are about files, and sql reads none; its credentials are those of "
            "connectionSecretRef",
            lambda source: source.sql is None or (source.secret_ref, source.format, source.csv) == (None,) * 3,
            field=".sql",
        ),
        HTTP_IS_MEANT,
        Rule(
            "!has(self.refresh) || has(self.storageUri) || has(self.sql)",
            "refresh needs a storageUri or a database to look at; an upload is new when someone pushes it",
            lambda source: source.refresh is None or bool(source.storage_uri or source.sql),
            field=".refresh",
        ),
        Rule(
            "!has(self.format) || self.format != 'delta' || "
            "(has(self.storageUri) && !self.storageUri.matches('^https?://'))",
            "a Delta table is a folder: name it by a storageUri of s3://, gs://, az://, pvc:// or file://",
            lambda source: (
                source.format != "delta" or (source.storage_uri or "http://").partition(":")[0] not in ("http", "https")
            ),
            field=".format",
        ),
        Rule(
            "!has(self.csv) || !has(self.format) || self.format == 'csv'",
            "csv says how a csv file is written, and format says that it is none: leave one of them out",
            lambda source: source.csv is None or source.format in (None, "csv"),
            field=".csv",
        ),
    )

    storage_uri: StorageUri | None = Field(
        default=None,
        description="Address of the data: s3://BUCKET/KEY, gs://BUCKET/KEY, az://CONTAINER/KEY, "
        "https://HOST/PATH, pvc://CLAIM/PATH (a volume claim in the "
        "same namespace), file:///PATH (as the Job sees it; the artifact store's volume lies at /store), or http:// "
        "with insecure: true. A `*` in the last part takes all files that match, in the order of their names; a folder "
        "all that lie in it.",
    )
    upload: Upload | None = Field(
        default=None,
        description="The rows are uploaded by hand: `kubectl colonnade push dset/NAME FILE`. Write `upload: {}` "
        "instead of a storageUri.",
    )
    query: Query | None = Field(
        default=None, description="The rows are made of other Datasets' current versions, by SQL."
    )
    sql: Sql | None = Field(default=None, description="The rows are a database's: PostgreSQL or SQLite.")
    insecure: bool = Field(
        default=False, description="Allow http://, where anyone on the way can read and change the data."
    )
    secret_ref: ObjectRef | None = Field(
        default=None,
        description="Secret with the source's credentials: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (and "
        "AWS_ENDPOINT_URL, AWS_REGION) for s3://; GOOGLE_APPLICATION_CREDENTIALS (a service account's key, JSON) for "
        "gs://; AZURE_STORAGE_ACCOUNT and AZURE_STORAGE_KEY, AZURE_STORAGE_SAS_TOKEN, or AZURE_CLIENT_ID, "
        "AZURE_CLIENT_SECRET and AZURE_TENANT_ID for az://; username and password, or token, for https://. Left out: a "
        "bucket that anyone may read, or that the pod's own role opens.",
    )
    format: Literal["csv", "parquet", "jsonl", "delta"] | None = Field(
        default=None,
        description="csv, parquet, jsonl (one JSON object a line) or delta (a folder with a _delta_log). Left out: "
        "told by the file's first bytes, and by the folder.",
    )
    csv: Csv | None = Field(
        default=None,
        description="How a csv file is written. Left out, whole or in part: told from the file; the report says how.",
    )
    refresh: Refresh | None = Field(
        default=None,
        description="When to look at the source again; changed content makes a new version, unchanged content none. "
        "Left out: when the spec changes, or the annotation colonnade.dev/refresh.",
    )

    @property
    def described(self) -> str:
        """What people know it by: its address, or what it is read from."""
        if self.query is not None:
            return f"{QUERIED}{', '.join(each.name for each in self.query.datasets)}"
        if self.sql is not None:
            return f"the database of Secret {self.sql.connection_secret_ref.name}"
        return self.storage_uri or "what was pushed"


class ModelSource(SpecPart):
    """An ONNX file that was made elsewhere."""

    rules = (
        Rule(
            "has(self.storageUri) != has(self.upload)",
            "say where the model comes from by exactly one of storageUri (such as s3://bucket/model.onnx) and upload: "
            "{} (uploaded by `kubectl colonnade push`)",
            lambda source: (source.storage_uri is None) != (source.upload is None),
        ),
        HTTP_IS_MEANT,
    )

    storage_uri: StorageUri | None = Field(
        default=None,
        description="Address of one .onnx file: s3://BUCKET/KEY, gs://BUCKET/KEY, az://CONTAINER/KEY, "
        "https://HOST/PATH, pvc://CLAIM/PATH, file:///PATH (as "
        "the Job sees it), or http:// with insecure: true.",
    )
    upload: Upload | None = Field(
        default=None,
        description="The file is uploaded by hand: `kubectl colonnade push mv/NAME FILE.onnx`. Write `upload: {}` "
        "instead of a storageUri.",
    )
    insecure: bool = Field(default=False, description="Allow http://, where anyone on the way can change the model.")
    secret_ref: ObjectRef | None = Field(
        default=None,
        description="Secret with the source's credentials, by the same keys as those of a Dataset's source.",
    )
