from colonnade.router.state import Name
from colonnade.router.view import View


def deployment(name, stable="s1", **spec):
    return {"metadata": {"namespace": "air", "name": name}, "spec": spec, "status": {"stable": {"revision": stable}}}


def splits(view):
    return {one.deployment.name: one.stable for one in view.state().splits}


def test_nothing_is_complete_before_every_list_was_read():
    view = View()
    one, two, slices = view.deployments.part("one"), view.deployments.part("two"), view.slices.part()
    one.replace([])
    slices.replace([])
    assert not view.complete
    two.replace([])
    assert view.complete


def test_a_new_list_replaces_its_own_part_alone():
    view = View()
    one, two = view.deployments.part("one"), view.deployments.part("two")
    one.replace([deployment("a"), deployment("b")])
    two.replace([deployment("c")])
    one.replace([deployment("b")])
    assert splits(view) == {"b": "s1", "c": "s1"}


def test_an_object_that_cannot_be_read_stays_as_it_was():
    view = View()
    part = view.deployments.part()
    part.replace([deployment("a"), deployment("b")])
    part.put(deployment("a", stable="s2", strategy={"canary": {"retryOnStable": {"timeout": "soon"}}}))
    part.put(deployment("b", stable="s2"))
    assert splits(view) == {"a": "s1", "b": "s2"}


def test_what_is_dropped_is_gone():
    view = View()
    part = view.deployments.part()
    part.replace([deployment("a")])
    part.drop(deployment("a"))
    assert Name("air", "a") not in {one.deployment for one in view.state().splits}
