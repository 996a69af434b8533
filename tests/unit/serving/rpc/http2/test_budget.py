"""Who may go on, and who has had enough."""

import pytest

from colonnade_serving.rpc.http2 import ConnectionFault, ErrorCode
from colonnade_serving.rpc.http2.budget import BURST, EARNED, PER_SECOND, Budget

MANY = 100_000


class Time:
    """A clock that goes when it is told."""

    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def spent(budget: Budget, limit: int = MANY) -> int:
    """How many frames it pays for, at once."""
    for paid in range(limit):
        try:
            budget.spend("pings")
        except ConnectionFault:
            return paid
    return limit


def test_a_flood_ends_after_a_burst():
    assert spent(Budget(Time())) == BURST


def test_the_fault_says_of_which_there_were_too_many():
    with pytest.raises(ConnectionFault) as raised:
        Budget(Time()).spend("pings", BURST + 1)
    assert (raised.value.code, raised.value.message) == (ErrorCode.ENHANCE_YOUR_CALM, "too_many_pings")


def test_who_cancels_four_of_five_requests_may_go_on_for_ever():
    budget = Budget(Time())
    for _ in range(MANY):
        for _ in range(4):
            budget.spend("resets")
        budget.earn()


def test_who_sends_no_more_than_the_seconds_share_may_go_on_for_ever():
    time = Time()
    budget = Budget(time)
    for _ in range(MANY):
        time.seconds += 1.001 / PER_SECOND
        budget.spend("pings")


def test_who_sends_half_as_many_again_may_not():
    time = Time()
    budget = Budget(time)
    for _ in range(int(2.9 * BURST)):
        time.seconds += 0.66 / PER_SECOND
        budget.spend("pings")
    with pytest.raises(ConnectionFault):
        budget.spend("pings", 0.2 * BURST)


def test_an_hour_of_silence_buys_no_more_than_a_burst():
    time = Time()
    budget = Budget(time)
    assert spent(budget, int(BURST)) == BURST
    time.seconds += 3600
    assert spent(budget) <= BURST + 1


def test_a_million_answers_buy_no_more_than_a_burst():
    budget = Budget(Time())
    for _ in range(1_000_000):
        budget.earn()
    assert spent(budget) <= BURST + EARNED


def test_a_debt_is_told_with_the_next_frame():
    budget = Budget(Time())
    for _ in range(int(BURST)):
        budget.owe()
    assert spent(budget) == 0
