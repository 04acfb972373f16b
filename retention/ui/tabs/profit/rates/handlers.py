"""Plan with rates that campaigns measured, or with the assumed ones again."""

from pathlib import Path

from retention.errors import InputError
from retention.pipeline.targeting import learned_rates
from retention.profit.effects import EffectModel
from retention.profit.measured_rates import Rates
from retention.profit.plans import plans_by_rates, plans_in_words
from retention.ui.session import Session


def with_rates(session: Session, rates: Rates, effect_model: EffectModel | None = None) -> Session:
    """Plan with measured rates; the curve, the budget and the send list follow, and earlier messages go.

    Parameters
    ----------
    rates
        What campaigns measured, those that expired by today set aside.
    effect_model
        The model of each customer's effect that was adopted with them; None for none.
    """
    return session.with_rates(rates, effect_model)


def open_file(session: Session, path: str | None) -> Session:
    """Plan with the measured rates in a file that ``learn`` wrote.

    Raises
    ------
    InputError
        If no file is chosen, or it cannot be used.
    """
    if not path:
        raise InputError("no file yet; choose the rates that `learn` wrote (zip)")
    learned = learned_rates(Path(path))
    return with_rates(session, learned.rates, learned.effect_model)


def return_to_assumed(session: Session) -> Session:
    """Plan with the assumed rates again."""
    return session.with_rates(None)


def plans(session: Session) -> str:
    """Return one sentence on what the ends of the measured rates would have planned; blank without any."""
    if session.curve is None or session.measured is None:
        return ""
    return plans_in_words(plans_by_rates(session.curve, session.economics), session.economics.currency)
