"""Raw scrapes into counts: what is counted, what isn't, and when nothing can be said."""

from datetime import UTC, datetime, timedelta

import pytest

from colonnade.signals.counted import Counted
from colonnade.signals.evidence import Counts, Missing, Traffic
from colonnade.signals.queries import ANSWERED, KNOWN, LIVE, REQUESTS, TRIES, UNANSWERED
from colonnade.signals.series import Series

START = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
SCRAPE_SECONDS = 5
BOUNDS = (0.1, 0.2, 0.4, float("inf"))


def series(name, values, first=0, router="router-0", **labels):
    """values: one a scrape, beginning with scrape number `first`."""
    begin = START.timestamp()
    samples = tuple((begin + (first + i) * SCRAPE_SECONDS, float(value)) for i, value in enumerate(values))
    return Series(
        {
            "__name__": name,
            "job": "router",
            "instance": router,
            "colonnade_deployment": "flights",
            "colonnade_revision": "c1",
            **labels,
        },
        samples,
    )


def router(scrapes, name="router-0", knows_since=0):
    """Scraped so often; it knows the Deployment from that scrape on."""
    live = series(LIVE, [1] * scrapes, router=name, colonnade_deployment="", colonnade_revision="")
    return live, series(KNOWN, [0] * (scrapes - knows_since), knows_since, name)


def tries(*values, code="200", flags="-", **more):
    return series(TRIES, values, code=code, flags=flags, **more)


def counted(*found, scrapes=4, now=None):
    at = START + timedelta(seconds=(scrapes - 1) * SCRAPE_SECONDS + 1 if now is None else now)
    return Counted((*router(scrapes), *found), at)


def took(seconds):
    """Answers that took so long, all between the first scrape and the second."""
    return [*router(2), *histogram(ANSWERED, seconds, 1e6)]


def unanswered(seconds, flags):
    return histogram(UNANSWERED, seconds, 1e3, flags=flags)


def histogram(name, seconds, unit, **labels):
    return [
        series(name, (0, sum(one <= bound for one in seconds)), le=f"{bound * unit:g}".replace("inf", "+Inf"), **labels)
        for bound in BOUNDS
    ]


def test_what_was_tried_between_the_scrapes_is_counted_exactly():
    assert counted(tries(10, 20, 35, 50)).failures("c1", START) == Counts(total=40, bad=0)


@pytest.mark.parametrize(
    ("code", "flags"), [("500", "-"), ("503", "-"), ("0", "UC"), ("0", "UF"), ("0", "UT"), ("200", "UT")]
)
def test_5xx_broken_connections_and_timeouts_are_failures(code, flags):
    assert counted(tries(0, 90, 90, 90), tries(0, 10, 10, 10, code=code, flags=flags)).failures("c1", START) == Counts(
        100, 10
    )


@pytest.mark.parametrize("flags", ["UC", "UR", "UPE", "UF,URX"])
def test_an_answer_that_broke_off_is_a_failure_whatever_its_code(flags):
    broken = tries(0, 10, 10, 10, flags=flags)
    assert counted(tries(0, 90, 90, 90), broken).failures("c1", START) == Counts(100, 10)


@pytest.mark.parametrize("status", ["2", "4", "13", "14", "15"])
def test_a_servers_fault_by_grpc_is_a_failure_though_http_says_200(status):
    failed = tries(0, 10, 10, 10, grpc=status)
    assert counted(tries(0, 90, 90, 90, grpc="0"), failed).failures("c1", START) == Counts(100, 10)


@pytest.mark.parametrize("status", ["", "0", "1", "3", "5", "7", "8", "9", "12", "16", "strange"])
def test_what_is_the_clients_fault_by_grpc_is_no_failure(status):
    assert counted(tries(0, 10, 10, 10, grpc=status)).failures("c1", START) == Counts(10, 0)


@pytest.mark.parametrize("code", ["200", "400", "404", "429"])
def test_what_is_the_clients_fault_is_no_failure(code):
    assert counted(tries(0, 10, 10, 10, code=code)).failures("c1", START) == Counts(10, 0)


def requests(*values, code="200", first="c1", by="s1", **more):
    """That went to a candidate first, by who answered in the end."""
    return series(REQUESTS, values, code=code, candidate=first, colonnade_revision=by, **more)


@pytest.mark.parametrize(("refused", "answered"), [({"code": "400"}, {}), ({"grpc": "3"}, {"grpc": "0"})])
def test_what_the_candidate_alone_refuses_is_its_failure(refused, answered):
    """Of 30 that it refused stable answered 20, and refused 10 as well."""
    own = [tries(0, 70, 70, 70, grpc=""), tries(0, 30, 30, 30, **refused)]
    ends = [requests(0, 70, 70, 70, by="c1"), requests(0, 20, 20, 20, **answered), requests(0, 10, 10, 10, **refused)]
    assert counted(*own, *ends).failures("c1", START) == Counts(total=100, bad=20)


def test_what_stable_fails_too_says_nothing_about_what_the_candidate_refused():
    ends = requests(0, 30, 30, 30, code="503")
    assert counted(tries(0, 30, 30, 30, code="400"), ends).failures("c1", START) == Counts(total=30, bad=0)


def test_what_stable_refuses_on_its_own_route_is_the_clients_fault():
    own = tries(0, 30, 30, 30, code="400", colonnade_revision="s1")
    ends = requests(0, 30, 30, 30, code="400", first="", by="s1")
    assert counted(own, ends).failures("s1", START) == Counts(total=30, bad=0)


def test_a_client_that_left_says_nothing():
    assert counted(tries(0, 10, 10, 10, code="0", flags="-")).failures("c1", START) == Counts(0, 0)


def test_a_counter_loses_no_step_by_appearing_late():
    late = tries(7, 9, first=2, code="500")
    assert counted(late).failures("c1", START) == Counts(total=9, bad=9)


def test_a_deployment_that_a_router_learns_of_stood_at_zero_before():
    at = START + timedelta(seconds=16)
    new = Counted((*router(4, knows_since=2), tries(30, 40, first=2)), at)
    assert new.failures("c1", START) == Counts(total=40, bad=0)


def test_another_envoy_is_no_router_of_ours():
    other = series(LIVE, [1] * 9, router="someone-else")
    assert counted(other, scrapes=4).scraped_at == START + timedelta(seconds=15)


def test_a_restarted_router_counts_from_zero():
    restarted = tries(100, 110, 4, 6)
    assert counted(restarted).failures("c1", START) == Counts(total=16, bad=0)


def test_a_counter_that_is_gone_after_a_restart_is_no_negative_count():
    assert counted(tries(100, 110)).failures("c1", START) == Counts(total=10, bad=0)


def test_routers_add_up():
    other = [*router(4, "router-1"), tries(0, 5, 5, 5, router="router-1")]
    assert counted(tries(0, 10, 10, 10), *other).failures("c1", START) == Counts(15, 0)


def test_other_revisions_count_for_themselves():
    assert counted(tries(0, 10, 10, 10, colonnade_revision="s1")).failures("c1", START) == Counts(0, 0)


def test_a_window_begins_with_the_last_scrape_before_it():
    found = counted(tries(10, 20, 35, 50)).failures("c1", START + timedelta(seconds=7))
    assert found == Counts(total=30, bad=0)


def test_no_scrape_is_no_data():
    nothing = Counted((), START)
    assert nothing.failures("c1", START) == Missing(
        "NoData", "Prometheus has no scrape of a router that knows this Deployment"
    )


def test_old_scrapes_are_no_data():
    found = counted(tries(0, 10, 20, 30), now=15 + 16).failures("c1", START)
    assert found == Missing("NoData", f"the routers were last scraped at {START + timedelta(seconds=15):%H:%M:%S} UTC")


def test_scrapes_may_be_as_far_apart_as_they_usually_are():
    assert isinstance(counted(tries(0, 10, 20, 30), now=15 + 14).failures("c1", START), Counts)


def test_the_newest_scrape_is_told():
    assert counted(scrapes=4).scraped_at == START + timedelta(seconds=15)


def test_slower_ones_are_counted_by_the_bucket():
    found = counted(scrapes=2).slower(took([0.05] * 90 + [0.3] * 10), "c1", timedelta(milliseconds=200), 0.99, START)
    assert isinstance(found, Counts)
    assert (found.total, found.bad) == (100, 10)


def test_within_a_bucket_they_are_taken_as_spread_evenly():
    found = counted(scrapes=2).slower(took([0.3] * 100), "c1", timedelta(milliseconds=250), 0.99, START)
    assert isinstance(found, Counts)
    assert (found.total, found.bad) == (100, 75)


def test_what_is_past_its_timeout_is_slower_than_any_limit():
    durations = took([0.05] * 50) + unanswered([0.15] * 50, "UT")
    found = counted(scrapes=2).slower(durations, "c1", timedelta(seconds=1), 0.5, START)
    assert isinstance(found, Counts)
    assert (found.total, found.bad) == (100, 50)


def test_who_left_after_the_limit_found_it_slow_and_who_left_before_says_nothing():
    durations = took([0.05] * 50) + unanswered([0.05] * 7 + [0.3] * 3, "-")
    found = counted(scrapes=2).slower(durations, "c1", timedelta(milliseconds=200), 0.5, START)
    assert isinstance(found, Counts)
    assert (found.total, found.bad) == (53, 3)


def test_a_broken_connection_is_no_matter_of_time():
    durations = took([0.05] * 50) + unanswered([0.3] * 50, "UC")
    found = counted(scrapes=2).slower(durations, "c1", timedelta(milliseconds=200), 0.5, START)
    assert isinstance(found, Counts)
    assert (found.total, found.bad) == (50, 0)


@pytest.mark.parametrize(("quantile", "seconds"), [(0.5, 0.1), (0.95, 0.3), (1.0, 0.4)])
def test_the_quantile_is_interpolated_in_its_bucket(quantile, seconds):
    found = counted(scrapes=2).quantile(took([0.05] * 50 + [0.15] * 40 + [0.3] * 10), "c1", quantile, START)
    assert found == pytest.approx(seconds)


def test_without_requests_there_is_no_quantile():
    found = counted(scrapes=2).quantile([], "c1", 0.99, START)
    assert found == Missing("NoData", "revision c1 had no request to take the time of")


def test_traffic_is_the_candidates_of_all_since_the_hold_began():
    answered = [
        series(REQUESTS, (0, 50, 150, 250), code="200", colonnade_revision="c1"),
        series(REQUESTS, (0, 150, 250, 350), code="200", colonnade_revision="s1"),
    ]
    found = counted(tries(0, 40, 140, 240), tries(0, 10, 10, 10, code="500"), *answered).traffic(
        "c1", START + timedelta(seconds=3)
    )
    assert found == Traffic(candidate=200, total=400)
