"""`python -m tests.bench.gates`: the simulation, its picture and its tables."""

from pathlib import Path
from typing import Annotated

import typer

from tests.bench.gates import picture
from tests.bench.gates.cases import QUALITIES, ROWS, cases
from tests.bench.gates.verdicts import verdicts

PICTURE = Path("docs/images/gates.svg")
SAID = ("Pass", "Inconclusive", "Fail")


def main(
    draws: Annotated[int, typer.Option(help="How often each case is drawn; the slow ones a quarter.")] = 1000,
) -> None:
    """Prints a table a gate, and draws the picture."""
    shares: picture.Shares = {}
    for case in cases(draws):
        found = verdicts(case.gate, case.draw, case.draws, seed=case.rows)
        shares[case.table, case.about, case.rows if case.table != "fairness" else 0] = {
            verdict: found[verdict] / case.draws for verdict in SAID
        }
    for table in picture.TITLES:
        typer.echo(f"\n{table}\n| held-out rows | {' | '.join(QUALITIES)} |\n|---|{'---|' * len(QUALITIES)}")
        for rows in ROWS:
            typer.echo(f"| {rows:,} | {' | '.join(_said(shares[table, about, rows]) for about in QUALITIES)} |")
    typer.echo("\nfairness\n| groups | pass / inconclusive / fail |\n|---|---|")
    for (table, about, _), share in shares.items():
        if table == "fairness":
            typer.echo(f"| {about} | {_said(share)} |")
    picture.draw(shares, PICTURE)


def _said(share: dict[str, float]) -> str:
    return " / ".join(f"{100 * share[verdict]:.1f}" for verdict in SAID)


if __name__ == "__main__":
    typer.run(main)
