"""Read a send list back: its rows, its currency, and the offers it was priced with."""

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from retention.errors import InputError
from retention.profit.catalogue import Offer, read_offers
from retention.profit.economics import Economics
from retention.tabular.files import Limits
from retention.tabular.ids import normalize_ids
from retention.tabular.tables import read_table
from retention.tabular.yes_no import parse_yes_no
from retention.targeting.pricing import offers_at
from retention.targeting.send_list import REASONS


def read_send_list(path: Path, *, text_columns: Collection[str] = ()) -> pd.DataFrame:
    """Read a scored CSV back; its first column is the id and stays text, as do ``text_columns``.

    A ``send`` column that a person has edited is read as ``yes`` and ``no``, however it says so.

    Raises
    ------
    InputError
        If it cannot be read, an id has lost digits, or a cell of ``send`` is neither yes nor no.
    """
    table = read_table(
        path,
        limits=Limits.from_settings(),
        text_columns=lambda columns: {
            columns[0],
            "send",
            "offer",
            "currency",
            "name",
            "cuisine",
            "arm",
            *REASONS,
            *text_columns,
        },
    )
    frame = table.frame
    id = str(frame.columns[0])
    frame[id] = normalize_ids(frame[id], table.locate(id)).values
    if "send" in frame:
        send = parse_yes_no(frame["send"], table.locate("send"))
        frame["send"] = pd.Series(np.where(send == 1, "yes", "no"), frame.index, dtype="str").mask(np.isnan(send))
    return frame


def currency_of(send_list: pd.DataFrame) -> str | None:
    """Return the currency that a send list was priced in; None where it does not say.

    Raises
    ------
    InputError
        If it names several.
    """
    if "currency" not in send_list:
        return None
    cells = send_list["currency"].dropna().astype("str").str.strip()
    currencies = cells[cells != ""].unique()
    if len(currencies) > 1:
        raise InputError(
            f"send list: column 'currency' holds {currencies[0]!r} and {currencies[1]!r}; "
            "score all with one --currency"
        )
    return str(currencies[0]) if len(currencies) else None


def offers_priced(send_list: pd.DataFrame, economics: Economics, path: Path | None = None) -> tuple[Offer, ...]:
    """Return the catalogue at the costs that a send list was priced with, for the messages to its customers.

    The first offer's cost is an input of the scoring, and its id may depend on it. So its cost is read from the
    rows that have none of the other offers.

    Parameters
    ----------
    send_list
        As :func:`read_send_list` returns it; without prices, the economics' cost is taken.
    economics
        For the currency, and for the first offer's cost where no row holds it.
    path
        The catalogue; by default the packaged one.

    Raises
    ------
    InputError
        If another offer has changed its cost since.
    """
    if not {"offer", "offer_cost"} <= set(send_list.columns):
        return offers_at(economics, path)
    costs = send_list["offer_cost"]
    if costs.dtype != np.float64:
        raise InputError("send list: column 'offer_cost' must hold numbers; score the customers again")
    other_costs = {offer.id: offer.cost for offer in read_offers(path, currency=economics.currency)[1:]}
    catalogue_costs = send_list["offer"].astype("str").str.strip().map(other_costs).astype(np.float64)
    changed = catalogue_costs.notna() & (costs != catalogue_costs)
    if changed.any():
        at = int(np.argmax(changed))
        raise InputError(
            f"send list: row {at + 2:,} was priced at {costs.iloc[at]:g} with an offer that costs "
            f"{catalogue_costs.iloc[at]:g} in the catalogue; score the customers again"
        )
    first_costs = costs[catalogue_costs.isna()].dropna()
    if len(first_costs):
        economics = replace(economics, offer_cost=float(first_costs.iloc[0]))
    return offers_at(economics, path)
