from pathlib import Path

import pytest
import yaml

from docs.site.reference import reasons

REPOSITORY = Path(__file__).resolve().parents[3]
RULE = 'def halted(rollout):\n    return Hold("Halted", "spec.paused is true")\n'
JOB = 'raise PermanentError("NoRows", "the source has no row")\n'


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    for place, text in {
        "operator/colonnade/plan/rules.py": RULE,
        "jobs/colonnade_jobs/data/job.py": JOB,
        "crds/deployments.yaml": "enum: [Hold, Rollback]\n",
    }.items():
        (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / place).write_text(text)
    return tmp_path


def explain(repository: Path, *words: str) -> None:
    told = {
        "types": {"Ready": "it answers"},
        "sections": [{"title": "All", "reasons": {word: ["it is so", "nothing"] for word in words}}],
        "other_words": {},
    }
    (repository / reasons.TOLD).parent.mkdir(parents=True, exist_ok=True)
    (repository / reasons.TOLD).write_text(yaml.safe_dump(told))


def test_what_is_in_the_code_and_explained_is_objected_to_by_nobody(repository: Path):
    explain(repository, "Halted", "NoRows")
    assert reasons.objections(repository) == []


def test_a_reason_that_nobody_explained_is_named_with_its_place(repository: Path):
    explain(repository, "Halted")
    assert reasons.objections(repository) == [
        "jobs/colonnade_jobs/data/job.py:1: NoRows is not explained in docs/site/reasons.yaml"
    ]


def test_an_explained_reason_that_is_gone_is_named(repository: Path):
    explain(repository, "Halted", "NoRows", "Frozen")
    assert reasons.objections(repository) == ["docs/site/reasons.yaml: Frozen is in the code no more"]


def test_each_reason_says_what_it_means_and_what_to_do():
    told = yaml.safe_load((REPOSITORY / reasons.TOLD).read_text())
    entries = {name: says for section in told["sections"] for name, says in section["reasons"].items()}
    assert len(entries) > 100
    assert [name for name, says in entries.items() if len(says) != 2 or not all(map(str.strip, says))] == []
