"""The step before the messages: hold some customers of the send list out, and register who."""

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pandas as pd

from retention.campaign.campaign_file import Campaign
from retention.campaign.design import DesignKind
from retention.campaign.holdout import Holdout, hold_out
from retention.campaign.holdout_request import HoldoutRequest
from retention.campaign.priced_list import check_prices
from retention.errors import InputError
from retention.messages.batch import COOL_DOWN_DAYS
from retention.messages.ledger import Ledger
from retention.messages.received_ledger import copy_received_ledger
from retention.pipeline.customers import read_customers, write_csv
from retention.pipeline.targeting import SendPolicy, offers_priced, read_send_list, with_learned_rates
from retention.profit.economics import Economics

__all__ = [
    "COOL_DOWN_DAYS",
    "Campaign",
    "Holdout",
    "HoldoutRequest",
    "copy_received_ledger",
    "hold_out",
    "hold_out_file",
    "holdout_request",
]


def holdout_request(
    scored: Path,
    economics: Economics,
    *,
    name: str,
    catalogue: Path | None = None,
    rates: Path | None = None,
    kind: DesignKind = "plan",
    share: str = "auto",
    horizon_days: int = 30,
    sent_on: str | None = None,
    segment: str | None = None,
    unit: str | None = None,
    explore: float = 0.0,
    standing: float = 0.0,
    cool_down_days: float = COOL_DOWN_DAYS,
) -> HoldoutRequest:
    """Return how a send list is to be drawn: as a face was asked, with the offers at the costs of the list.

    Parameters
    ----------
    scored
        The send list that ``score`` wrote.
    economics
        The money inputs, which must be those of the list.
    share
        ``auto``, or a number.
    rates
        What campaigns measured of the offers: what the plan promises is then what the list was priced with.
    sent_on
        A date (YYYY-MM-DD); None for today, or the day of the same campaign drawn before.
    name, catalogue, kind, horizon_days, segment, unit, explore, standing, cool_down_days
        As in :class:`HoldoutRequest`; the catalogue's path, by default the packaged one.

    Raises
    ------
    InputError
        If the list was priced with other money inputs, or a text is no share or no date.
    """
    send_list = read_send_list(scored)
    offers = offers_priced(send_list, economics, catalogue)
    economics = replace(economics, offer_cost=offers[0].cost)
    policy = SendPolicy(economics=economics, catalogue=offers)
    if rates is not None:
        policy = with_learned_rates(policy, rates)
    check_prices(send_list, economics, offers, policy.rates, by_rates_alone=policy.effect_model is None)
    economics, offers = policy.first_economics, policy.measured_offers
    return HoldoutRequest(
        name=name, economics=economics, offers=offers, kind=kind, share=_share(share), horizon_days=horizon_days,
        sent_on=_date(sent_on), segment=segment, unit=unit, explore=explore, standing=standing,
        cool_down_days=cool_down_days,
    )  # fmt: skip


def hold_out_file(
    scored: Path,
    request: HoldoutRequest,
    *,
    ledger: Path,
    out: Path | None,
    campaign: Path | None,
    dry_run: bool,
    customers: Path | None = None,
) -> Holdout:
    """Draw a send list in a file; the campaign is registered first, then its files are written, each in one step.

    Parameters
    ----------
    scored
        The send list that ``score`` wrote.
    request
        How it is to be drawn.
    ledger
        The ledger's file, made if there is none.
    out, campaign
        The list to send (CSV) and the campaign (zip) to write; needed unless it is a dry run.
    dry_run
        Show everything, and draw and write nothing.
    customers
        The customers that were scored: their columns are kept with the draw, to learn for whom an offer works.

    Raises
    ------
    InputError
        If a file cannot be used, or two of them are the same.
    OfferError
        As :func:`retention.campaign.holdout.hold_out`.
    """
    columns = tuple(filter(None, (request.segment, request.unit)))
    if dry_run:
        send_list, traits = _list_and_traits(scored, columns, customers)
        id = str(send_list.columns[0])
        if not ledger.exists():
            return hold_out(send_list, request, id=id, ledger=None, traits=traits, dry_run=True)
        with Ledger(ledger) as opened:
            return hold_out(send_list, request, id=id, ledger=opened, traits=traits, dry_run=True)
    if out is None or campaign is None:
        raise InputError("out and campaign: are both needed to draw; name the files to write, or pass --dry-run")
    places = [path.resolve() for path in (scored, ledger, out, campaign)]
    if len(set(places)) < len(places):
        raise InputError("out and campaign: must be files of their own; name other files to write")
    for path in (out, campaign):
        if path.is_dir():
            raise InputError(f"{path}: is a folder; name a file to write")
    send_list, traits = _list_and_traits(scored, columns, customers)
    with Ledger(ledger) as opened:
        drawn = hold_out(send_list, request, id=str(send_list.columns[0]), ledger=opened, traits=traits)
    assert drawn.campaign is not None and drawn.send_list is not None  # noqa: S101, PT018  drawn for good
    drawn.campaign.save(campaign)
    write_csv(drawn.send_list, out)
    return drawn


def _list_and_traits(
    scored: Path, text_columns: tuple[str, ...], customers: Path | None
) -> tuple[pd.DataFrame, pd.DataFrame | None]:
    """Return the send list, and what is known of its customers, in the same order."""
    send_list = read_send_list(scored, text_columns=text_columns)
    if customers is None:
        return send_list, None
    id = str(send_list.columns[0])
    table = read_customers(customers, ignore_label=True)
    older = table.ids.duplicated(keep="last").to_numpy()  # of several cutoffs, the newest counts
    traits = table.features.set_axis(table.ids)[~older].reindex(send_list[id].astype("str"))
    scored_before = int(send_list[id].astype("str").isin(table.ids).sum())
    if 2 * scored_before < len(send_list):
        raise InputError(
            f"{customers.name}: holds {scored_before:,} of {len(send_list):,} customers of {scored.name}; pass "
            "the customers that were scored"
        )
    return send_list, traits.reset_index(drop=True)


def _share(text: str) -> float | Literal["auto"]:
    if text == "auto":
        return "auto"
    try:
        return float(text)
    except ValueError:
        raise InputError(f"share: must be auto or a share above 0 to 0.5, got {text!r}; change it") from None


def _date(text: str | None) -> dt.date | None:
    try:
        return None if text is None else dt.date.fromisoformat(text)
    except ValueError:
        raise InputError(f"sent-on: must be a date such as 2026-10-13, got {text!r}; change it") from None
