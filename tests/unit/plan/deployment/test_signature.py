"""A candidate that can't answer what is asked of stable gets no request, and the words say which input."""

from hashlib import sha256

from hypothesis import given
from hypothesis import strategies as st

from colonnade.plan.deployment.rollout.canary import advance
from colonnade.plan.deployment.rollout.moves import Hold
from colonnade.plan.deployment.signature import what_is_lost
from colonnade_api import Signature, TensorGroup
from tests.unit.plan.deployment.rollout.rollouts import canary
from tests.unit.plan.world import MODEL, deployment, digest, signature, world

LABEL = ("INT64", (-1,))
NUMBER = ("FP32", (-1, 1))
Tensors = dict[str, tuple[str, tuple[int, ...]]]


def model(inputs: Tensors, outputs: Tensors | None = None) -> Signature:
    sides = [
        tuple(TensorGroup(names=(name,), datatype=datatype, shape=shape) for name, (datatype, shape) in side.items())
        for side in (inputs, outputs or {"label": LABEL})
    ]
    return Signature(digest="sha256:" + sha256(repr(sides).encode()).hexdigest(), inputs=sides[0], outputs=sides[1])


BEFORE = model({"a": NUMBER, "b": NUMBER})


def test_a_renamed_input_is_one_that_is_gone_and_one_that_is_new() -> None:
    assert what_is_lost(BEFORE, model({"a": NUMBER, "c": NUMBER})) == "input b is gone, input c is new"


def test_another_datatype_or_rank_or_size_is_said() -> None:
    assert what_is_lost(BEFORE, model({"a": ("FP64", (-1, 1)), "b": ("FP32", (-1,))})) == (
        "input a takes FP64 [-1, 1] instead of FP32 [-1, 1], input b takes FP32 [-1] instead of FP32 [-1, 1]"
    )
    narrower = what_is_lost(model({"x": ("FP32", (-1, -1))}), model({"x": ("FP32", (-1, 4))}))
    assert narrower == "input x takes FP32 [-1, 4] instead of FP32 [-1, -1]"


def test_what_takes_more_or_gives_more_loses_nothing() -> None:
    wider = model({"a": NUMBER, "b": ("FP32", (-1, -1))}, {"label": LABEL, "probabilities": ("FP32", (-1, 2))})
    assert what_is_lost(BEFORE, wider) == ""


def test_an_output_that_is_gone_or_another_is_said() -> None:
    assert what_is_lost(BEFORE, model({"a": NUMBER, "b": NUMBER}, {"class": LABEL})) == "output label is gone"
    texts = model({"a": NUMBER, "b": NUMBER}, {"label": ("BYTES", (-1,))})
    assert what_is_lost(BEFORE, texts) == "output label is BYTES [-1] instead of INT64 [-1]"


def test_many_are_counted() -> None:
    many = model({f"x{n}": NUMBER for n in range(9)})
    assert (
        what_is_lost(many, model({"x0": NUMBER})) == "input x1 is gone, input x2 is gone, input x3 is gone and 5 more"
    )


def test_what_is_too_long_to_be_listed_is_the_same_or_not_known_to_be() -> None:
    unlisted, other = Signature(digest=digest("1")), Signature(digest=digest("2"))
    assert what_is_lost(unlisted, unlisted) == ""
    assert "too many to be listed" in what_is_lost(unlisted, other)


TENSORS = st.dictionaries(
    st.sampled_from("abcd"),
    st.tuples(st.sampled_from(["FP32", "BYTES"]), st.sampled_from([(-1, 1), (-1,), (-1, 4), (-1, -1)])),
    min_size=1,
)


@given(TENSORS, TENSORS)
def test_nothing_is_lost_only_where_every_request_fits_both(before: Tensors, after: Tensors) -> None:
    def fits(request: Tensors, takes: Tensors) -> bool:
        """As a server judges it: all inputs, no other, each of the type, the rank and the sizes."""
        return request.keys() == takes.keys() and all(
            datatype == takes[name][0]
            and len(shape) == len(takes[name][1])
            and all(size in (-1, given) for size, given in zip(takes[name][1], shape, strict=True))
            for name, (datatype, shape) in request.items()
        )

    requests = [
        {
            name: (datatype, tuple(size if size > 0 else any_size for size in shape))
            for name, (datatype, shape) in before.items()
        }
        for any_size in (1, 3, 4)
    ]
    lost = what_is_lost(model(before), model(after))
    assert (lost == "") == all(fits(request, after) for request in requests)


def test_it_is_held_with_words_whatever_its_signals_say() -> None:
    rollout = canary(weight=25)
    changed = rollout.candidate.model_copy(update={"signature": signature("departure_delay")})
    move = advance(canary(weight=25, candidate=changed))
    assert move == Hold(
        "SignatureChanged",
        "flights-late-2 can't answer what is asked of flights-late-1: input dep_delay is gone, input departure_delay is"
        " new; no request goes to it; spec.strategy.signatureChange: Allow lets it go on, once clients know",
        weight=0,
        clock="Stop",
    )


def test_what_is_not_recorded_is_not_known_to_fit() -> None:
    rollout = canary()
    move = advance(canary(candidate=rollout.candidate.model_copy(update={"signature": None})))
    assert isinstance(move, Hold)
    assert move.reason == "SignatureUnknown"


def test_who_allows_it_gets_it() -> None:
    rollout = canary(weight=25)
    changed = rollout.candidate.model_copy(update={"signature": signature("departure_delay")})
    spec = deployment(strategy={"canary": {}, "signatureChange": "Allow"})
    assert advance(canary(weight=25, candidate=changed, spec=spec)) == advance(canary(weight=25))


def test_no_client_of_a_whole_world_is_sent_to_what_cannot_answer() -> None:
    it = world()
    it.release(f"{MODEL}-2", takes=("dep_delay",))
    it.until(lambda it: it.condition("Progressing") == "True SignatureChanged")
    it.run(300)
    assert it.weight() == 0
    assert {request.revision for request in it.requests} == {it.revision(f"{MODEL}-1")}
    assert "input distance is gone" in it.said("Progressing")
    it.release(f"{MODEL}-3")
    it.until(lambda it: it.serves(f"{MODEL}-3"))


def test_the_next_version_is_held_against_the_one_that_was_allowed() -> None:
    it = world(strategy={"canary": {"steps": [{"setWeight": 50, "hold": "10s"}]}, "signatureChange": "Allow"})
    it.release(f"{MODEL}-2", takes=("dep_delay",))
    it.until(lambda it: it.serves(f"{MODEL}-2"))
    it.change(strategy={"canary": {"steps": [{"setWeight": 50, "hold": "10s"}]}})
    it.release(f"{MODEL}-3")
    it.until(lambda it: it.condition("Progressing") == "True SignatureChanged")
    assert "input distance is new" in it.said("Progressing")
