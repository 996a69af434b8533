"""Whose data a table holds, and what is done so that no one is known by it."""

from operator import not_
from typing import Annotated, Any, Literal

from pydantic import Field

from colonnade_api.common import ColumnName, Rule, Sentence, SpecPart
from colonnade_api.datasets.encryption import Encryption, SecretKey
from colonnade_api.datasets.subjects import Subject

LawfulBasis = Literal[
    "Consent", "Contract", "LegalObligation", "VitalInterests", "PublicTask", "LegitimateInterests"
]  # GDPR 6(1) a to f
Sensitivity = Literal["Public", "Internal", "Confidential", "Restricted"]
Action = Literal["Drop", "Mask", "Pseudonymize", "Generalize", "Keep"]
MAX_RULES = 512


def _to_fits(rule: Any) -> bool:
    return bool((rule.action == "Generalize") == (rule.to is not None))


def _ascending(rule: Any) -> bool:
    return rule.edges is None or all(low < high for low, high in zip(rule.edges, rule.edges[1:], strict=False))


class PrivacyRule(SpecPart):
    """What is done with one column before anything of it is stored."""

    rules = (
        Rule(
            "(self.action == 'Generalize') == has(self.to)",
            "to goes with action: Generalize, and with no other; write zip3, year, decade, age or bins",
            _to_fits,
            field=".to",
        ),
        Rule(
            "(has(self.to) && self.to == 'bins') == has(self.edges)",
            "edges go with to: bins, and with nothing else; write them in ascending order, such as [18, 40, 65]",
            lambda rule: (rule.to == "bins") == (rule.edges is not None),
            field=".edges",
        ),
        Rule(
            "!has(self.edges) || self.edges.isSorted()",
            "edges must ascend, each greater than the one before",
            _ascending,
            field=".edges",
        ),
        Rule(
            "self.action != 'Keep' || has(self.because)",
            "Keep leaves a column as it is: say why in because",
            lambda rule: rule.action != "Keep" or bool(rule.because),
            field=".because",
        ),
    )

    column: ColumnName = Field(description="The column, as the data's header has it.")
    action: Action = Field(
        description="Drop: the column is left out. Mask: each value becomes ***; in free text (type text) each e-mail "
        "address, number and code in it does. Pseudonymize: each value becomes a token, the same for the same value "
        "and key. Generalize: each value becomes coarser, see to. Keep: it stays, and because says why."
    )
    to: Literal["zip3", "year", "decade", "age", "bins"] | None = Field(
        default=None,
        description="zip3: the first three digits of a United States ZIP code, 000 where no more than 20,000 people "
        "live there. year, decade: of a date; of a number, decade is its tens. age: whole years, 90 for all from 90 "
        "on. bins: which of edges a number lies between.",
    )
    edges: Annotated[tuple[float, ...], Field(min_length=1, max_length=100)] | None = Field(
        default=None,
        description="Where bins begin and end, ascending: [18, 65] makes (under 18), [18, 65) and (65 and over).",
        json_schema_extra={"x-kubernetes-list-type": "set"},
    )
    because: Sentence | None = Field(default=None, description="Why a column is kept, for those who audit.")
    article: Annotated[str, Field(min_length=1, max_length=128)] | None = Field(
        default=None, description="The law or contract that the rule follows, such as GDPR 4(5)."
    )


class Pseudonyms(SpecPart):
    """How Pseudonymize makes tokens."""

    key_secret_ref: SecretKey = Field(
        description="Where the key lies: at least 32 random bytes, such as of `openssl rand -hex 32`. The same value "
        "has the same token in each version and Dataset with the same key; with another key, all tokens are others."
    )


class KAnonymity(SpecPart):
    """No row stands alone: each combination of some columns' values comes in at least k rows."""

    quasi_identifiers: tuple[ColumnName, ...] = Field(
        min_length=1,
        max_length=32,
        description="Columns by which someone who knows a person could find their row, such as zip and age. They are "
        "compared as they are stored, after rules; a missing value is a value.",
        json_schema_extra={"x-kubernetes-list-type": "set"},
    )
    k: Annotated[int, Field(ge=2, le=1_000_000)] = Field(description="How many rows each combination has at least.")
    action: Literal["Suppress", "Reject"] = Field(
        default="Suppress",
        description="Suppress: rows of rarer combinations are left out, and counted. Reject: one such row, and there "
        "is no version.",
    )


class LDiversity(SpecPart):
    """Who knows a person's combination still doesn't know what is sensitive: it has at least l values there."""

    sensitive: ColumnName = Field(description="The column that must not be told from the others, such as diagnosis.")
    l: Annotated[int, Field(ge=2, le=1000)] = Field(  # noqa: E741 - the field's own word
        description="How many different values each combination of kAnonymity.quasiIdentifiers has there at least; a "
        "missing one doesn't count."
    )


class Detect(SpecPart):
    """Personal data is looked for in columns that no rule names: card, bank, phone and national numbers, e-mail and IP
    addresses by their values; names, addresses and dates of birth by what the column is called."""

    action: Literal["Reject", "Warn", "Off"] = Field(
        default="Reject",
        description="Reject: where some is found there is no version. Warn: there is one, and condition Protected is "
        "False. Off: nothing is looked for.",
    )
    threshold: Annotated[float, Field(gt=0, le=1)] = Field(
        default=0.1,
        description="The least share of a column's different values that are personal data, 0 to 1, beyond what chance "
        "explains.",
    )


def _pseudonyms_have_a_key(privacy: Any) -> bool:
    return privacy.pseudonyms is not None or all(rule.action != "Pseudonymize" for rule in privacy.rules_)


def _sensitive_is_apart(privacy: Any) -> bool:
    both = privacy.k_anonymity and privacy.l_diversity
    return not both or privacy.l_diversity.sensitive not in privacy.k_anonymity.quasi_identifiers


def _subjects_can_be_told(privacy: Any) -> bool:
    coarse = ("Drop", "Mask", "Generalize")
    column = privacy.subject.column if privacy.subject else None
    return all(rule.column != column or rule.action not in coarse for rule in privacy.rules_)


class Privacy(SpecPart):
    """What is protected before anything is stored, and how."""

    rules = (
        Rule(
            "has(self.pseudonyms) || !has(self.rules) || !self.rules.exists(rule, rule.action == 'Pseudonymize')",
            "Pseudonymize needs a key: name its Secret in pseudonyms.keySecretRef",
            _pseudonyms_have_a_key,
            field=".pseudonyms",
        ),
        Rule(
            "!has(self.lDiversity) || has(self.kAnonymity)",
            "lDiversity speaks of the groups that kAnonymity makes: write kAnonymity.quasiIdentifiers too",
            lambda privacy: privacy.l_diversity is None or privacy.k_anonymity is not None,
            field=".lDiversity",
        ),
        Rule(
            "!has(self.lDiversity) || !has(self.kAnonymity) || "
            "!(self.lDiversity.sensitive in self.kAnonymity.quasiIdentifiers)",
            "a sensitive column can't be a quasi-identifier too: within a group it would have one value",
            _sensitive_is_apart,
            field=".lDiversity",
        ),
        Rule(
            "!has(self.subject) || !has(self.rules) || !self.rules.exists(rule, rule.column == self.subject.column && "
            "rule.action in ['Drop', 'Mask', 'Generalize'])",
            "a rule makes the subject's column coarser, so that nobody's rows could be told any more: Pseudonymize or "
            "Keep it",
            _subjects_can_be_told,
            field=".subject",
        ),
    )

    detect: Detect | None = Field(
        default=None, description="What is done where a column that no rule names holds personal data. Left out: Off."
    )
    rules_: tuple[PrivacyRule, ...] = Field(
        default=(),
        alias="rules",
        exclude_if=not_,  # Jobs are named by what a spec dumps to: one that only encrypts keeps its Job
        max_length=MAX_RULES,
        description="What is done with each column that is about people; one rule a column. Rows are checked, cleaned "
        "and filled before; nothing is written before.",
        json_schema_extra={"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["column"]},
    )
    pseudonyms: Pseudonyms | None = Field(default=None, description="How Pseudonymize makes tokens.")
    k_anonymity: KAnonymity | None = Field(
        default=None, description="How many rows each combination of some columns has at least."
    )
    l_diversity: LDiversity | None = Field(
        default=None, description="How many values a sensitive column has at least in each such combination."
    )
    encryption: Encryption | None = Field(
        default=None, description="Whether what is stored can be read without a key. Left out: it can."
    )
    subject: Subject | None = Field(
        default=None, description="Whose data a row is. Left out: nobody's rows can be erased."
    )

    @property
    def changes_rows(self) -> bool:
        """Whether the rows that are stored are others than those that came; encryption alone changes none."""
        return bool(self.rules_ or self.k_anonymity or self.l_diversity)

    @property
    def detects(self) -> bool:
        """Whether personal data is looked for."""
        return self.detect is not None and self.detect.action != "Off"

    @property
    def withholds_values(self) -> bool:
        """Whether values of the table may be about people, and must be told nowhere."""
        return self.changes_rows or self.detects or self.subject is not None
