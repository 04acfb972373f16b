"""One finding of the audit."""

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
        The check that made it: ``leakage, contradiction, constant, repeated_rows, id_like, dates,
        class_balance, few_churners, disguised_blanks, mostly_blank, no_label`` or ``no_features``.
    column
        The column, or several with a comma between them; None where it is about the whole table.
    affected
        Share of customers, in [0, 1].
    sentence
        What is wrong, and what to do.
    """

    severity: Severity
    check: str
    column: str | None
    affected: float
    sentence: str
