"""How a command is told the key of encrypted versions: never on its command line, where others see it."""

from pathlib import Path
from typing import Annotated

import typer

KeyFile = Annotated[
    list[Path] | None,
    typer.Option(
        "--key-file",
        metavar="FILE",
        help="A file that has the key of an encrypted version; may be given for each key.",
        exists=True,
        dir_okay=False,
    ),
]
KeyFromSecret = Annotated[
    bool, typer.Option("--key-from-secret", help="Read the key from the Secret that the Dataset names, as you may.")
]
