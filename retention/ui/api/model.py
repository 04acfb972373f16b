"""The steps for a model: train it, price it, score customers with it."""

from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from retention.artifacts import sha256
from retention.errors import InputError
from retention.pipeline import targeting
from retention.pipeline.campaign import copy_received_ledger
from retention.pipeline.churn import find_rows_left_alone, train_model
from retention.pipeline.customers import read_customers, split_column_names
from retention.pipeline.profit import profit_as_dict, profit_of_model
from retention.profit.curve import ProfitCurve
from retention.profit.economics import Economics
from retention.progress import Progress, silent
from retention.settings import settings
from retention.ui.api import archives as model_zip
from retention.ui.training_queue import TRAINING_QUEUE

MOST_LISTED = 200
"""At most this many customers are listed in an answer; the file has them all."""


def train(
    customers: Path,
    *,
    id: str = "",
    label: str = "",
    positive: str = "",
    value_column: str = "",
    exclude: str = "",
    weighted: bool = False,
    left_alone: Path | None = None,
    cutoff: str = "",
    horizon_days: int | None = None,
    folder: Path,
    progress: Progress = silent,
) -> tuple[Path, dict[str, Any]]:
    """Fit a churn model on customers with known outcome, and measure it on customers it has not seen.

    Only one training runs at a time; others wait in a queue.

    Parameters
    ----------
    customers
        The customers: CSV or Parquet, one row per customer, with a column that says who churned.
    id
        Column with the customer's id; blank to guess it by its name.
    label
        Column that says who churned (1/0, yes/no); blank to guess it by its name.
    positive
        The label's value for churned customers; blank where it is plain, as in 1/0 or yes/no.
    value_column
        Column with the margin kept if that customer stays; blank to guess it by its name.
    exclude
        Columns that the model may not use, with commas between them.
    weighted
        Set it to weight churned customers as much as retained ones while fitting; calibration undoes it.
    left_alone
        The ledger of past campaigns, as holdout or measure returned it: rows of customers whom one treated while
        their label was observed are left out, and held-out ones stand for them. If omitted, all rows count.
    cutoff
        With left_alone: the last day that counted as past (YYYY-MM-DD); blank where a column cutoff says it.
    horizon_days
        With left_alone: the days after the cutoff that decided the label.

    Returns
    -------
    model
        The model as a zip file, for profit and score.
    summary
        JSON: customers, churn_rate, chosen, candidates, metrics, warnings, out_of_time, left_alone, roles (which
        column was taken as what), notes.
    """
    if left_alone is None and (cutoff or horizon_days is not None):
        raise InputError(f"{'cutoff' if cutoff else 'horizon_days'}: is for left_alone; pass the ledger with it")
    table = read_customers(
        customers,
        id=id or None,
        label=label or None,
        positive=positive or None,
        value=value_column or None,
        exclude=split_column_names(exclude),
    )
    rows = None
    if left_alone is not None:
        own_ledger = folder / "ledger.sqlite"
        copy_received_ledger(left_alone, own_ledger)
        rows = find_rows_left_alone(table, own_ledger, cutoff=cutoff or None, horizon_days=horizon_days)
    with TRAINING_QUEUE.wait_for_turn(progress, limit_s=settings().training_limit_s) as report:
        model = train_model(
            table, scale_pos_weight="balanced" if weighted else None, left_alone=rows, progress=report
        )
    file = folder / "model.zip"
    model_zip.save_model(model, file)
    read = {"roles": table.roles.as_dict(), "notes": list(table.notes)}
    return file, {"model": file.name, **model.as_dict(), **read}


def profit(
    model: Path,
    *,
    threshold: float | None = None,
    value: float = 500.0,
    offer_cost: float = 50.0,
    contact_cost: float = 0.0,
    save_rate: float = 1.0,
    stayer_redemption: float = 1.0,
    harm_rate: float = 0.0,
    currency: str = "₹",
    rates: Path | None = None,
) -> dict[str, Any]:
    """Compute what sending an offer to everyone above a churn probability earns, and which threshold earns most.

    The default money inputs assume that an offer keeps every customer about to churn. Campaigns are closer to
    save_rate 0.3, stayer_redemption 0.6 and contact_cost 1.

    Parameters
    ----------
    model
        The model: the zip file that train returned.
    threshold
        Show the four groups at this churn probability; if omitted, at the one that is deployed.
    rates
        Rates that campaigns measured, the zip file that learn wrote; they stand over the assumed ones.

    Returns
    -------
    summary
        JSON: threshold_deployed (the break-even, unless the probabilities are off there), profit_deployed,
        threshold_best, profit_best, profit_all, profit_none and more per 1,000 customers, headroom (whether
        picking customers beats sending to all or none), matrix, band, and evidence, what each amount rests on;
        with rates also rates, and plans: what assumed, low, measured and high rates would have planned.
    """
    economics = Economics(value, offer_cost, save_rate, stayer_redemption, harm_rate, contact_cost, currency)
    policy = _with_rates(targeting.SendPolicy(economics=economics), rates)
    curve = _curve(_Zip(sha256(model.read_bytes()), model)).reprice(policy.first_economics, policy.measured)
    return profit_as_dict(curve, threshold, policy=policy)


def score(
    customers: Path,
    model: Path,
    *,
    top: int | None = None,
    threshold: float | None = None,
    every_offer: bool = False,
    budget: float | None = None,
    max_contacts: int | None = None,
    id: str = "",
    value_column: str = "",
    exclude: str = "",
    churn_rate: float | None = None,
    value: float = 500.0,
    offer_cost: float = 50.0,
    contact_cost: float = 0.0,
    save_rate: float = 1.0,
    stayer_redemption: float = 1.0,
    harm_rate: float = 0.0,
    currency: str = "₹",
    rates: Path | None = None,
    reasons: Literal["list", "all", "none"] = "list",
    folder: Path,
    progress: Progress = silent,
) -> tuple[Path, dict[str, Any]]:
    """Return who is about to churn and whom to contact first, as in "who should I call this week?".

    Every customer gets a churn probability and what an offer to them is expected to earn; those who get an offer
    also get reasons in words.

    Parameters
    ----------
    customers
        Today's customers: CSV or Parquet, one row per customer, with the columns the model was trained on.
    model
        The model: the zip file that train returned.
    top
        Contact at most this many customers, those with the highest expected profit; if omitted, all whom it pays
        to contact.
    threshold
        Contact from this churn probability on; if omitted, the break-even probability, with a value column each
        customer's own.
    every_offer
        Set it to give each customer the offer of the catalogue that earns most with them, not the first.
    budget
        Expected cost of the offers at most (currency); those that earn most for it are sent.
    max_contacts
        Contact at most this many customers, those who earn most; not together with threshold.
    id
        Column with the customer's id; blank to guess it by its name.
    value_column
        Column with the margin kept if that customer stays; blank to guess it by its name.
    exclude
        Columns to ignore, with commas between them.
    churn_rate
        Re-base the probabilities on this share of churned customers (0 to 1), where it changed since the training
        and little else did; summary.drift.churn_rate estimates it.
    rates
        Rates that campaigns measured, the zip file that learn wrote; they stand over the assumed ones.
    reasons
        Whose reasons to work out: list for those who get an offer, all, or none, which is quickest.

    Returns
    -------
    scored
        The send list as CSV, one row per customer, for offers.
    summary
        JSON: customers, contacted, mean_probability, threshold, expected_profit, drift and more, and top: up to
        200 customers to contact, the highest expected profit first, each with customer (the id),
        churn_probability, expected_profit, offer and reasons; evidence says what amounts rest on.
    """
    economics = Economics(value, offer_cost, save_rate, stayer_redemption, harm_rate, contact_cost, currency)
    policy = targeting.SendPolicy(
        economics=economics,
        threshold=threshold,
        top=top,
        every_offer=every_offer,
        budget=budget,
        max_contacts=max_contacts,
        reasons=reasons,
    )
    policy = _with_rates(policy, rates)
    file = folder / "scored.csv"
    scored = targeting.score_file(
        customers,
        file,
        model_zip.load_model(model).at_churn_rate(churn_rate),
        policy,
        id=id or None,
        value=value_column or None,
        exclude=split_column_names(exclude),
        progress=progress,
    )
    first = targeting.first_contacts(file, most=MOST_LISTED)
    return file, {"scored": file.name, **scored.as_dict(), "currency": currency, "top": first}


def _with_rates(policy: targeting.SendPolicy, rates: Path | None) -> targeting.SendPolicy:
    return policy if rates is None else targeting.with_learned_rates(policy, rates)


@dataclass(frozen=True)
class _Zip:
    """A model's zip file, identified by its content."""

    digest: str
    path: Path = field(compare=False)


@lru_cache(maxsize=8)
def _curve(packed: _Zip) -> ProfitCurve:
    """Rank a model's held-out customers (scores and outcomes, no ids) once: other money inputs are then quick."""
    return profit_of_model(model_zip.load_model(packed.path), Economics())
