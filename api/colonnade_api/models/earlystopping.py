"""How many rounds an estimator learns: until rows that it doesn't learn from no longer gain by another."""

from typing import Annotated

from pydantic import Field

from colonnade_api.common import SpecPart


class EarlyStopping(SpecPart):
    """Stops by a part of the training rows; then the estimator learns so many rounds from all of them."""

    patience: Annotated[int, Field(ge=1, le=1000)] = Field(
        default=10, description="For how many rounds in a row the loss on these rows may fail to become smaller."
    )
    validation: Annotated[float, Field(gt=0, lt=1)] = Field(
        default=0.1,
        description="Share of the training rows that it stops by, drawn as the Dataset is split: the latest, whole "
        "groups, or with the classes' shares.",
    )
