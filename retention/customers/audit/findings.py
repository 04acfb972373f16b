"""What an audit says: one finding, in plain words."""

from dataclasses import dataclass
from typing import Literal

Severity = Literal["note", "warning", "error"]


@dataclass(frozen=True)
class Finding:
    """Something in the data that a person should know before trusting a model trained on it.

    Attributes
    ----------
    severity
        ``error``: figures would mislead; ``warning``: look at it; ``note``: good to know.
    check
        Which check found it: ``leakage, contradiction, constant, repeated_rows, id_like, dates,
        class_balance, few_churners, disguised_blanks, mostly_blank`` or ``no_features``.
    column
        The column, or columns with a comma between them; None where it is about the whole table.
    affected
        Share of customers, in [0, 1].
    sentence
        What was found, and what to do.
    """

    severity: Severity
    check: str
    column: str | None
    affected: float
    sentence: str


def percent(share: float) -> str:
    """Return a share in words, never 0% or 100% unless it is exactly that.

    >>> percent(0.6123), percent(0.0031), percent(0.99999), percent(0.0), percent(1.0)
    ('61%', '0.3%', 'nearly 100%', '0%', '100%')
    """
    if 0 < share < 0.001:
        return "under 0.1%"
    if share < 0.095 and share > 0:
        return f"{share:.1%}".replace(".0%", "%")
    if 0.995 <= share < 1:
        return "nearly 100%"
    return f"{share:.0%}"
