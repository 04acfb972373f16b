"""The steps for campaigns: hold customers out before sending, and measure what a campaign really did."""

import datetime as dt
from pathlib import Path
from typing import Any, Literal

from retention.errors import InputError
from retention.pipeline import targeting
from retention.pipeline.campaign import COOL_DOWN_DAYS, copy_received_ledger, hold_out_file, holdout_request
from retention.pipeline.customers import split_column_names
from retention.pipeline.measure import (
    Campaign,
    ExperimentColumns,
    Reading,
    measure_campaign,
    measure_experiment,
    read_log,
)
from retention.profit.economics import Economics


def holdout(
    scored: Path,
    name: str,
    *,
    ledger: Path | None = None,
    share: str = "auto",
    horizon_days: int = 30,
    sent_on: str = "",
    design: Literal["plan", "offers", "text"] = "plan",
    segment: str = "",
    unit: str = "",
    explore: float = 0.0,
    standing: float = 0.0,
    cool_down_days: float = COOL_DOWN_DAYS,
    dry_run: bool = False,
    rates: Path | None = None,
    customers: Path | None = None,
    value: float = 500.0,
    offer_cost: float = 50.0,
    contact_cost: float = 0.0,
    save_rate: float = 1.0,
    stayer_redemption: float = 1.0,
    harm_rate: float = 0.0,
    currency: str = "",
    folder: Path,
) -> tuple[Path | None, Path | None, Path | None, dict[str, Any]]:
    """Hold some customers of the send list out at random, so that what the campaign earns can be measured.

    Nothing is kept here: the ledger that protects the held-out customers comes back, to be passed in next time.

    Parameters
    ----------
    scored
        The send list: the CSV that score returned.
    name
        Name of the campaign: 1 to 60 letters, digits, spaces, _ and -.
    ledger
        The ledger of earlier campaigns, as holdout or measure returned it; if omitted, a new one is made.
    share
        The share to hold out, above 0 to 0.5; or auto for what the power calculation chooses.
    horizon_days
        Days from the first day of sending until the campaign is read, 1 to 366.
    sent_on
        First day of sending, YYYY-MM-DD; blank for today, or the day of the same campaign in the ledger.
    design
        What is compared: plan (the planned offer with nothing), offers (with each other), text (message texts).
    segment
        Column within which the arms are balanced too; blank for none.
    unit
        Column of units that are drawn whole, such as households; blank for none.
    explore
        Also randomise this share of the customers who are not on the list.
    standing
        Share of all customers whom no campaign of the quarter contacts.
    cool_down_days
        Leave out customers whom the ledger says were messaged in the last so many days.
    dry_run
        Set it to see the size, its cost and what it can show; nothing is drawn and no file comes back.
    rates
        What campaigns measured of the offers, if score had it: the zip file that learn wrote.
    customers
        The customers that were scored: what is known of them is kept with the draw, to learn for whom an offer
        works.
    currency
        Sign or code of the currency; blank for the one that the send list was priced in.

    Returns
    -------
    send_list
        The send list as CSV with each customer's arm, for offers; who is held out has send = no.
    campaign
        The registered campaign as a zip file, for measure.
    ledger
        The ledger with this campaign. Keep it: it holds the draw's secret number and who is held out.
    summary
        JSON: campaign, customers, excluded, share, held_out, arms, sent_on, read_on, holdout (its cost, and the
        chance that it shows the profit and the save rate), drawn, resumed, evidence.
    """
    money = currency or targeting.currency_of(targeting.read_send_list(scored)) or Economics.currency
    request = holdout_request(
        scored,
        Economics(value, offer_cost, save_rate, stayer_redemption, harm_rate, contact_cost, money),
        rates=rates,
        name=name,
        kind=design,
        share=share,
        horizon_days=horizon_days,
        sent_on=sent_on or None,
        segment=segment or None,
        unit=unit or None,
        explore=explore,
        standing=standing,
        cool_down_days=cool_down_days,
    )
    own_ledger = _own_copy(ledger, folder)
    files = (folder / "send.csv", folder / "campaign.zip")
    drawn = hold_out_file(
        scored,
        request,
        ledger=own_ledger,
        out=files[0],
        campaign=files[1],
        dry_run=dry_run,
        customers=customers,
    )
    if dry_run:
        own_ledger.unlink(missing_ok=True)
        return None, None, None, drawn.as_dict()
    return *files, own_ledger, drawn.as_dict()


def measure(
    campaign: Path | None = None,
    *,
    orders: Path | None = None,
    outcomes: Path | None = None,
    as_of: str = "",
    ledger: Path | None = None,
    customer: str = "",
    time: str = "",
    amount: str = "",
    experiment: Path | None = None,
    arm: str = "",
    control: str = "",
    kept: str = "",
    money: str = "",
    chance: str = "",
    id: str = "",
    unit: str = "",
    features: str = "",
    folder: Path,
) -> tuple[Path, Path | None, dict[str, Any]]:
    """Measure what a campaign really earned, against the customers held out of it; or an experiment run elsewhere.

    A campaign takes campaign with orders or outcomes. An experiment takes experiment with arm, control, kept and
    chance, if chance alone decided who got what and somebody vouches for it.

    Parameters
    ----------
    campaign
        The campaign: the zip file that holdout returned.
    orders
        The order log: CSV or Parquet, one row per order, up to the day on which the campaign is read.
    outcomes
        In place of the log, a table: the customer's id, kept (yes/no), and optionally redeemed, spend, contacted,
        opted_out, stayed_on.
    as_of
        Day of the measurement, YYYY-MM-DD; blank for today. No effect is shown before the registered day.
    ledger
        The ledger that holdout returned: checks that the design is the registered one, and keeps the reading.
    customer, time, amount
        Name of that column of the order log; blank to guess it.
    experiment
        The table of an experiment: CSV or Parquet, one row per customer.
    arm
        Its column that says who got what.
    control
        The value of that column for those who got nothing.
    kept
        Its column that says whether the customer was kept: yes/no, 1/0, true/false.
    money
        Its column with what the customer brought; blank for no verdict about money.
    chance
        The chance of being treated, such as 0.5; A=0.2,B=0.3 for each arm; or the column that holds it.
    id
        Its column with the customer's id, to refuse one who appears twice; blank for none.
    unit
        Its column with the group that was drawn as a whole; blank for none.
    features
        Its columns known before the treatment, with commas between them: their balance is tested.

    Returns
    -------
    reading
        Everything measured, as a zip file.
    ledger
        The ledger that was passed, with the reading in it; null without one.
    summary
        JSON: verdict, sentence, valid, reasons, customers, kept (points, low, high), profit, profit_per_head,
        save_rate, redemption, holdout_cost, arms, checks, as_registered, evidence; of an experiment money (mean,
        low, high) a head.
    """
    of_experiment = {
        "arm": arm, "control": control, "kept": kept, "money": money, "chance": chance, "id": id, "unit": unit,
        "features": features,
    }  # fmt: skip
    of_log = {"customer": customer, "time": time, "amount": amount}
    own_ledger = None
    if experiment is not None:
        _refuse({"campaign": campaign, "orders": orders, "outcomes": outcomes, "as_of": as_of, "ledger": ledger,
                 **of_log}, "belongs to a campaign; leave it out, or experiment")  # fmt: skip
        reading = _experiment(experiment, of_experiment)
    else:
        _refuse(of_experiment, "is for an experiment that ran elsewhere; pass its table as experiment")
        if orders is None:
            _refuse(of_log, "names a column of the order log; pass the log as orders")
        if campaign is None:
            raise InputError("campaign: pass the zip that holdout returned, or the table of an experiment")
        day = _date(as_of)
        drawn = Campaign.load(campaign)
        columns = {role: column or None for role, column in of_log.items()}
        log = None if orders is None else read_log(orders, as_of=day, **columns)
        own_ledger = None if ledger is None else _own_copy(ledger, folder)
        reading = measure_campaign(drawn, orders=log, outcomes=outcomes, as_of=day, ledger=own_ledger)
    file = folder / "reading.zip"
    reading.save(file)
    return file, own_ledger, {"reading": file.name, **reading.as_dict()}


def _experiment(table: Path, columns: dict[str, str]) -> Reading:
    for role in ("arm", "kept"):
        if not columns[role]:
            raise InputError(f"{role}: is needed with experiment; pass the column")
    named = {role: column or None for role, column in columns.items() if role not in {"arm", "kept", "features"}}
    return measure_experiment(
        table,
        ExperimentColumns(
            arm=columns["arm"],
            kept=columns["kept"],
            features=tuple(split_column_names(columns["features"])),
            **named,
        ),
    )


def _refuse(values: dict[str, Any], reason: str) -> None:
    for name, value in values.items():
        if value:
            raise InputError(f"{name}: {reason}")


def _own_copy(ledger: Path | None, folder: Path) -> Path:
    """Return where the call's own ledger is; what the caller uploaded stays as it was."""
    copy = folder / "ledger.sqlite"
    if ledger is not None:
        copy_received_ledger(ledger, copy)
    return copy


def _date(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        raise InputError(f"as_of: {text!r} is no date; write it as YYYY-MM-DD") from None
