"""`python -m tests.soak --minutes 10`: soak, say what came of it, and draw memory and descriptors over time."""

import argparse
import os
import sys
import tempfile
from pathlib import Path

from cluster.steps import step

from .show import markdown, plot
from .soak import Plan, Report, soak


def main() -> int:
    """Exit code 1 when something is not as it should be."""
    arguments = _arguments()
    cores = sorted(os.sched_getaffinity(0))
    plan = Plan(
        seconds=60 * arguments.minutes,
        rate=arguments.rate,
        seed=arguments.seed,
        cores=(cores[0], cores[1]) if len(cores) > 1 else None,
        options=tuple(arguments.options.split()),
    )
    with step(f"soak for {arguments.minutes:g} minutes, seed {plan.seed}"), tempfile.TemporaryDirectory() as folder:
        report = soak(plan, Path(folder))
    _keep(report, arguments.out)
    return 1 if report.complaints() else 0


def _keep(report: Report, out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    text = markdown(report)
    (out / "soak.md").write_text(text + "\n")
    plot(report, out / "soak.png")
    print(text)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--rate", type=float, help="requests a second; by default four fifths of the highest")
    parser.add_argument("--seed", type=int, default=1, help="of what the rude clients draw by chance")
    parser.add_argument("--options", default="", help="of colonnade-serve, in quotes")
    parser.add_argument("--out", type=Path, default=Path("build/soak"), help="where soak.md and soak.png go")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
