"""`python -m colonnade_api.crds` writes crds/ and the chart's copy; with --check it only names those that drifted."""

import argparse
import sys

from colonnade_api.crds.files import REPOSITORY, drifted, write


def main() -> int:
    """Returns the exit status: 1 where --check finds drift."""
    parser = argparse.ArgumentParser(prog="python -m colonnade_api.crds", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 and name each file that drifted")
    checking = parser.parse_args().check
    changed = drifted(REPOSITORY) if checking else write(REPOSITORY)
    for path in changed:
        print(
            f"{path.relative_to(REPOSITORY)}: {'is not what the types say; run `make crds`' if checking else 'written'}"
        )
    return 1 if checking and changed else 0


if __name__ == "__main__":
    sys.exit(main())
