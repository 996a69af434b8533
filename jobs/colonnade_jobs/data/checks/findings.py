"""What a check of the whole table found wrong."""

from dataclasses import dataclass, replace

from colonnade_api.datasets.expectations import TableAction


@dataclass(frozen=True)
class Finding:
    """reason: for a Reject, that of the answer. check: its field in spec.validation. action: Reject or Warn.

    column: the one whose values the message quotes; empty where it quotes none.
    """

    reason: str
    message: str
    check: str
    action: TableAction
    column: str = ""

    def without_values(self) -> "Finding":
        """The same, of a column whose values spec.privacy protects."""
        said = (
            f"spec.validation.{self.check} isn't kept by {self.column}; how far off would tell what spec.privacy hides"
        )
        return replace(self, message=said)
