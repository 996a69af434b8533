"""What newcomers get wrong at the command line: said on one line, with what would be right, and the documented code."""

import json
from pathlib import Path

import pytest

from tests.serving.process import run

HEX = "0" * 64
SETTINGS = {
    "--workers=0": "--workers (COLONNADE_WORKERS) is '0': a number of processes from 1 to 999 is wanted, or auto",
    "--workers=two": "a number of processes from 1 to 999 is wanted, or auto",
    f"--digest={HEX}": "sha256: and 64 hex digits are wanted, as sha256sum prints them behind sha256:",
    "--payload-log=/var/log/payloads.jsonl": "a bare path; file:///var/log/payloads.jsonl is wanted",
    "--payload-log=payloads.jsonl": f"a bare path; file://{Path.cwd()}/payloads.jsonl is wanted",
    "--payload-log=file://var/log/p.jsonl": "the payload log is file:///path, http(s)://host/path or s3://bucket",
    "--payload-log=file:///no/such/folder/p.jsonl": "there is no folder /no/such/folder",
    "--payload-log=file:///": "/ is a folder; a file in it is wanted",
    "--payload-log=ftp://host/p": "the payload log is file:///path, http(s)://host/path or s3://bucket/prefix",
    "--public-key=/nowhere.pem": "(COLONNADE_PUBLIC_KEY) is '/nowhere.pem': /nowhere.pem: No such file",
    "--public-key=/bin/true": "/bin/true: no text; a public key in PEM is wanted",
    "--providers=CPU, CUDA": "names of onnxruntime's execution providers with commas and no spaces are wanted",
    "--port=8080": "--port is unknown; --http-port, --grpc-port are alike, --help lists all",
    "--frobnicate": "--frobnicate is unknown; --help lists all",
    "--http-port": "argument --http-port: expected one argument",
    "two.onnx": "two.onnx is one PATH too many; a folder of several models is one",
}


@pytest.mark.parametrize("setting", SETTINGS)
def test_a_wrong_setting_is_said_with_what_is_wanted_and_ends_with_2(setting: str):
    ended = run("model.onnx", setting)
    assert (ended.returncode, len(ended.stderr.splitlines())) == (2, 1), ended.stderr
    assert SETTINGS[setting] in ended.stderr
    assert "Value error" not in ended.stderr


def addresses(folder: Path) -> dict[str, str]:
    """What is said of addresses where no model is; folder has some of them."""
    (folder / "model.pkl").write_bytes(b"\x80\x04")
    (folder / "folder.onnx").mkdir()
    (folder / "lfs.onnx").write_bytes(b"version https://git-lfs.github.com/spec/v1\n")
    return {
        f"{folder}/model.pkl": "it is a file, and its name doesn't end in .onnx",
        f"{folder}/folder.onnx": "folder.onnx is a directory; an .onnx file is wanted",
        f"{folder}/nowhere.onnx": "No such file or directory",
        f"{folder}/lfs.onnx": "lfs.onnx is no ONNX model: it is a Git LFS pointer",
        f"{folder}/nowhere": "no such file or directory; a bundle is a directory with a bundle.json",
        "http://localhost/model.onnx": "models come from a path, file:///path or s3://bucket/prefix; download it first",
        "file://models/model.onnx": "a file URL has three slashes, file:///models/model.onnx",
        "s3:/bucket/models": "an address has two slashes, s3://bucket/models",
    }


@pytest.mark.parametrize("position", range(8))
def test_an_address_without_a_model_says_what_lies_there_and_ends_with_1(position: int, tmp_path: Path):
    address, says = list(addresses(tmp_path).items())[position]
    ended = run(address, "--http-port=0")
    said = json.loads(ended.stderr.splitlines()[-1])["message"]
    assert ended.returncode == 1
    assert said.startswith(f"{address}: {says}")
    assert said.count(address) == 1 or f"///{address}" in said
    assert "Errno" not in ended.stderr
    assert "Traceback" not in ended.stderr
