"""Price a model's held-out customers, and the offers, at money inputs."""

from pathlib import Path

from retention.churn.model import ChurnModel
from retention.errors import ModelError
from retention.profit.catalogue import Offer, load_catalogue, packaged_catalogue
from retention.profit.curve import ProfitCurve, profit_curve
from retention.profit.economics import Economics
from retention.profit.measured_rates import OfferRates


def profit_of_model(model: ChurnModel, economics: Economics, measured: OfferRates | None = None) -> ProfitCurve:
    """Price every threshold on the model's out-of-fold scores.

    Parameters
    ----------
    model
        The model, with its out-of-fold rows.
    economics
        The money inputs; they hold the measured rates already.
    measured
        Those rates; None where all are assumed.

    Raises
    ------
    ModelError
        If the model came without its out-of-fold rows.
    """
    rows = model.out_of_fold
    if rows is None:
        raise ModelError(
            "this model came without its out-of-fold rows, so no profit can be measured; "
            "train it here, or ask for a copy with evaluation"
        )
    return profit_curve(
        score=rows.score,
        label=rows.label,
        fold=rows.fold,
        value=rows.value,
        weight=rows.weight,
        economics=economics,
        measured=measured,
    )


def offers_at(economics: Economics, path: Path | None = None) -> tuple[Offer, ...]:
    """Return the offers of a catalogue, by default the packaged one, the first as the money inputs say."""
    return (packaged_catalogue() if path is None else load_catalogue(path)).at(economics)
