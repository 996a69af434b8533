"""A candidate's time begins with its pods, not with the operator's intention."""

from tests.unit.plan.deployment.test_machine import Operated


def test_an_operator_that_was_away_before_it_made_the_pods_gives_them_their_whole_time() -> None:
    """Found by test_machine.py: down twice, together for longer than the deadline, before the first pod."""
    it = Operated()
    it.begin(blue_green=True, limit=2)
    it.scale(3)
    it.scale(4)
    it.pause(False)
    it.release("broken")
    it.crash(0, 36)
    it.release("good")
    it.scale(4)
    it.crash(1, 29)
    it.crash(0, 39)
    it.pause(False)
    it.prometheus(False)
    it.teardown()
