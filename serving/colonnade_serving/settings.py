"""What a user can set: by flag, by environment (COLONNADE_*), or not at all. Each class is a group of --help."""

import re
from pathlib import Path
from ssl import PROTOCOL_TLS_SERVER, SSLContext
from typing import Literal

from pydantic import BaseModel, Field, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, CliPositionalArg, SettingsConfigDict

from .digests import PATTERN
from .guard import read
from .prefix import PREFIX, is_ambiguous
from .threads import cpu_limit, intra_op_threads
from .tls import check, trust

MIB = 1 << 20
ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://[A-Za-z0-9.\[\]:-]+")
TERMINATION_LOG = Path("/dev/termination-log")


class Served(BaseModel):
    """What to serve"""

    bundle: CliPositionalArg[str] = Field(
        default="",
        description="A bundle's directory, a bare .onnx file, or a folder of several (each bundle or .onnx file in it "
        "is a model, or NAME/VERSION/ as Triton has it); or the address of one in an artifact store, "
        "file:///store/models/<hex> or s3://bucket/models/<hex> (credentials from AWS_*).",
    )
    digest: str | None = Field(default=None, description="The digest that the bundle (or bare file) must have.")
    public_key: str | None = Field(
        default=None,
        description="An Ed25519 public key in PEM, or the file it is in: a bundle that it didn't sign is refused. "
        "Several, one after the other, while keys are exchanged.",
    )
    allow_unsigned: bool = Field(
        default=False, description="With a public key, serve what nobody signed too; a wrong signature is refused ever."
    )
    model: str | None = Field(
        default=None, min_length=1, description="The name in /v2/models/NAME; by default the bundle's or the file's."
    )
    version: str = Field(default="1", min_length=1, description="The version in /v2/models/NAME/versions/VERSION.")
    every_version: bool = Field(
        default=False, description="Of NAME/VERSION/ folders, serve each version and not the highest alone."
    )
    load: Literal["start", "use"] = Field(
        default="start",
        description="Load models at the start, or each at its first use, which is answered by 503 and Retry-After.",
    )
    model_control: bool = Field(
        default=False,
        description="Whether clients may load and unload models (/v2/repository); whoever reaches the port then can.",
    )
    cache_dir: Path = Field(
        default=Path("/tmp/colonnade"),  # noqa: S108 - digests are verified after the download
        description="Where bundles from s3 are downloaded to; what is there already is not downloaded again.",
    )


class Listening(BaseModel):
    """Where to listen, and for how long"""

    host: str = Field(default="0.0.0.0", description="The address to listen on; :: is every address, of IPv6 and IPv4.")  # noqa: S104 - a pod's own network
    root_path: str = Field(
        default="",
        description="The path prefix under which a proxy in front has this server, as /ml; requests are answered with "
        "it and without. A proxy's X-Forwarded-Prefix says the same.",
    )
    cors_origins: str = Field(
        default="",
        description="Where pages come from that browsers may let ask here, comma-separated, as https://app.example; *: "
        "anywhere. None by default.",
    )
    bearer_token_file: Path | None = Field(
        default=None,
        description="A file with a token that all requests but health probes must bring (Authorization: Bearer); read "
        "again when it changes.",
    )
    tls_cert: Path | None = Field(
        default=None,
        description="The certificate for TLS, in PEM, with those between it and its CA; read again when it changes.",
    )
    tls_key: Path | None = Field(
        default=None, validate_default=True, description="Its private key, in PEM; read again when it changes."
    )
    tls_client_ca: Path | None = Field(
        default=None, description="The CA, in PEM, of which clients then need a certificate; probes too."
    )
    http_port: int = Field(default=8080, ge=0, le=65535, description="The port for REST, gRPC, health and metrics.")
    grpc_port: int | None = Field(
        default=None,
        ge=0,
        le=65535,
        description="A port for gRPC alone. The HTTP port speaks gRPC in any case, told apart by its first bytes.",
    )
    max_body_bytes: int = Field(
        default=64 * MIB, ge=1, description="A longer request body is answered by 413 (gRPC: RESOURCE_EXHAUSTED)."
    )
    keep_alive_timeout: int = Field(
        default=3900,
        ge=1,
        description="Seconds that an idle connection is kept: longer than any proxy in front keeps it.",
    )
    drain_delay: float = Field(
        default=2.0, ge=0, description="Seconds after SIGTERM, not ready but still serving, while endpoints go away."
    )
    drain_timeout: float = Field(default=25.0, ge=0, description="Seconds that requests in flight then may take.")

    @field_validator("root_path")
    @classmethod
    def _is_a_prefix(cls, path: str) -> str:
        prefix = path.rstrip("/")
        if prefix and not PREFIX.fullmatch(prefix):
            raise ValueError("a path is wanted, as /ml or /teams/ml")
        if prefix and is_ambiguous(prefix):
            raise ValueError("this server's own paths begin so; choose another prefix")
        return prefix

    @field_validator("cors_origins")
    @classmethod
    def _are_origins(cls, listed: str) -> str:
        for origin in listed.split(","):
            if listed and origin.strip() != "*" and not ORIGIN.fullmatch(origin.strip()):
                raise ValueError(f"{origin.strip()!r} is no origin; as https://app.example:8443, without a path, or *")
        return listed

    @field_validator("bearer_token_file")
    @classmethod
    def _has_a_token(cls, path: Path | None) -> Path | None:
        if path is not None:
            read(path)
        return path

    @field_validator("tls_key")
    @classmethod
    def _is_the_certificates(cls, key: Path | None, info: ValidationInfo) -> Path | None:
        cert = info.data.get("tls_cert")
        if (cert is None) != (key is None):
            raise ValueError("--tls-cert and --tls-key go together")
        if cert is not None and key is not None:
            check(cert, key)
        return key

    @field_validator("tls_client_ca")
    @classmethod
    def _is_a_ca(cls, path: Path | None, info: ValidationInfo) -> Path | None:
        if path is not None:
            if info.data.get("tls_cert") is None:
                raise ValueError("there is no TLS without --tls-cert and --tls-key")
            trust(SSLContext(PROTOCOL_TLS_SERVER), path)
        return path

    @field_validator("grpc_port")
    @classmethod
    def _is_another_port(cls, port: int | None, info: ValidationInfo) -> int | None:
        if port and port == info.data.get("http_port"):
            raise ValueError("the port for REST speaks gRPC too, so leave --grpc-port out or choose another")
        return port


class Computing(BaseModel):
    """How to compute"""

    workers: str = Field(
        default="1",
        description="Processes, each with its own copy of the models; auto: one a CPU of the container's limit.",
    )
    intra_op_threads: int | None = Field(
        default=None,
        ge=1,
        description="Threads within one inference; by default the CPUs of the container's limit, or 1 with workers.",
    )
    inference_threads: int = Field(default=1, ge=1, description="Batches of a model at once, in a worker.")
    providers: str = Field(
        default="CPUExecutionProvider",
        description="onnxruntime's execution providers, the preferred one first, as CUDAExecutionProvider,"
        "CPUExecutionProvider.",
    )
    batch_rows: int = Field(
        default=64,
        ge=1,
        description="Rows of a batch at most; a larger request is run alone. 1: no request ever runs with another.",
    )
    batch_delay_ms: float = Field(
        default=0.0,
        ge=0,
        description="Milliseconds that a batch may wait for more, if what it costs says that waiting pays.",
    )
    busy_poll_us: float = Field(
        default=200.0,
        ge=0,
        le=1000,
        description="Microseconds after an answer for which the next request is looked out for without sleeping, while "
        "requests follow each other that soon; 0: never. Never with less than a CPU for each worker.",
    )
    queue_limit: int = Field(
        default=1000, ge=1, description="Requests that may wait for a model; one more is answered by 503."
    )


class Observing(BaseModel):
    """What to tell"""

    log_level: Literal["debug", "info", "warning", "error"] = Field(default="info", description="What is logged.")
    access_log_share: float = Field(default=0.0, ge=0, le=1, description="The share of requests that are logged.")
    payload_log: str | None = Field(
        default=None,
        description="Where sampled requests go as CloudEvents: file:///path, http(s)://… or s3://bucket/prefix.",
    )
    payload_share: float = Field(default=0.01, ge=0, le=1, description="The share of requests in the payload log.")
    protected: str = Field(
        default="",
        description="Inputs and outputs that the payload log leaves out, comma-separated; X[3] is a column of X.",
    )
    feedback_minutes: float = Field(
        default=10.0,
        ge=0,
        description="How long predictions are remembered for labels by id (/v2/models/NAME/feedback); 0: none are.",
    )
    feedback_key: str | None = Field(
        default=None,
        min_length=16,
        repr=False,
        description="A secret that all pods of a model share, 16 characters or more: each answer then has a token "
        "(x-colonnade-prediction), by which any of them takes its label.",
    )
    feedback_days: float = Field(
        default=7.0, gt=0, description="How old an answer may be whose label still counts, by its token."
    )
    group_input: str | None = Field(
        default=None, min_length=1, description="An input by whose values answers and labels are counted, as sex."
    )
    group_parameter: str | None = Field(
        default=None,
        min_length=1,
        validate_default=True,
        description="The like, of a parameter of the request that the model does not see.",
    )
    termination_log: Path = Field(
        default=TERMINATION_LOG, description="Kubernetes' file for why the process ended, where it exists."
    )

    @field_validator("group_parameter")
    @classmethod
    def _is_one_of_two(cls, name: str | None, info: ValidationInfo) -> str | None:
        if name is not None and info.data.get("group_input") is not None:
            raise ValueError("--group-input says it already; leave one of the two out")
        return name


class Settings(Observing, Computing, Listening, Served, BaseSettings):
    """Serves ONNX models over the Open Inference Protocol, REST and gRPC."""

    model_config = SettingsConfigDict(
        env_prefix="COLONNADE_",
        cli_prog_name="colonnade-serve",
        cli_kebab_case=True,
        cli_avoid_json=True,
        cli_implicit_flags=True,
        cli_shortcuts={"model": "name"},
        env_ignore_empty=True,
        frozen=True,
    )

    @field_validator("digest")
    @classmethod
    def _is_a_digest(cls, text: str | None) -> str | None:
        if text is not None and not re.match(PATTERN, text):
            raise ValueError("sha256: and 64 hex digits are wanted, as sha256sum prints them behind sha256:")
        return text

    @field_validator("workers")
    @classmethod
    def _is_a_number_of_processes(cls, text: str) -> str:
        if not re.fullmatch(r"auto|[1-9][0-9]{0,2}", text):
            raise ValueError("a number of processes from 1 to 999 is wanted, or auto: one a CPU")
        return text

    @field_validator("providers")
    @classmethod
    def _are_names(cls, text: str) -> str:
        if not re.fullmatch(r"\w+(,\w+)*", text):
            raise ValueError("names of onnxruntime's execution providers with commas and no spaces are wanted")
        return text

    @field_validator("payload_log")
    @classmethod
    def _is_a_sink(cls, url: str | None) -> str | None:
        if url is not None:
            from .telemetry.sinks import check_address  # noqa: PLC0415 - the artifact store's import takes 100 ms

            check_address(url)
        return url

    @field_validator("public_key")
    @classmethod
    def _is_a_key(cls, text: str | None) -> str | None:
        if text is not None:
            from .bundle.keys import public_keys  # noqa: PLC0415 - cryptography's import takes 60 ms

            public_keys(text)
        return text

    @property
    def origins(self) -> tuple[str, ...]:
        """Of pages that browsers may let ask here."""
        return tuple(origin.strip() for origin in self.cors_origins.split(",") if origin.strip())

    @property
    def worker_count(self) -> int:
        """Processes that serve."""
        return intra_op_threads() if self.workers == "auto" else int(self.workers)

    @property
    def threads(self) -> int | None:
        """For one inference; None: the CPUs of the container's limit, whatever they are when a model is loaded."""
        return self.intra_op_threads or (1 if self.worker_count > 1 else None)

    @property
    def busy_poll_seconds(self) -> float:
        """0 where a quota would be used up by it, and the next request then be throttled."""
        return self.busy_poll_us / 1e6 if cpu_limit() >= self.worker_count else 0.0

    @property
    def execution_providers(self) -> tuple[str, ...]:
        """onnxruntime's, the preferred one first."""
        return tuple(self.providers.split(","))
