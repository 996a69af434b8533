"""`make protos` writes *_pb2.py and *_pb2.pyi; with --check it only names those that drifted."""

import argparse
import re
import sys
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory

from grpc_tools import protoc

HERE = Path(__file__).resolve().parent
DEFAULT_POOL = "DESCRIPTOR = _descriptor_pool.Default()."


def generated() -> dict[Path, str]:
    """What has to lie where."""
    with TemporaryDirectory() as folder:
        protos = sorted(str(path) for path in HERE.glob("*.proto"))
        include = str(files("grpc_tools") / "_proto")
        code = protoc.main(
            ["protoc", f"-I{HERE}", f"-I{include}", f"--python_out={folder}", f"--pyi_out={folder}", *protos]
        )
        if code:
            sys.exit(code)
        return {HERE / path.name: _own_pool(path.read_text()) for path in sorted(Path(folder).iterdir())}


def _own_pool(text: str) -> str:
    if DEFAULT_POOL not in text:
        return text
    text = text.replace(DEFAULT_POOL, "DESCRIPTOR = _POOL.")
    text, found = re.subn(
        r"^from google.protobuf import descriptor_pool as _descriptor_pool$",
        "from .pool import POOL as _POOL",
        text,
        flags=re.M,
    )
    assert found == 1, "protoc's output has another form than it had"
    return text


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, fail when a file differs")
    check = parser.parse_args().check
    drifted = [path for path, text in generated().items() if not path.exists() or path.read_text() != text]
    for path in drifted:
        if check:
            print(f"{path.relative_to(Path.cwd())} differs from its .proto; make protos")
        else:
            path.write_text(generated()[path])
    sys.exit(bool(check and drifted))


if __name__ == "__main__":
    main()
