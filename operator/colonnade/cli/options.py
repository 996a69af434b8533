"""kubectl's own flags, on every command alike."""

import functools
import inspect
from collections.abc import Callable
from importlib.metadata import version as installed
from typing import Annotated, Any, Concatenate, ParamSpec

import typer

from colonnade_access.cluster import Cluster
from colonnade_access.connection import connect

P = ParamSpec("P")

Namespace = Annotated[
    str | None, typer.Option("-n", "--namespace", help="Namespace; the context's when left out.", metavar="NAME")
]
Context = Annotated[str | None, typer.Option("--context", help="Context of the kubeconfig.", metavar="NAME")]
Kubeconfig = Annotated[str | None, typer.Option("--kubeconfig", help="Path to a kubeconfig.", metavar="FILE")]
FLAGS = {"namespace": Namespace, "context": Context, "kubeconfig": Kubeconfig}


def connected(command: Callable[Concatenate[Cluster, P], None]) -> Callable[..., None]:
    """A command that takes a Cluster becomes one that takes kubectl's flags instead."""

    @functools.wraps(command)
    def run(
        *arguments: Any,
        here: typer.Context,
        namespace: str | None,
        context: str | None,
        kubeconfig: str | None,
        **options: Any,
    ) -> None:
        before: dict[str, str | None] = here.obj or {}
        given = {"namespace": namespace, "context": context, "kubeconfig": kubeconfig}
        chosen = {flag: value or before.get(flag) for flag, value in given.items()}
        command(connect(**chosen), *arguments, **options)

    signature = inspect.signature(command, eval_str=True)
    own = list(signature.parameters.values())[1:]
    flags = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation)
        for name, annotation in FLAGS.items()
    ]
    here = inspect.Parameter("here", inspect.Parameter.KEYWORD_ONLY, annotation=typer.Context)
    run.__signature__ = signature.replace(parameters=[*own, *flags, here])  # type: ignore[attr-defined]
    return run


def _say_version(asked: bool) -> None:
    if asked:
        typer.echo(f"kubectl-colonnade {installed('colonnade')}")
        raise typer.Exit


Version = Annotated[
    bool, typer.Option("--version", help="Say the plugin's version.", callback=_say_version, is_eager=True)
]


def flags_before_the_command(
    here: typer.Context,
    namespace: Namespace = None,
    context: Context = None,
    kubeconfig: Kubeconfig = None,
    _: Version = False,
) -> None:
    """kubectl takes its flags on either side of a command; those behind it win."""
    here.obj = {"namespace": namespace, "context": context, "kubeconfig": kubeconfig}


SystemNamespace = Annotated[
    str,
    typer.Option(
        "--system-namespace",
        help="Where Colonnade itself is installed.",
        envvar="COLONNADE_SYSTEM_NAMESPACE",
        metavar="NAME",
    ),
]
