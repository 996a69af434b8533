"""National numbers of people whose check digits `stdnum` knows."""

import re
from collections.abc import Callable
from functools import cache
from importlib import import_module

# stdnum's module, what people call the number, and of how many digits and letters it is.
# Left out: numbers without check digits, and those whose check is that of public codes (the NHS's is the ISBN's).
NUMBERS: tuple[tuple[str, str, int, int], ...] = (
    ("at.vnr", "Austrian social security numbers", 10, 10),
    ("be.nn", "Belgian national numbers", 11, 11),
    ("bg.egn", "Bulgarian personal numbers", 10, 10),
    ("br.cpf", "Brazilian CPF numbers", 11, 11),
    ("ca.sin", "Canadian social insurance numbers", 9, 9),
    ("ch.ssn", "Swiss social security numbers", 13, 13),
    ("cl.rut", "Chilean RUT numbers", 8, 9),
    ("cn.ric", "Chinese identity numbers", 18, 18),
    ("cz.rc", "Czech or Slovak birth numbers", 10, 10),
    ("de.idnr", "German tax numbers", 11, 11),
    ("do.cedula", "Dominican identity numbers", 11, 11),
    ("ec.ci", "Ecuadorian identity numbers", 10, 10),
    ("ee.ik", "Estonian or Lithuanian personal numbers", 11, 11),
    ("es.dni", "Spanish DNI numbers", 9, 9),
    ("es.nie", "Spanish NIE numbers", 9, 9),
    ("fi.hetu", "Finnish personal numbers", 10, 10),
    ("fr.nir", "French social security numbers", 15, 15),
    ("gr.amka", "Greek social security numbers", 11, 11),
    ("hr.oib", "Croatian identification numbers", 11, 11),
    ("ie.pps", "Irish PPS numbers", 8, 9),
    ("il.idnr", "Israeli identity numbers", 9, 9),
    ("in_.aadhaar", "Indian Aadhaar numbers", 12, 12),
    ("is_.kennitala", "Icelandic kennitala", 10, 10),
    ("it.codicefiscale", "Italian codici fiscali", 16, 16),
    ("jp.in_", "Japanese individual numbers", 12, 12),
    ("kr.rrn", "South Korean resident numbers", 13, 13),
    ("mx.curp", "Mexican CURP codes", 18, 18),
    ("nl.bsn", "Dutch BSN numbers", 9, 9),
    ("no.fodselsnummer", "Norwegian birth numbers", 11, 11),
    ("pl.pesel", "Polish PESEL numbers", 11, 11),
    ("pt.cc", "Portuguese identity numbers", 12, 12),
    ("ro.cnp", "Romanian personal numbers", 13, 13),
    ("se.personnummer", "Swedish personal numbers", 10, 12),
    ("si.emso", "Slovenian or Yugoslav citizen numbers", 13, 13),
    ("th.pin", "Thai personal numbers", 13, 13),
    ("tr.tckimlik", "Turkish identity numbers", 11, 11),
    ("ua.rntrc", "Ukrainian taxpayer numbers", 10, 10),
    ("za.idnr", "South African identity numbers", 13, 13),
)
WRITTEN = re.compile(r"[0-9A-Za-z](?:[ .+/-]?[0-9A-Za-z])*")
LETTER_OR_DIGIT = re.compile(r"[^0-9A-Za-z]")


@cache
def of_people() -> dict[str, Callable[[str], bool]]:
    """Whether a value is such a number, by what people call it."""
    return {called: _tester(module, least, most) for module, called, least, most in NUMBERS}


def _tester(module: str, least: int, most: int) -> Callable[[str], bool]:
    is_valid = import_module(f"stdnum.{module}").is_valid

    def is_such(value: str) -> bool:
        if not WRITTEN.fullmatch(value) or not least <= len(LETTER_OR_DIGIT.sub("", value)) <= most:
            return False
        try:
            return bool(is_valid(value))
        except (LookupError, ValueError):  # cn.ric of python-stdnum 2.2, of some places that are no more
            return False

    return is_such
