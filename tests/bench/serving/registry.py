"""Every server: how it is started, what is asked of it and how its answer is read. One entry adds one."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from . import payloads
from .cases import MODELS
from .payloads import Ask, Read

SYSTEM = ""  # not of a virtual environment
OURS = "colonnade"  # this checkout's own


@dataclass(frozen=True)
class Server:
    """In command and env these are filled in: {bin} {py} {pylib} of the venv, {port} {port1} {port2} {scratch}, and
    {model} {joblib} {bundle} {output} {features} {outputs} of the case.
    """

    venv: str
    command: str
    env: Mapping[str, str] = field(default_factory=dict)
    dir: str = ""  # under servers/: the working directory, and on PYTHONPATH
    ask: Ask = payloads.oip_json
    read: Read | None = payloads.read_oip_json  # None: says hello, so nothing to check
    ready: str = "/v2/health/ready"
    predict: str = "/v2/models/bench/infer"
    content_type: str = "application/json"
    rpc: bool = False  # asked by gRPC, at port1; the body and path above are REST's
    most_rows: int = 0  # that a request may have; 0: any number
    models: tuple[str, ...] = MODELS


def binary(server: Server) -> Server:
    return replace(
        server, ask=payloads.oip_binary, read=payloads.read_oip_binary, content_type="application/octet-stream"
    )


def hello(server: Server) -> Server:
    return replace(server, ask=payloads.hello, read=None)


def plain(server: Server) -> Server:
    """What people write by hand: {"instances": rows} gives {"predictions": rows}."""
    ask, read = payloads.nested("instances"), payloads.read_key("predictions")
    return replace(server, ask=ask, read=read, ready="/health", predict="/predict")


def _uvicorn(app: str) -> str:
    return (
        f"{{bin}}/uvicorn {app} --host 127.0.0.1 --port {{port}} --workers 1 --loop uvloop --http httptools"
        " --no-access-log --log-level warning"
    )


def _granian(app: str) -> str:
    return (
        f"{{bin}}/granian {app} --interface rsgi --host 127.0.0.1 --port {{port}} --workers 1 --runtime-threads 1"
        " --http 1 --no-ws --loop uvloop --log-level warning"
    )


def _cpp(mode: str, batch: int) -> Server:
    return Server("cpp", f"{{bin}}/server {{port}} {{model}} {{output}} {{features}} {{outputs}} {mode} {batch}")


def _thin(command: str, mode: str) -> Server:
    return Server("thin", command, {"BENCH_MODE": mode}, "thin")


def _mlserver(**env: str) -> Server:
    kept = {
        "MLSERVER_HOST": "127.0.0.1",
        "MLSERVER_HTTP_PORT": "{port}",
        "MLSERVER_GRPC_PORT": "{port1}",
        "MLSERVER_METRICS_PORT": "{port2}",
        "MLSERVER_METRICS_DIR": "{scratch}",
        "MLSERVER_ENVIRONMENTS_DIR": "{scratch}",
        "MLSERVER_DEBUG": "false",
        "MLSERVER_PARALLEL_WORKERS": "0",
    }
    return Server("mlserver", "{bin}/mlserver start onnx", kept | env, "mlserver")


def _bentoml(**env: str) -> Server:
    command = "{bin}/bentoml serve service:Bench --host 127.0.0.1 --port {port}"
    ask = payloads.nested("x")
    return Server("bentoml", command, env, "bentoml", ask, payloads.read_list, ready="/readyz", predict="/predict")


def _ray(**env: str) -> Server:
    return replace(plain(Server("ray_serve", "{py} app.py", env, "ray_serve")), ready="/-/healthz", predict="/")


def _triton(script: str, **env: str) -> Server:
    return Server("pytriton", f"{{py}} {script}", env, "pytriton")


def by_grpc(server: Server) -> Server:
    return replace(server, rpc=True)


COLONNADE = Server(
    OURS,
    "{bin}/colonnade-serve {bundle} --host 127.0.0.1 --http-port {port} --model bench --log-level warning",
    ask=payloads.oip_json_named,
)
FASTAPI = plain(Server("fastapi_naive", _uvicorn("app:app"), dir="fastapi_naive"))
FLASK = plain(
    Server(
        "flask_gunicorn",
        "{bin}/gunicorn -w 1 -k gthread --threads 8 -b 127.0.0.1:{port} --keep-alive 75 app:app",
        dir="flask_gunicorn",
    )
)
LITSERVE = plain(Server("litserve", "{py} app.py", dir="litserve"))

REGISTRY: Mapping[str, Server] = {
    "colonnade": COLONNADE,
    "colonnade-binary": replace(binary(COLONNADE), ask=payloads.oip_binary_named),
    "colonnade-grpc": by_grpc(replace(COLONNADE, command=COLONNADE.command + " --grpc-port {port1}")),
    # the limit of HTTP, and of C++
    "nginx-hello": hello(Server(SYSTEM, "{py} serve.py", dir="nginx")),
    "cpp-hello": hello(_cpp("hello", 1)),
    "cpp-json": _cpp("json", 1),
    "cpp-json-batch": _cpp("json", 32),
    "cpp-binary": binary(_cpp("bin", 1)),
    "cpp-binary-batch": binary(_cpp("bin", 32)),
    # Python with no framework
    "thin-uvicorn-hello": hello(_thin(_uvicorn("thin:asgi"), "hello")),
    "thin-uvicorn-json": _thin(_uvicorn("thin:asgi"), "json"),
    "thin-uvicorn-binary": binary(_thin(_uvicorn("thin:asgi"), "bin")),
    "thin-granian-hello": hello(_thin(_granian("thin:rsgi"), "hello")),
    "thin-granian-json": _thin(_granian("thin:rsgi"), "json"),
    "thin-granian-binary": binary(_thin(_granian("thin:rsgi"), "bin")),
    # what people write by hand
    "fastapi-def": FASTAPI,
    "fastapi-async": replace(FASTAPI, env={"BENCH_STYLE": "async"}),
    "flask-gunicorn": FLASK,
    # peers
    "mlserver": _mlserver(),
    "mlserver-grpc": by_grpc(_mlserver()),
    "mlserver-default": _mlserver(MLSERVER_PARALLEL_WORKERS="1"),
    "mlserver-batch": _mlserver(MLSERVER_MODEL_MAX_BATCH_SIZE="32", MLSERVER_MODEL_MAX_BATCH_TIME="0.001"),
    "mlserver-sklearn": replace(
        _mlserver(MLSERVER_MODEL_URI="{joblib}"),
        command="{bin}/mlserver start sklearn",
        ask=payloads.oip_json_predict_proba,
        models=("lr", "gbt"),
    ),
    "kserve": Server("kserve", "{py} app.py", dir="kserve"),
    "kserve-grpc": by_grpc(Server("kserve", "{py} app.py", {"BENCH_GRPC": "{port1}"}, "kserve")),
    "litserve": LITSERVE,
    "litserve-fastq": replace(LITSERVE, env={"BENCH_FAST_QUEUE": "1"}),
    "litserve-batch": replace(LITSERVE, env={"BENCH_BATCH": "32"}, most_rows=1),
    "bentoml": _bentoml(),
    "bentoml-batch": _bentoml(BENCH_BATCH="32"),
    "ray-serve": _ray(),
    "ray-serve-batch": replace(_ray(BENCH_BATCH="32"), most_rows=1),
    "ray-serve-tuned": _ray(RAY_SERVE_THROUGHPUT_OPTIMIZED="1"),
    "pytriton": _triton("app.py", BENCH_BATCH="32", LD_LIBRARY_PATH="{pylib}"),
    "triton-python": _triton("triton.py"),
    "triton-python-batch": _triton("triton.py", BENCH_BATCH="32"),
    "triton-python-binary": binary(_triton("triton.py")),
}

# What a comparison says it of, where nobody asks for others.
PEERS = (
    "colonnade",
    "colonnade-binary",
    "colonnade-grpc",
    "cpp-json-batch",
    "cpp-json",
    "thin-uvicorn-json",
    "triton-python-batch",
    "fastapi-async",
    "mlserver",
    "mlserver-batch",
    "mlserver-grpc",
    "kserve",
    "litserve",
    "bentoml",
    "ray-serve",
)
