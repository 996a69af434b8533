"""The stories of examples/data: what people apply, and what the page about it says that they see."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import yaml

from colonnade.cli.terminal import plain
from colonnade.cli.views.report import report_of
from colonnade_api import DatasetVersion
from tests.documented import REPOSITORY
from tests.unit.jobs.harness import Answer, Harness

Manifest = dict[str, Any]


class Story:
    """A folder of examples/data and its page in docs/data, which has the same name. shown: the blocks of text there."""

    def __init__(self, name: str) -> None:
        self.folder = REPOSITORY / "examples/data" / name
        self.page = (REPOSITORY / f"docs/data/{name}.md").read_text()
        self.shown: list[str] = re.findall(r"```text\n(.*?)\n```", self.page, re.DOTALL)
        self.specs: list[Manifest] = [
            yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", self.page, re.DOTALL)
        ]

    def manifest(self, kind: str, name: str) -> Manifest:
        return next(one for one in self.manifests() if (one["kind"], one["metadata"]["name"]) == (kind, name))

    def manifests(self) -> list[Manifest]:
        return [one for path in sorted(self.folder.glob("*.yaml")) for one in yaml.safe_load_all(path.read_text())]

    def spec(self, name: str) -> Manifest:
        spec: Manifest = self.manifest("Dataset", name)["spec"]
        return spec


@contextmanager
def served(files: dict[str, str], folder: Path) -> Iterator[str]:
    """The address of a web server on this machine that has these files. folder: a new one."""
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_text(text)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(SimpleHTTPRequestHandler, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def reported(harness: Harness, answer: Answer, name: str) -> str:
    """What `kubectl colonnade report` prints of a version."""
    return plain(report_of(harness.report(answer), name, DatasetVersion.model_validate(answer["version"])))
