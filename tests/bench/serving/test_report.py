"""What was measured, shown."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.bench.serving import plot, records, report
from tests.bench.serving.records import Failure, Record


def measured(server: str, rps: float, **fields: object) -> Record:
    kept = {"model": "lr", "rows": 1, "repeat": 0, "connections": 64, "rate": None, "cpu_us": 1e6 / rps}
    rest = dict.fromkeys(("at", "errors", "server_cpu", "foreign_server", "foreign_load", "processes", "off_by"), 0)
    more = dict.fromkeys(("p50_us", "p99_us", "max_us", "rss_mib", "pss_mib", "start_seconds"), 1000.0)
    return Record(**{"server": server, "rps": rps, **kept, **rest, **more, **fields})  # type: ignore[arg-type]


RUN = [measured("ours", 900), measured("ours", 1000), measured("ours", 1100), measured("peer", 50)]


def test_a_row_is_the_median_of_the_runs_and_the_fastest_comes_first():
    rows = report.tables(RUN, against="ours").splitlines()
    assert rows[4].startswith("| ours | 1,000 | 10.0 | 1.00 |")
    assert rows[5].startswith("| peer | 50 |  | 1.00 |")


def test_the_ratio_is_ours_over_the_peers_and_of_cpu_the_peers_over_ours():
    assert "| peer | 20.00 | 20.00 |" in report.tables(RUN, against="ours")


def test_the_ratio_is_the_median_of_those_of_each_round():
    quick, slow = (measured("ours", 1000, repeat=0), measured("peer", 100, repeat=0)), measured("ours", 300, repeat=1)
    run = [*quick, slow, measured("peer", 50, repeat=1), measured("peer", 1, repeat=2)]
    assert "| peer | 8.00 |" in report.tables(run, against="ours")


def test_by_grpc_ours_is_held_against_those_by_grpc():
    run = [*RUN, measured("ours-grpc", 100), measured("peer-grpc", 25)]
    assert "| peer-grpc | 4.00 | 4.00 |" in report.tables(run, against="ours")


def test_an_open_loop_has_a_table_of_its_own_which_says_how_much_was_answered():
    slow = measured("peer", 250, connections=0, rate=500, p99_us=80_000.0)
    assert "| peer | 1.00 | 80.00 | 50.0% |" in report.tables([*RUN, slow], against="ours")


def test_failures_and_what_others_spoilt_do_not_count(tmp_path: Path):
    lines = [
        records.line(RUN[0], spoilt=False),
        records.line(RUN[1], spoilt=True),
        records.line(Failure("peer", "lr", 1, 0, "not ready")),
    ]
    (tmp_path / "run.jsonl").write_text("\n".join(lines))
    assert records.read([tmp_path / "run.jsonl"]) == [RUN[0]]


def test_records_survive_their_file(tmp_path: Path):
    kept = replace(RUN[0], rate=500, off_by=None)
    assert Record(**json.loads(records.line(kept))) == kept


@pytest.mark.parametrize("more", [[], [measured("peer", 250, connections=0, rate=500)]])
def test_a_picture_is_drawn(more: list[Record], tmp_path: Path):
    plot.write([*RUN, *more], tmp_path / "run.png")
    assert (tmp_path / "run.png").read_bytes().startswith(b"\x89PNG")
