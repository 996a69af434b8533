"""kubectl's own flags, on every command alike."""

import functools
import inspect
from collections.abc import Callable
from typing import Annotated, Any, Concatenate, ParamSpec

import typer

from colonnade.cli.cluster import Cluster
from colonnade.cli.connection import connect

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
        *arguments: Any, namespace: str | None, context: str | None, kubeconfig: str | None, **options: Any
    ) -> None:
        command(connect(namespace, context, kubeconfig), *arguments, **options)

    signature = inspect.signature(command, eval_str=True)
    own = list(signature.parameters.values())[1:]
    flags = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation)
        for name, annotation in FLAGS.items()
    ]
    run.__signature__ = signature.replace(parameters=[*own, *flags])  # type: ignore[attr-defined]
    return run


SystemNamespace = Annotated[
    str,
    typer.Option(
        "--system-namespace",
        help="Where Colonnade itself is installed.",
        envvar="COLONNADE_SYSTEM_NAMESPACE",
        metavar="NAME",
    ),
]
