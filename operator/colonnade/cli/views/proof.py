"""The chain of digests as a tree: a tick where a link holds, a cross where it is broken, else a question mark."""

from collections.abc import Mapping, Sequence

from colonnade.cli.page import Branch, Forest, Line, Tone, Word, line

MARKS: dict[str, tuple[str, Tone]] = {"holds": ("✓", "good"), "broken": ("✗", "bad"), "unknown": ("?", "waiting")}
Seen = tuple[str, str, str]
"""A link's name, its state, what was seen."""


def proof_of(name: str, stored: Sequence[Seen], served: Mapping[str, Sequence[Seen]]) -> Forest:
    """name: the ModelVersion's; served: by Deployment and revision."""
    every = [*stored, *(seen for links in served.values() for seen in links)]
    below = [Branch(_line(*seen)) for seen in stored]
    below += [
        Branch(line(Word(f"mdep/{deployment}", "strong")), tuple(Branch(_line(*seen)) for seen in links))
        for deployment, links in served.items()
    ]
    return Forest(
        (Branch(line(Word(f"mv/{name}", "strong"), "  ", _verdict([state for _, state, _ in every])), tuple(below)),)
    )


def _verdict(states: list[str]) -> Word:
    broken, unknown = states.count("broken"), states.count("unknown")
    if broken:
        return Word(f"{broken} of {len(states)} links broken", "bad")
    said = f"all {len(states) - unknown} links that can be told hold" if unknown else f"all {len(states)} links hold"
    return Word(said, "waiting" if unknown else "good")


def _line(name: str, state: str, said: str) -> Line:
    mark, tone = MARKS[state]
    return line(Word(mark, tone), f" {name}  ", Word(said, "bad" if state == "broken" else "quiet"))
