"""A short soak, at a modest rate: what `make soak-serving` does for ten minutes at four fifths of the highest."""

from pathlib import Path

from tests.soak.soak import Plan, soak


def test_valid_requests_are_answered_rightly_among_clients_that_stall_abort_and_send_rubbish(tmp_path: Path):
    plan = Plan(seconds=25, rate=200, look_seconds=0.25, flat=0.2)  # so short, one large request is seen in memory
    report = soak(plan, tmp_path)
    assert report.complaints() == []
    assert all(told.total() > 10 for told in report.told.values())
