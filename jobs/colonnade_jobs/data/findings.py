"""What a check of the whole table found wrong."""

from dataclasses import dataclass

from colonnade_api.expectations import TableAction


@dataclass(frozen=True)
class Finding:
    """reason: for a Reject, that of the answer. check: its field in spec.validation. action: Reject or Warn."""

    reason: str
    message: str
    check: str
    action: TableAction
