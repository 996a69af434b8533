"""Datasets: specs that are right, and specs that are wrong in one thing."""

from typing import Any

from tests.api.examples.wrong import Invalid, Spec
from tests.api.expectations import BROKEN, FULL


def dataset(**spec: Any) -> Spec:
    return {"source": {"storageUri": "s3://raw/flights.parquet"}, **spec}


def columns(*given: Spec) -> Spec:
    return dataset(schema={"columns": [{"name": "a", **column} for column in given]})


def query(*datasets: Spec, **source: Any) -> Spec:
    return dataset(source={"query": {"datasets": list(datasets), "statement": "SELECT 1"}, **source})


SQL = {"connectionSecretRef": {"name": "shop", "key": "uri"}, "statement": "SELECT 1"}


def privacy(*rules: Spec, **given: Any) -> Spec:
    return dataset(privacy={"rules": [{"column": "a", **rule} for rule in rules], **given})


INVALID = (
    Invalid(
        "a pseudonym without a key",
        "Dataset",
        privacy({"action": "Pseudonymize"}),
        "spec.privacy.pseudonyms",
        "Pseudonymize needs a key: name its Secret in pseudonyms.keySecretRef",
    ),
    Invalid(
        "generalized to nothing",
        "Dataset",
        privacy({"action": "Generalize"}),
        "spec.privacy.rules[0].to",
        "write zip3, year, decade, age or bins",
    ),
    Invalid(
        "bins without edges",
        "Dataset",
        privacy({"action": "Generalize", "to": "bins"}),
        "spec.privacy.rules[0].edges",
        "edges go with to: bins",
    ),
    Invalid(
        "edges that descend",
        "Dataset",
        privacy({"action": "Generalize", "to": "bins", "edges": [2, 1]}),
        "spec.privacy.rules[0].edges",
        "edges must ascend",
    ),
    Invalid(
        "kept without a reason",
        "Dataset",
        privacy({"action": "Keep"}),
        "spec.privacy.rules[0].because",
        "say why in because",
    ),
    Invalid(
        "diversity without groups",
        "Dataset",
        privacy(lDiversity={"sensitive": "b", "l": 2}),
        "spec.privacy.lDiversity",
        "write kAnonymity.quasiIdentifiers too",
    ),
    Invalid(
        "sensitive and identifying",
        "Dataset",
        privacy(kAnonymity={"quasiIdentifiers": ["b"], "k": 2}, lDiversity={"sensitive": "b", "l": 2}),
        "spec.privacy.lDiversity",
        "a sensitive column can't be a quasi-identifier too",
    ),
    Invalid(
        "a query beside an address",
        "Dataset",
        query({"name": "flights"}, storageUri="s3://raw/a.csv"),
        "spec.source",
        "exactly one of storageUri",
    ),
    Invalid(
        "two tables of one name",
        "Dataset",
        query({"name": "flights"}, {"name": "weather", "alias": "Flights"}),
        "spec.source.query.datasets",
        "give one of them an alias",
    ),
    Invalid(
        "a query on a schedule",
        "Dataset",
        query({"name": "flights"}, refresh={"schedule": "@daily"}),
        "spec.source",
        "whenever one of its Datasets has a new version",
    ),
    Invalid("a query over nothing", "Dataset", query(), "spec.source.query.datasets", "at least 1"),
    Invalid(
        "a database with a file's format",
        "Dataset",
        dataset(source={"sql": SQL, "format": "csv"}),
        "spec.source",
        "sql reads none",
    ),
    Invalid("no source", "Dataset", {}, "spec.source", "Required value"),
    Invalid("neither address nor upload", "Dataset", dataset(source={}), "spec.source", "exactly one of storageUri"),
    Invalid(
        "both address and upload",
        "Dataset",
        dataset(source={"storageUri": "s3://raw/a.csv", "upload": {}}),
        "spec.source",
        "exactly one of storageUri",
    ),
    Invalid(
        "an unknown scheme",
        "Dataset",
        dataset(source={"storageUri": "ftp://raw/a.csv"}),
        "spec.source.storageUri",
        "start it with s3://",
    ),
    Invalid(
        "unprotected http",
        "Dataset",
        dataset(source={"storageUri": "http://raw/a.csv"}),
        "spec.source.storageUri",
        "insecure: true",
    ),
    Invalid(
        "a refresh of what is pushed",
        "Dataset",
        dataset(source={"upload": {}, "refresh": {"schedule": "@daily"}}),
        "spec.source.refresh",
        "an upload is new when someone pushes it",
    ),
    Invalid(
        "a schedule in words",
        "Dataset",
        dataset(source={"storageUri": "s3://raw/a.csv", "refresh": {"schedule": "every day"}}),
        "spec.source.refresh.schedule",
        "five cron fields",
    ),
    Invalid(
        "an unknown format",
        "Dataset",
        dataset(source={"storageUri": "s3://raw/a.xlsx", "format": "excel"}),
        "spec.source.format",
        'supported values: "csv", "parquet"',
    ),
    Invalid("an unknown field", "Dataset", dataset(colour={}), "spec.colour", "unknown field"),
    Invalid("an unknown type", "Dataset", columns({"type": "float"}), "spec.schema.columns[0].type", '"number"'),
    Invalid(
        "a column twice",
        "Dataset",
        columns({"type": "number"}, {"type": "integer"}),
        "spec.schema.columns[1]",
        "Duplicate value",
    ),
    Invalid(
        "bounds on a category",
        "Dataset",
        columns({"type": "category", "min": 1}),
        "spec.schema.columns[0]",
        "set type to number or integer",
    ),
    Invalid(
        "a pattern for a number",
        "Dataset",
        columns({"type": "number", "pattern": "x"}),
        "spec.schema.columns[0]",
        "set type to category, string or text",
    ),
    Invalid(
        "min above max",
        "Dataset",
        columns({"type": "number", "min": 2, "max": 1}),
        "spec.schema.columns[0].min",
        "min must not exceed max",
    ),
    Invalid(
        "a share over one",
        "Dataset",
        dataset(validation={"maxInvalidFraction": 1.5}),
        "spec.validation.maxInvalidFraction",
        "less than or equal to 1",
    ),
    Invalid(
        "two cleanings in one step",
        "Dataset",
        dataset(cleaning=[{"trim": {}, "dropDuplicates": {}}]),
        "spec.cleaning[0]",
        "exactly one of dropDuplicates, fillMissing, trim",
    ),
    Invalid("an empty step", "Dataset", dataset(cleaning=[{}]), "spec.cleaning[0]", "exactly one of dropDuplicates"),
    Invalid(
        "a replacement of nothing",
        "Dataset",
        dataset(cleaning=[{"replace": {"column": "a"}}]),
        "spec.cleaning[0].replace",
        "give values",
    ),
    Invalid(
        "a replacement of what is missing",
        "Dataset",
        dataset(cleaning=[{"replace": {"column": "a", "values": {"": "x"}}}]),
        "spec.cleaning[0].replace.values",
        "by fillMissing",
    ),
    Invalid(
        "a clip without a bound",
        "Dataset",
        dataset(cleaning=[{"clip": {"column": "a"}}]),
        "spec.cleaning[0].clip",
        "min, max or both",
    ),
    Invalid(
        "a clip that lets nothing through",
        "Dataset",
        dataset(cleaning=[{"clip": {"column": "a", "min": 2, "max": 1}}]),
        "spec.cleaning[0].clip.min",
        "min must not exceed max",
    ),
    Invalid(
        "a format of booleans",
        "Dataset",
        dataset(cleaning=[{"parse": {"column": "a", "type": "boolean", "format": "yes"}}]),
        "spec.cleaning[0].parse.format",
        "format goes with type",
    ),
    Invalid(
        "a constant without value",
        "Dataset",
        dataset(cleaning=[{"fillMissing": {"column": "a", "strategy": "constant"}}]),
        "spec.cleaning[0].fillMissing.value",
        "strategy: constant",
    ),
    Invalid(
        "a split in two ways",
        "Dataset",
        dataset(split={"stratifyBy": "late", "timeColumn": "day"}),
        "spec.split",
        "name one of the two",
    ),
    Invalid(
        "a split by groups and in time",
        "Dataset",
        dataset(split={"groupColumn": "plane", "timeColumn": "day"}),
        "spec.split",
        "draws whole groups at random",
    ),
    Invalid(
        "everything held out",
        "Dataset",
        dataset(split={"test": 1.0}),
        "spec.split.test",
        "should be less than 1",
    ),
    *(
        Invalid(
            wrong.about, "Dataset", dataset(validation=wrong.validation), f"spec.validation{wrong.field}", wrong.hint
        )
        for wrong in BROKEN
    ),
)

VALID: tuple[tuple[str, str, Spec], ...] = (
    (
        "a table about people",
        "Dataset",
        privacy(
            {"action": "Pseudonymize", "article": "GDPR 4(5)"},
            pseudonyms={"keySecretRef": {"name": "pseudonyms", "key": "key"}},
            kAnonymity={"quasiIdentifiers": ["zip", "age"], "k": 5, "action": "Reject"},
            lDiversity={"sensitive": "diagnosis", "l": 2},
        ),
    ),
    (
        "a column in bins, and one kept",
        "Dataset",
        dataset(
            purpose="late flights",
            lawfulBasis="Contract",
            sensitivity="Restricted",
            privacy={
                "rules": [
                    {"column": "age", "action": "Generalize", "to": "bins", "edges": [18, 65]},
                    {"column": "sex", "action": "Keep", "because": "fairness is measured by it"},
                ]
            },
        ),
    ),
    ("an upload", "Dataset", {"source": {"upload": {}}}),
    ("all that a table can be held against", "Dataset", dataset(validation=FULL)),
    ("a replacement by a value", "Dataset", dataset(cleaning=[{"replace": {"column": "a", "values": {"x": "y"}}}])),
    ("a replacement by nothing", "Dataset", dataset(cleaning=[{"replace": {"column": "a", "missing": ["x"]}}])),
    ("a join", "Dataset", query({"name": "flights"}, {"name": "weather-hourly", "alias": "w"})),
    ("a database", "Dataset", {"source": {"sql": SQL, "refresh": {"schedule": "@daily"}}}),
    (
        "a whole table",
        "Dataset",
        {
            "source": {
                "storageUri": "s3://raw/flights/*.parquet",
                "secretRef": {"name": "raw"},
                "format": "parquet",
                "refresh": {"schedule": "*/15 6-22 * * Mon-Fri"},
            },
            "description": "Departures from New York",
            "owner": "data@example.org",
            "license": "CC0-1.0",
            "schema": {
                "uniqueKey": ["flight id"],
                "columns": [
                    {"name": "flight id", "type": "string", "unique": True},
                    {"name": "dep_delay", "type": "number", "nullable": True, "min": -120, "max": 1500},
                    {"name": "carrier", "type": "category", "allowed": ["UA", "AA", "DL"]},
                    {"name": "tailnum", "type": "string", "pattern": "^N[0-9A-Z]+$"},
                ],
            },
            "validation": {"onInvalid": "Reject", "maxInvalidFraction": 0},
            "cleaning": [
                {"rename": {"from": "Carrier", "to": "carrier"}},
                {"parse": {"column": "time_hour", "type": "date", "format": "%d.%m.%Y"}},
                {"lowercase": {"columns": ["carrier"]}},
                {"replace": {"column": "carrier", "values": {"ev": "9e"}, "missing": ["n/a"]}},
                {"clip": {"column": "air_time", "min": 0, "max": 1500}},
                {"dropRows": {"where": "air_time = 0 OR dep_delay > 1500"}},
                {"dropDuplicates": {}},
                {"fillMissing": {"column": "air_time", "strategy": "median"}},
                {"fillMissing": {"column": "gate", "strategy": "constant", "value": "none"}},
                {"trim": {"columns": ["carrier"]}},
            ],
            "split": {"test": 0.2, "stratifyBy": "late", "seed": 7},
        },
    ),
    ("plain http that is meant", "Dataset", dataset(source={"storageUri": "http://raw/a.csv", "insecure": True})),
)
