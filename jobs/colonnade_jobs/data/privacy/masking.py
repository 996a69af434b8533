"""Masked values, as SQL: nothing that identifies is left of them; of free text, the words alone."""

from ..tables.sql import literal

MASK = "***"
DIGIT = r"\p{Nd}"
# Longest first: what one takes away the next can't halve. All that look like it, not only the first, nor only those
# whose check digits are right: a card with one digit mistyped still tells whose it is.
ENTITIES = (
    r"(?i)\b(?:https?|ftp)://\S+|\bwww\.\S+",
    r"[^\s@<>()\[\],;:\"]+@[^\s@<>()\[\],;:\"]+",
    r"(?i)\b[a-z]{2}[0-9]{2}(?:[ -]?[a-z0-9]{2,4}){3,8}(?:[ -]?[a-z0-9]{1,3})?\b",
    r"(?i)\b(?:[0-9a-f]{1,4}(?::{1,2})){2,7}[0-9a-f]{1,4}\b",
    rf"\+?\(?{DIGIT}(?:[ ().,/:\x{{2010}}-\x{{2015}}-]{{0,3}}{DIGIT}){{5,}}\)?(?:[ -]?[A-Za-z]\b)?",
    rf"[A-Za-z]*{DIGIT}[A-Za-z0-9]{{5,}}|[A-Za-z]{{2,}}[-/]?{DIGIT}{{5,}}",
)


def words_alone(text: str) -> str:
    """SQL: a text in which each address, number and code is ***."""
    for pattern in ENTITIES:
        text = f"regexp_replace({text}, {literal(pattern)}, {literal(MASK)}, 'g')"
    return text


def whole(value: str) -> str:
    """SQL: *** for every value that is there."""
    return f"CASE WHEN {value} IS NOT NULL THEN {literal(MASK)} END"
