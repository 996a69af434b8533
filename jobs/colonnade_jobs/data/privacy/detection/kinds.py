"""Kinds of personal data that values show by themselves: written as nothing else is, or with check digits."""

import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass

import phonenumbers
from stdnum import iban, luhn

from . import national

Test = Callable[[str], bool]
EMAIL = re.compile(r"[^\s@<>()\[\],;:\"']+@[^\s@<>()\[\],;:\"'.]+(?:\.[^\s@<>()\[\],;:\"'.]+)*\.[^\W\d_]{2,}")
NETWORK = re.compile(r"(?<![\w.:-])(?:\d{1,3}(?:\.\d{1,3}){3}|(?:[0-9a-fA-F]{0,4}:){2,7}[0-9a-fA-F]{0,4})(?![\w.:-])")
ABROAD = re.compile(r"(?<![\w+])\+\d[\d ().\-/]{6,20}\d")
ACCOUNT = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b")
SOCIAL_SECURITY = re.compile(r"(?<![\d-])(?!000|666|9\d\d)\d{3}-(?!00)\d\d-(?!0000)\d{4}(?![\d-])")
CARD = re.compile(r"(?<![\d.,-])\d(?:[ -]?\d){12,18}(?![\d.,-])")
# Lengths by how the number begins: ISO/IEC 7812, as the networks issue them.
ISSUED = re.compile(r"4\d{12}(?:\d{3}){0,2}|(?:5[1-5]|2[2-7]|6\d)\d{14}|3[47]\d{13}|3[068]\d{12}|35\d{14}|6\d{18}")
NOT_A_DIGIT = re.compile(r"\D")


@dataclass(frozen=True)
class Kind:
    """called: in the plural, for people. is_in: whether a value has one. by_chance: whether values that are no such
    thing may look like it, as where a check digit fits."""

    called: str
    is_in: Test
    by_chance: bool


def _email(value: str) -> bool:
    return "@" in value and EMAIL.search(value) is not None


def _network_address(value: str) -> bool:
    return any(_is_address(found) for found in NETWORK.findall(value))


def _is_address(text: str) -> bool:
    try:
        return ipaddress.ip_address(text) is not None
    except ValueError:
        return False


def _phone(value: str) -> bool:
    return any(_is_phone(found) for found in ABROAD.findall(value))


def _is_phone(text: str) -> bool:
    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(text))
    except phonenumbers.NumberParseException:
        return False


def _account(value: str) -> bool:
    return any(map(iban.is_valid, ACCOUNT.findall(value)))


def _social_security(value: str) -> bool:
    return SOCIAL_SECURITY.search(value) is not None


def _card(value: str) -> bool:
    return any(_is_card(NOT_A_DIGIT.sub("", found)) for found in CARD.findall(value))


def _is_card(digits: str) -> bool:
    return ISSUED.fullmatch(digits) is not None and luhn.is_valid(digits)


KINDS: tuple[Kind, ...] = (
    Kind("e-mail addresses", _email, by_chance=False),
    Kind("IP addresses", _network_address, by_chance=False),
    Kind("phone numbers", _phone, by_chance=False),
    Kind("bank accounts (IBAN)", _account, by_chance=False),
    Kind("United States social security numbers", _social_security, by_chance=False),
    Kind("card numbers", _card, by_chance=True),
    *(Kind(called, is_such, by_chance=True) for called, is_such in national.of_people().items()),
)
