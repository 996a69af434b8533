from colonnade.router.lease import Heartbeat


def lease(beat, duration=6):
    return {"spec": {"holderIdentity": "op", "renewTime": str(beat), "leaseDurationSeconds": duration}}


def heart(*beats):
    """beats: (time, lease or None)."""
    found = Heartbeat()
    for at, seen in beats:
        found.saw(seen, at)
    return found


def test_the_first_sight_of_a_lease_proves_nothing():
    assert not heart((0, lease(1))).alive(0)


def test_a_change_is_a_sign_of_life_for_as_long_as_the_lease_lasts():
    found = heart((0, lease(1)), (2, lease(2)))
    assert (found.alive(7.9), found.alive(8)) == (True, False)


def test_the_same_lease_seen_again_is_none():
    assert not heart((0, lease(1)), (2, lease(2)), (5, lease(2))).alive(8)


def test_another_leader_is_as_good():
    assert heart((0, lease(1)), (2, {"spec": lease(1)["spec"] | {"holderIdentity": "other"}})).alive(3)


def test_a_lease_that_is_gone_ends_at_once():
    assert not heart((0, lease(1)), (2, lease(2)), (3, None)).alive(3)


def test_a_lease_that_came_back_has_to_change_first():
    assert not heart((0, lease(1)), (2, lease(2)), (3, None), (4, lease(3))).alive(4)


def test_no_lease_lasts_longer_than_a_minute():
    assert not heart((0, lease(1, 9999)), (2, lease(2, 9999))).alive(63)


def test_a_lease_without_a_duration_lasts_no_time():
    assert not heart((0, {"spec": {"renewTime": "1"}}), (2, {"spec": {"renewTime": "2"}})).alive(2)
