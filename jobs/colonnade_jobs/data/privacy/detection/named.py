"""What a column's own name says that it holds: names of people, addresses and days of birth have no check digits."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

LETTER = re.compile(r"[^\W\d_]")
DIGIT = re.compile(r"\d")
PHONE = re.compile(r"[+(]*\d[\d ().\-/+]*(?:(?:x|ext\.?|,)[ .]*\d+)?", re.IGNORECASE)
CODE = re.compile(r"[0-9A-Za-z][0-9A-Za-z .\-/]*")
FRACTION = re.compile(r"\d*\.\d+")
CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
NO_WORD = re.compile(r"[^A-Za-z0-9]+")
NO_ACCENTS = str.maketrans(
    {"ß": "ss", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "æ": "ae", "Æ": "AE", "œ": "oe", "đ": "d"}
)
"""Letters that aren't a plain one with a mark on it."""


@dataclass(frozen=True)
class Name:
    """called: in the plural, for people. pattern: of the column's name in words. could_be: whether a value may be one.

    cover: the rule that would do, as YAML. alone: whether the name says it by itself; else it does only beside another
    column that is found to be about people.
    """

    called: str
    pattern: re.Pattern[str]
    could_be: Callable[[str], bool]
    cover: str
    alone: bool = True


def told_by(column: str) -> Name | None:
    """What a column's name says that it holds."""
    words = in_words(column)
    return next((name for name in NAMES if name.pattern.fullmatch(words)), None)


def in_words(column: str) -> str:
    """first_name, FirstName, Prénom: in small letters, without accents, a space between each two words."""
    marked = unicodedata.normalize("NFKD", column.replace("'", "").translate(NO_ACCENTS))
    plain = marked.encode("ascii", "ignore").decode()
    return NO_WORD.sub(" ", CAMEL.sub(" ", plain)).strip().lower()


def _digits(value: str) -> int:
    return len(DIGIT.findall(value))


def _is_name(value: str) -> bool:
    return LETTER.search(value) is not None and not DIGIT.search(value) and len(value) <= 80


def _is_address(value: str) -> bool:
    if not LETTER.search(value) or len(value) < 4:
        return False
    return " " in value or _digits(value) > 0 or not value.isascii()


def _is_phone(value: str) -> bool:
    if FRACTION.fullmatch(value):
        return False
    return PHONE.fullmatch(value) is not None and 7 <= _digits(value) <= 20


def _is_code(value: str) -> bool:
    if FRACTION.fullmatch(value):
        return False
    return CODE.fullmatch(value) is not None and 5 <= _digits(value) <= 20


def _is_card(value: str) -> bool:
    return CODE.fullmatch(value) is not None and 12 <= _digits(value) <= 19


def _is_day(value: str) -> bool:
    return 6 <= _digits(value) <= 14


def _ending_in(*words: str) -> re.Pattern[str]:
    """Names that end in one of these; _ is a space or nothing. A letter or digit may come after, as in phone2."""
    alternatives = "|".join(words).replace("_", " ?")
    return re.compile(rf"(?:.* )?(?:{alternatives})(?: ?[0-9]| [a-z])?")


NUMBER = "(?:_(?:number|num|no|nr|id))?"
WHO = "(?:full|person|patient|client|customer|employee|contact|passenger|student|user|owner|member|guest|driver|voter)"
NAMES: tuple[Name, ...] = (
    Name(
        "given names",
        _ending_in(
            *("first_name", "given_names?", "fore_name", "f_name", "vorname", "rufname", "prenom", "voornaam"),
            *("primeiro_nome", "nome_proprio", "primer_nombre", "imie", "fornamn", "fornavn", "etunimi"),
        ),
        _is_name,
        "action: Drop",
    ),
    Name(
        "family names",
        _ending_in(
            *("last_name", "sur_name", "family_name", "maiden_name", "l_name", "nachname", "zuname", "familienname"),
            "nom_de_famille",
            *("achternaam", "apellidos?", "cognome", "sobrenome", "nazwisko", "efternamn", "etternavn", "sukunimi"),
        ),
        _is_name,
        "action: Drop",
    ),
    Name("names of people", _ending_in(f"{WHO}_name"), _is_name, "action: Drop"),
    Name("names of people", re.compile("name|nom|nombre|nome|naam|navn|namn"), _is_name, "action: Drop", alone=False),
    Name(
        "phone numbers",
        _ending_in(
            *(f"(?:tele|hand|cell)?phone{NUMBER}", f"tel{NUMBER}", f"(?:mobile|cell)(?:_phone)?{NUMBER}", "fax"),
            *("msisdn", "whats_app", "telefone?", "telefono", "telefon(?:nummer|nr)?", "telefoon(?:nummer|nr)?"),
            *("numer_telefonu", "tlf", "puhelin(?:numero)?"),
            *("handy(?:nummer)?", "celular", "movil", "contact_(?:number|no)"),
        ),
        _is_phone,
        "action: Pseudonymize",
    ),
    Name(
        "dates of birth",
        _ending_in(
            *(
                "birth",
                "birth_(?:day|date)",
                "born(?:_on)?",
                "dob",
                "geburts_(?:datum|tag)",
                "geburt",
                "geboren(?:_am)?",
            ),
            *("geb_dat(?:um)?", "naissance", "date_naiss", "nee?_le", "nacimiento", "nacid[oa]", "fecha_nac"),
            *("nascita", "nat[oa]_il", "data_nasc", "nascimento", "nascid[oa](?:_em)?", "dt_nasc", "geboren_op"),
            *("geboorte_(?:datum|dag)", "urodzenia", "urodzon[ya]", "fodd", "fodt", "fodelse_(?:datum|dag)"),
            *("foe?dsels_(?:dato|dag)", "syntyma_(?:aika|paiva)", "syntynyt"),
        ),
        _is_day,
        "action: Generalize, to: year",
    ),
    Name(
        "addresses",
        _ending_in(
            *("(?:street|home|postal|mailing|billing|shipping|residential)_address", "street", "address(?:_line)?"),
            *("strasse", "anschrift", "adresse", "adress?", "direccion", "indirizzo", "endereco", "osoite"),
            *("rue", "calle", "straat", "ulica"),
        ),
        _is_address,
        "action: Drop",
    ),
    Name(
        "identity numbers",
        _ending_in(
            *("ssn", f"social_security{NUMBER}", f"national_(?:id|insurance){NUMBER}", "nino", f"nhs{NUMBER}"),
            *(f"passport{NUMBER}", f"drivers?_licen[cs]e{NUMBER}", f"tax_payer{NUMBER}", f"identity(?:_card)?{NUMBER}"),
            *(f"medical_record{NUMBER}", "mrn", "cpf", "dni", "bsn", "pesel", "aadhaar", "curp", "cpr"),
            *("personnummer", "ausweis_(?:nummer|nr)"),
        ),
        _is_code,
        "action: Pseudonymize",
    ),
    Name(
        "card numbers",
        _ending_in(f"(?:(?:credit|debit|payment)_)?card{NUMBER}", f"cc{NUMBER}"),
        _is_card,
        "action: Pseudonymize",
    ),
)
