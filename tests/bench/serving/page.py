"""The docs' page: what was measured takes its place between two marks, with the machine, the versions and a picture."""

import os
import re
import time
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from . import plot, report
from .environments import SERVERS
from .records import Record

BEGIN, END = "<!-- results: begin -->", "<!-- results: end -->"
PEERS = ("mlserver", "kserve", "litserve", "bentoml", "ray", "nvidia-pytriton")
OURS = ("onnxruntime", "uvicorn", "httptools", "uvloop", "msgspec", "numpy")


def write(records: Sequence[Record], against: str, page: Path, picture: Path) -> None:
    """Makes the picture, and puts it and the tables between the page's marks."""
    plot.write(records, picture)
    shown = os.path.relpath(picture, page.parent)
    parts = [BEGIN, _circumstances(records), f"![Requests a second and 99th percentiles]({shown})"]
    text = page.read_text()
    begin, end = text.index(BEGIN), text.index(END)
    page.write_text(text[:begin] + "\n\n".join([*parts, report.tables(records, against), ""]) + text[end:])


def _circumstances(records: Sequence[Record]) -> str:
    when = time.strftime("%Y-%m-%d", time.gmtime(max(record.at for record in records)))
    seen, pressed = max(record.foreign for record in records), max(record.pressure for record in records)
    peers = ", ".join(f"{name} {_locked(name)}" for name in PEERS)
    ours = ", ".join(f"{name} {version(name)}" for name in OURS)
    return (
        f"{when}, {os.cpu_count()} × {_processor()}, {os.uname().sysname} {os.uname().release}. Ours: {ours}. "
        f"Peers: {peers}. Others took at most {seen:.0%} of a core while these were measured; before one of them "
        f"neighbours made a loop on the server's core take at most {pressed:.2f} times its least."
    )


def _processor() -> str:
    found = re.search(r"^model name\s*:\s*(.*)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return found[1] if found else os.uname().machine


def _locked(name: str) -> str:
    for lock in sorted(SERVERS.glob("*/requirements.lock")):
        if found := re.search(rf"^{re.escape(name)}(?:\[[a-z]+\])?==(\S+)", lock.read_text(), re.MULTILINE):
            return found[1]
    raise LookupError(f"no lock under {SERVERS} has {name}")
