"""The command: `colonnade-jobs dataset | train | trial | keep`."""

from collections.abc import Callable
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from colonnade_api.jobs import DatasetJob, DatasetResult, TrainJob, TrainResult, TrialJob, TrialResult
from colonnade_api.jobs.keeping import KeepJob, KeepResult
from colonnade_serving.store import Store, open_store

from . import outcome, results
from .errors import PermanentError, store_answers
from .specs import read

app = typer.Typer(
    name="colonnade-jobs",
    help="Collect data, train models: one Job, one answer. Exit codes: 0 a definite answer, also a negative one; "
    "1 what another try may mend; 2 command line wrong; 3 a mistake of Colonnade's own, which another try would only "
    "repeat.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

StoreUrl = Annotated[
    str,
    typer.Option("--store", envvar="COLONNADE_STORE", metavar="URL", help="The artifact store: file:// or s3://."),
]
JobText = Annotated[
    str | None,
    typer.Option("--job", envvar="COLONNADE_JOB", metavar="JSON", help="What to do, as colonnade_api.jobs has it."),
]
JobFile = Annotated[
    Path | None,
    typer.Option(
        "--job-file",
        envvar="COLONNADE_JOB_FILE",
        metavar="FILE",
        exists=True,
        dir_okay=False,
        help="The same, in a file: a variable takes 128 KiB at most.",
    ),
]
AnswerFile = Annotated[
    Path,
    typer.Option(
        "--answer", envvar="COLONNADE_TERMINATION_LOG", metavar="FILE", help="Where the answer is written, as JSON."
    ),
]
Claims = Annotated[
    Path,
    typer.Option(
        "--claims", envvar="COLONNADE_CLAIMS", metavar="FOLDER", help="Where the claims of pvc:// are mounted, by name."
    ),
]
SigningKey = Annotated[
    Path | None,
    typer.Option(
        "--signing-key",
        envvar="COLONNADE_SIGNING_KEY",
        metavar="FILE",
        help="The Ed25519 key in PEM that bundles are signed with, in a folder of its Secret's name.",
    ),
]
Version = Annotated[bool, typer.Option("--version", is_eager=True, help="Print the version and exit.")]


@app.callback(invoke_without_command=True)
def about(show_version: Version = False) -> None:
    if show_version:
        typer.echo(version("colonnade-jobs"))
        raise typer.Exit


@app.command()
def dataset(
    store: StoreUrl,
    job: JobText = None,
    job_file: JobFile = None,
    claims: Claims = Path("/pvc"),
    answer: AnswerFile = results.TERMINATION_LOG,
) -> None:
    """Look at a Dataset's source: read it, check it, clean it, store it as a version."""
    text = _told(job, job_file)

    def collect(scratch: Path) -> DatasetResult:
        from . import data  # noqa: PLC0415 - each command loads only its own libraries: duckdb here, scikit-learn there

        asked = read(DatasetJob, text)
        return data.run(asked, _store(store, asked.namespace), scratch, claims)

    _carry_out(collect, partial(DatasetResult, outcome="Invalid"), answer)


@app.command()
def train(
    store: StoreUrl,
    job: JobText = None,
    job_file: JobFile = None,
    signing_key: SigningKey = None,
    answer: AnswerFile = results.TERMINATION_LOG,
) -> None:
    """Make a model's bundle: train, export to ONNX, compare, measure, store, sign; or import a file."""
    text = _told(job, job_file)

    def make(scratch: Path) -> TrainResult:
        from . import training  # noqa: PLC0415 - as above

        asked = read(TrainJob, text)
        return training.run(asked, _store(store, asked.namespace), scratch, signing_key)

    _carry_out(make, partial(TrainResult, outcome="Failed"), answer)


@app.command()
def trial(
    store: StoreUrl, job: JobText = None, job_file: JobFile = None, answer: AnswerFile = results.TERMINATION_LOG
) -> None:
    """Try one set of an estimator's parameters: cross-validate on the training rows."""
    text = _told(job, job_file)

    def attempt(scratch: Path) -> TrialResult:
        from .training import tuning  # noqa: PLC0415 - as above

        asked = read(TrialJob, text)
        return tuning.run(asked, _store(store, asked.namespace), scratch)

    _carry_out(attempt, partial(TrialResult, outcome="Failed"), answer)


@app.command()
def keep(
    store: StoreUrl,
    job: JobText = None,
    job_file: JobFile = None,
    claims: Claims = Path("/pvc"),
    answer: AnswerFile = results.TERMINATION_LOG,
) -> None:
    """Do one thing for a Dataset's stored versions: prove, copy, restore, compare, collect garbage."""
    text = _told(job, job_file)

    def work(scratch: Path) -> KeepResult:
        from . import keeping  # noqa: PLC0415 - as above

        asked = read(KeepJob, text)
        return keeping.run(asked, _store(store, asked.namespace), scratch, claims)

    _carry_out(work, partial(KeepResult, outcome="Failed"), answer)


def _carry_out(work: outcome.Work, refused: Callable[..., outcome.Definite], answer: Path) -> NoReturn:
    """refused: makes the definite negative answer of its reason and message."""

    def attempt(scratch: Path) -> outcome.Definite:
        try:
            return work(scratch)
        except PermanentError as error:
            return refused(reason=error.reason, message=error.message)

    raise typer.Exit(outcome.tell(attempt, answer))


def _told(job: str | None, job_file: Path | None) -> str:
    if (job is None) == (job_file is None):
        raise typer.BadParameter("say what to do by one of the two", param_hint="'--job' / '--job-file'")
    return job if job is not None else job_file.read_text(encoding="utf-8") if job_file else ""


def _store(url: str, namespace: str) -> Store:
    with store_answers():
        return open_store(url, namespace)


def main() -> None:
    """The console script."""
    app()
