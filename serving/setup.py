"""Compiles what every request goes through, by mypyc: the same sources, typed as they are, with no interpreter between.

COLONNADE_PURE=1 leaves all of it to the interpreter, which answers the same, but takes twice as long.
"""

import os
from hashlib import sha256
from pathlib import Path

from setuptools import Extension, setup

HOT = (
    "batching/batcher.py",
    "batching/busy.py",
    "batching/cost.py",
    "batching/inline.py",
    "batching/queue.py",
    "batching/run.py",
    "batching/task.py",
    "cache.py",
    "clock.py",
    "iobinding.py",
    "protocol/binary.py",
    "protocol/request.py",
    "protocol/response.py",
    "protocol/signature.py",
    "protocol/tensors.py",
    "request_ids.py",
    "rpc/answer.py",
    "rpc/calls.py",
    "rpc/http2/budget.py",
    "rpc/http2/connection.py",
    "rpc/http2/fields.py",
    "rpc/http2/frames.py",
    "rpc/http2/head.py",
    "rpc/http2/reader.py",
    "rpc/http2/settings.py",
    "rpc/http2/stream.py",
    "rpc/infer.py",
    "rpc/request.py",
    "server/fastpath/binary_templates.py",
    "server/fastpath/codec.py",
    "server/fastpath/head_cache.py",
    "server/fastpath/json_templates.py",
    "server/fastpath/numbers.py",
    "server/fastpath/pipeline.py",
    "server/fastpath/request.py",
    "server/fastpath/response_templates.py",
    "server/fastpath/scan.py",
    "server/fastpath/shared.py",
    "server/fastpath/wire.py",
    "server/request_headers.py",
    "service/inference.py",
    "telemetry/answer.py",
    "telemetry/answer_counts.py",
    "telemetry/batches.py",
    "telemetry/buffer.py",
    "telemetry/columns.py",
    "telemetry/memory.py",
    "telemetry/observer.py",
    "telemetry/rows.py",
)
"""Classes here are native: they have no attributes but their own, and nobody may replace a method of theirs."""

GROUP = "colonnade_serving.hot"
"""The one library that all of it is in."""
BUILT = "built.py"
"""Made here: the digests of what was compiled, compiled with it, for compiled.py to compare."""
TYPES = ("--config-file=", "--ignore-missing-imports", "--follow-imports=silent")
"""`make check` looks at types more closely, with the settings of the whole repository and their plugins; here types are
only needed, wherever it is built."""


def extensions() -> list[Extension]:
    if os.environ.get("COLONNADE_PURE"):
        return []
    from mypyc.build import mypycify  # noqa: PLC0415

    package = Path("colonnade_serving")
    _write_if_other(package / BUILT, _built({path: sha256((package / path).read_bytes()).hexdigest() for path in HOT}))
    paths = [f"{package}/{path}" for path in (*HOT, BUILT)]
    found: list[Extension] = mypycify([*TYPES, *paths], opt_level="2", debug_level="0", group_name=GROUP)
    for extension in found:
        extension.extra_compile_args += ["-fvisibility=hidden", "-fno-plt"]  # calls are then no detours
    return found


def _built(digests: dict[str, str]) -> str:
    lines = "".join(f'    "{path}": "{digest}",\n' for path, digest in digests.items())
    what = '"""Made by setup.py: the sources that the compiled code beside was made of."""'
    return f"{what}\n\nfrom typing import Final\n\nSOURCES: Final = {{\n{lines}}}\n"


def _write_if_other(path: Path, text: str) -> None:
    if not path.exists() or path.read_text() != text:
        path.write_text(text)


setup(ext_modules=extensions())
