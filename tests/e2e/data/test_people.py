"""The story of docs/data/personal-data.md on a cluster: refused as it came, then protected, and said so."""

import re
from pathlib import Path

from tests.e2e.world import Namespace, kubectl

REPOSITORY = Path(__file__).parents[3]
SHOWN = re.findall(r"```text\n(.*?)\n```", (REPOSITORY / "docs/data/personal-data.md").read_text(), re.DOTALL)


def test_a_table_of_people_is_refused_and_once_protected_kept(namespace: Namespace) -> None:
    kubectl("apply", "-n", namespace.name, "-f", str(REPOSITORY / "examples/data/personal-data"))
    namespace.becomes("dset", "visits-as-they-came", "Protected", "False")
    namespace.becomes("dset", "visits")
    came, kept = (_protected(namespace, name) for name in ("visits-as-they-came", "visits"))
    assert (came["reason"], came["message"]) == ("PersonalDataFound", SHOWN[0])
    assert (kept["status"], kept["message"]) == ("True", SHOWN[1])
    assert namespace.status("dset", "visits-as-they-came")["versions"] == []


def _protected(namespace: Namespace, name: str) -> dict[str, str]:
    return next(each for each in namespace.status("dset", name)["conditions"] if each["type"] == "Protected")
