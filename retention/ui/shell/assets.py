"""Where the page's own files lie."""

from pathlib import Path

ASSETS = Path(__file__).resolve().parents[3] / "assets"


def asset(name: str) -> str:
    """Return the text of a file in ``assets/``."""
    return (ASSETS / name).read_text(encoding="utf-8")
