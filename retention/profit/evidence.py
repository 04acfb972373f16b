"""What an amount of money rests on: an input that somebody assumed, held-out customers, a randomised campaign."""

from collections.abc import Sequence

from retention.profit.measured_rates import OfferRates

ASSUMED = "assumed"
"""Money inputs that nobody has measured."""
BACKTESTED = "backtested"
"""Held-out customers, whom neither the model nor the threshold had seen."""
MEASURED = "measured"
"""The rates of a randomised campaign, with their interval and until they expire."""
SIMULATED_TRUTH = "simulated truth"
"""The probabilities that a simulated market was drawn from, which no real market tells."""


def evidence_of_plan(rates: OfferRates | None) -> tuple[str, ...]:
    """Return what an expected amount rests on; the value of a customer stays an assumption.

    >>> evidence_of_plan(None)
    ('assumed',)
    """
    return (ASSUMED,) if rates is None else (MEASURED, ASSUMED)


def evidence_of_backtest(rates: OfferRates | None) -> tuple[str, ...]:
    """Return what an amount on held-out customers rests on.

    >>> evidence_of_backtest(None)
    ('backtested', 'assumed')
    """
    return (BACKTESTED, *evidence_of_plan(rates))


def as_cell(kinds: Sequence[str]) -> str:
    """Return it as one cell of a file.

    >>> as_cell(("measured", "assumed"))
    'measured+assumed'
    """
    return "+".join(kinds)


def in_brackets(kinds: Sequence[str]) -> str:
    """Return it as it stands behind an amount in a sentence.

    >>> in_brackets(("measured", "assumed"))
    '(measured, assumed)'
    """
    return f"({', '.join(kinds)})"
