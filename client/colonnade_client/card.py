"""A model's card."""

from pathlib import Path

from colonnade_client import html


class Card:
    """html: the page as it was written when the model was made."""

    def __init__(self, model_version: str, document: str) -> None:
        self.model_version, self.html = model_version, document

    def save(self, target: str | Path) -> Path:
        """As a file for a browser."""
        path = Path(target)
        path.write_text(self.html, encoding="utf-8")
        return path

    def __repr__(self) -> str:
        return f"<Card of {self.model_version}: {len(self.html):,} characters of HTML>"

    def _repr_html_(self) -> str:
        return html.page(self.html)
