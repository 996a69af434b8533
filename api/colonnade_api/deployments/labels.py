"""What serving pods keep in mind for labels that come later, and whom answers are about."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field

from colonnade_api.common import ColumnName, Rule, SpecPart
from colonnade_api.datasets.encryption import SecretKey
from colonnade_api.durations import Period


class Feedback(SpecPart):
    """Each answer carries a token, by which any pod of this Deployment takes its label."""

    key_secret_ref: SecretKey = Field(
        description="The key that proves a token: text of at least 16 characters, such as of `openssl rand -hex 32`. "
        "With another key, labels of earlier answers are no longer taken."
    )
    max_age: Period = Field(
        default=timedelta(days=7), description="How old an answer may be whose label still counts; left out: 7d."
    )


class Groups(SpecPart):
    """By which groups of people answers are counted. A group is counted, and never stored."""

    rules = (
        Rule(
            "has(self.fromInput) != has(self.fromParameter)",
            "groups come from one place: fromInput, a feature of the model, or fromParameter, a parameter of requests",
            lambda s: (s.from_input is None) != (s.from_parameter is None),
        ),
    )

    from_input: ColumnName | None = Field(
        default=None, description="A feature whose values are the groups, such as sex."
    )
    from_parameter: Annotated[str, Field(min_length=1, max_length=128)] | None = Field(
        default=None,
        description='A parameter of the request that the model does not see: "parameters": {"sex": "F"}.',
    )
