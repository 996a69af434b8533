from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from colonnade.cli.main import main
from tests.unit.cli.playground import Playground

Run = Callable[..., "Outcome"]


class Outcome:
    """What the user sees of one command."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Playground]:
    with Playground(tmp_path / "store").running() as playground:
        playground.store.mkdir()
        yield playground


@pytest.fixture
def kubectl_colonnade(
    cluster: Playground, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Run:
    kubeconfig = cluster.kubeconfig(tmp_path)

    def run(*arguments: str) -> Outcome:
        monkeypatch.setattr("sys.argv", ["kubectl-colonnade", *arguments, "--kubeconfig", str(kubeconfig)])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return Outcome(int(ended.value.code or 0), said.out, said.err)

    return run
