"""What a user can set: by flag, by environment (COLONNADE_*), or not at all."""

from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, CliPositionalArg, SettingsConfigDict

from .digests import PATTERN

MIB = 1 << 20
TERMINATION_LOG = Path("/dev/termination-log")


class Settings(BaseSettings):
    """Serves an ONNX model over the Open Inference Protocol. Each flag is also an environment variable: COLONNADE_…"""

    model_config = SettingsConfigDict(
        env_prefix="COLONNADE_",
        cli_prog_name="colonnade-serve",
        cli_kebab_case=True,
        cli_avoid_json=True,
        cli_hide_none_type=True,
        env_ignore_empty=True,
        frozen=True,
    )

    bundle: CliPositionalArg[str] = Field(
        default="",
        description="What to serve: a bundle's directory, a bare .onnx file, or their address in an artifact store, "
        "file:///store/models/<hex> or s3://bucket/models/<hex> (credentials from AWS_*).",
    )
    digest: str | None = Field(
        default=None, pattern=PATTERN, description="The digest that the bundle (or bare file) must have."
    )
    model: str | None = Field(
        default=None, min_length=1, description="The name in /v2/models/NAME; by default the bundle's or the file's."
    )
    version: str = Field(default="1", min_length=1, description="The version in /v2/models/NAME/versions/VERSION.")
    model_control: bool = Field(
        default=False,
        description="Whether clients may load and unload models (/v2/repository); whoever reaches the port then can.",
    )
    host: str = Field(default="0.0.0.0", description="The address to listen on.")  # noqa: S104 - a pod's own network
    http_port: int = Field(default=8080, ge=0, le=65535, description="The port for REST, health and metrics.")
    max_body_bytes: int = Field(default=64 * MIB, ge=1, description="A longer request body is answered by 413.")
    queue_limit: int = Field(
        default=1000, ge=1, description="Requests that may wait for a thread; one more is answered by 503."
    )
    inference_threads: int | None = Field(
        default=None, ge=1, description="Inferences at once; by default the CPUs of the container's limit."
    )
    intra_op_threads: int | None = Field(
        default=None, ge=1, description="Threads within one inference; by default the CPUs of the container's limit."
    )
    drain_delay: float = Field(
        default=2.0, ge=0, description="Seconds after SIGTERM, not ready but still serving, while endpoints go away."
    )
    drain_timeout: float = Field(default=25.0, ge=0, description="Seconds that requests in flight then may take.")
    keep_alive_timeout: int = Field(
        default=3900,
        ge=1,
        description="Seconds that an idle connection is kept: longer than any proxy in front keeps it.",
    )
    cache_dir: Path = Field(
        default=Path("/tmp/colonnade"),  # noqa: S108 - digests are verified after the download
        description="Where a bundle from s3 is downloaded to.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(default="info", description="What is logged.")
    feedback_minutes: float = Field(
        default=10.0,
        ge=0,
        description="How long predictions are remembered for /v2/models/NAME/feedback; 0 switches it off.",
    )
    payload_log: str | None = Field(
        default=None,
        description="Where sampled requests go as CloudEvents: file:///path, http(s)://… or s3://bucket/prefix.",
    )
    payload_share: float = Field(default=0.01, ge=0, le=1, description="The share of requests in the payload log.")
    protected: str = Field(
        default="",
        description="Inputs and outputs that the payload log leaves out, comma-separated; X[3] is a column of X.",
    )
    access_log_share: float = Field(default=0.0, ge=0, le=1, description="The share of requests that are logged.")
    termination_log: Path = Field(
        default=TERMINATION_LOG, description="Kubernetes' file for why the process ended, where it exists."
    )
