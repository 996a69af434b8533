"""Where bytes come from: the rules that every storageUri keeps."""

from typing import Annotated, Any

from pydantic import Field

from colonnade.api.common import Rule

SCHEMES = ("file", "pvc", "https", "http", "s3")
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
                    "message": "start it with s3://, https://, pvc://, file:// or http://, such as "
                    "s3://bucket/key.parquet",
                }
            ]
        },
        pattern=URI_PATTERN,
    ),
]


def _http_is_meant(source: Any) -> bool:
    return source.insecure or not (source.storage_uri or "").startswith("http://")


HTTP_IS_MEANT = Rule(
    "!has(self.storageUri) || !self.storageUri.startsWith('http://') || self.insecure",
    "http:// sends data unprotected: write https://, or insecure: true where that is meant",
    _http_is_meant,
    field=".storageUri",
)
