"""Names that the house gave up for the field's own (docs/design/2026-11-29-house.md) don't come back.

Only those that mean nothing else: `said`, `part` or `bins` are words as well.
"""

import re
import subprocess
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
OLD = (
    r"GoHome|goes_home|goes home|sent_home|look_again_in|farewell|last_words|LAST_WORDS|PATIENCE|Judgement|Judged"
    r"|Obeyed|Eyes|Hands\(|apialone|backed_cluster|Refusal|Envelopes|Sparing|SplitState"
)
HISTORY = ("CHANGELOG.md", "docs/design/", "tests/unit/test_old_names.py")


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=REPOSITORY, capture_output=True, check=True).stdout
    names = (name for name in listed.decode().split("\0") if name.endswith((".py", ".md", ".yaml", ".toml", ".j2")))
    return [REPOSITORY / name for name in names if not name.startswith(HISTORY)]


def test_none_of_the_old_names_is_used():
    pattern = re.compile(rf"\b(?:{OLD})")
    found = [
        f"{path.relative_to(REPOSITORY)}: {old}" for path in tracked() for old in pattern.findall(path.read_text())
    ]
    assert found == []
