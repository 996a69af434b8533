"""onnxruntime's messages without its code: one line, no source positions, no C++ signatures, no paths of the server."""

import re

CODE = re.compile(r"^.*?\[ONNXRuntimeError\] : \d+ : [A-Z_]+ : ")
PREAMBLE = re.compile(
    r"^(?:Load model from \S.*? failed: ?|Exception during (?:initialization|loading): |Fatal error: )+"
)
RUNNING = "Status Message: "
SOURCE = re.compile(r"\S+\.(?:h|hpp|cc|cpp|cu|cuh):\d+ ")
CONDITION = " was false. "
SIGNATURE = re.compile(r"[^()]*::[^()]*\(")
TAIL = re.compile(r"^(?:::<lambda\([^>]*\)>|\(\)|const\b|\[with [^\]]*\]|\s)+")


def plain(error: BaseException) -> str:
    """An exception's message as people may read it."""
    text = " ".join(str(error).split())
    text = PREAMBLE.sub("", CODE.sub("", text))
    return _without_source(text.partition(RUNNING)[2] or text)


def _without_source(text: str) -> str:
    position = SOURCE.search(text)
    if position is None:
        return text
    before, behind = text[: position.start()], text[position.end() :]
    if CONDITION in behind:
        return before + behind.partition(CONDITION)[2]
    if SIGNATURE.match(behind):
        return before + TAIL.sub("", _behind_parentheses(behind))
    return before + behind.partition(" ")[2]  # the function's name alone


def _behind_parentheses(text: str) -> str:
    depth = 0
    for position, letter in enumerate(text):
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if letter == ")" and depth == 0:
            return text[position + 1 :]
    return text
