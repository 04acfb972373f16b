"""The tables of a published campaign: who is in which arm, and what became of them, under pseudonyms."""

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from retention.campaign.campaign_file import Campaign, checked_assignments
from retention.campaign.design import Design
from retention.campaign.metrics import columns_needed
from retention.campaign.outcomes import YES_NO_COLUMNS
from retention.errors import ModelError
from retention.hub.pseudonyms import Salt
from retention.hub.release import ReleaseColumn
from retention.hub.snapshot import from_parquet

CAMPAIGN_KIND = "published-campaign"
CAMPAIGN_FORMAT = 1
DESIGN_FILE, READING_FILE = "design.json", "reading.json"
ASSIGNMENTS_TABLE = "assignments/train-00000-of-00001.parquet"
OUTCOMES_TABLE = "outcomes/train-00000-of-00001.parquet"

_ALWAYS_NEEDED = ("kept", "redeemed", "contacted", "stayed_on")
_LOT = "[0-9a-f]{16}"


def shared_columns(design: Design) -> tuple[str, ...]:
    """Return the columns of the published assignments, in order; a campaign's other columns stay at home."""
    chances = (f"chance_{arm}" for arm in design.arms)
    return (
        "customer", "listed", "stratum", "lot", "arm", "chance", *chances, "probability", "value", "offer"
    )  # fmt: skip


def column_fates(campaign: Campaign) -> tuple[ReleaseColumn, ...]:
    """Return what a publication does with each column of the assignments."""
    design = campaign.design
    fates = {
        "customer": ReleaseColumn("customer", "pseudonymised", "HMAC-SHA256 with your salt"),
        "unit": ReleaseColumn("unit", "left out", "customers of one unit share a lot"),
        "offer_cost": ReleaseColumn("offer_cost", "left out", "follows from the offer"),
    }
    if design.segment is not None:
        fates["stratum"] = ReleaseColumn("stratum", "pseudonymised", "a number, since its name holds the segment")
    shared = set(shared_columns(design))
    return tuple(
        fates.get(
            name,
            ReleaseColumn(name, "shared")
            if name in shared
            else ReleaseColumn(name, "left out", "not needed to measure the campaign"),
        )
        for name in map(str, campaign.assignments.columns)
    )


def pseudonymous_assignments(campaign: Campaign, salt: Salt) -> pd.DataFrame:
    """Return the assignments as they may be published, in the campaign's own order, n rows.

    Ids become pseudonyms. Strata whose names hold the value of a segment become numbers that sort alike, so
    that the arms can still be cut from the lots. Nothing but :func:`shared_columns` is in it.
    """
    design, assignments = campaign.design, campaign.assignments.reset_index(drop=True)
    shared = assignments[list(shared_columns(design))].assign(customer=salt.pseudonyms(assignments["customer"]))
    if design.segment is not None:
        codes, names = pd.factorize(assignments["stratum"].to_numpy(object), sort=True)
        digits = len(str(len(names)))
        numbers = np.array([f"{number:0{digits}d}" for number in range(1, len(names) + 1)], dtype=object)
        shared["stratum"] = pd.array(numbers[codes], dtype="str")
    return shared


def sort_rows(shared: pd.DataFrame) -> pd.DataFrame:
    """Return the rows in the order of their pseudonyms, which reveals nothing."""
    return shared.sort_values("customer", ignore_index=True)


def registered_pseudonyms(own: pd.DataFrame, registered: pd.DataFrame) -> pd.Series | None:
    """Return the pseudonym that each of one's own rows was registered under; None if they are not the same rows.

    The two may have been made with different salts. Lots tell customers apart then; customers of one unit
    who agree in every column but the pseudonym can be exchanged without any consequence for a reading.

    Parameters
    ----------
    own
        As :func:`pseudonymous_assignments` returns it.
    registered
        The published assignments, in any order.
    """
    rest = [name for name in own.columns if name != "customer"]
    keys = ["lot", *(name for name in rest if name != "lot"), "customer"]
    if list(registered.columns) != list(own.columns) or len(registered) != len(own):
        return None
    mine, theirs = own.sort_values(keys), registered.sort_values(keys)
    if not all(np.array_equal(mine[name].to_numpy(object), theirs[name].to_numpy(object)) for name in rest):
        return None
    return pd.Series(theirs["customer"].to_numpy(object), index=mine.index, dtype="str").reindex(own.index)


def pseudonymous_outcomes(outcomes: pd.DataFrame, pseudonyms: Mapping[str, str]) -> pd.DataFrame:
    """Return the outcomes under pseudonyms, in their order: only what a reading is made from.

    Parameters
    ----------
    outcomes
        Indexed by customer, as :mod:`retention.campaign.outcomes` returns them.
    pseudonyms
        Customer -> pseudonym.
    """
    needed = dict.fromkeys([*_ALWAYS_NEEDED, *columns_needed()])
    names = [name for name in needed if name in outcomes]
    shared = outcomes[names].reset_index(drop=True)
    ids = outcomes.index.to_series(index=shared.index).map(pseudonyms).astype("str")
    return sort_rows(pd.concat([ids.rename("customer"), shared], axis=1))


def read_campaign(files: Mapping[str, bytes], manifest: Mapping[str, Any], source: str) -> Campaign:
    """Return a published campaign, with pseudonyms as its customers; every hash was checked before.

    Raises
    ------
    ModelError
        If the files are of no campaign, or of another one than the manifest says.
    InputError
        If the table is damaged or too large.
    """
    if manifest.get("format") != CAMPAIGN_FORMAT:
        raise ModelError(f"{source}: written in another format; update this program")
    try:
        saved, table = json.loads(files[DESIGN_FILE]), files[ASSIGNMENTS_TABLE]
    except (KeyError, ValueError, RecursionError):
        raise ModelError(f"{source}: holds no campaign; ask its owner to publish it again") from None
    design = Design.from_dict(saved, source=source)
    if manifest.get("design_sha256") != design.sha256:
        raise ModelError(f"{source}: its design is not the one that was registered; do not use it")
    return Campaign(design, _assignments(from_parquet(table, source), design, source))


def shared_assignments(campaign: Campaign) -> pd.DataFrame:
    """Return the columns that were published of a campaign that :func:`read_campaign` read."""
    return campaign.assignments[list(shared_columns(campaign.design))]


def read_outcomes(content: bytes, campaign: Campaign, notes: tuple[str, ...], source: str) -> pd.DataFrame:
    """Return published outcomes indexed by pseudonym, as a measurement takes them.

    Raises
    ------
    ModelError
        If they are not outcomes of this campaign.
    InputError
        If the table is damaged or too large.
    """
    frame = from_parquet(content, source)
    fault = ModelError(f"{source}: its outcomes do not belong to the campaign; ask its owner to publish it again")
    if not {"customer", "kept"} <= set(frame.columns):
        raise fault
    ids = frame["customer"]
    if ids.isna().any() or ids.duplicated().any() or not ids.isin(campaign.assignments["customer"]).all():
        raise fault
    for name in frame.columns[frame.columns != "customer"]:
        cells, yes_no = frame[name], name == "kept" or name in YES_NO_COLUMNS
        if yes_no != (cells.dtype == np.bool_) or not pd.api.types.is_numeric_dtype(cells):
            raise fault
        if not np.isfinite(cells.to_numpy(np.float64)).all():
            raise fault
    outcomes = frame.set_index(pd.Index(ids, name="customer")).drop(columns="customer")
    outcomes.attrs["notes"] = notes
    return outcomes


def _assignments(frame: pd.DataFrame, design: Design, source: str) -> pd.DataFrame:
    """Return the published table as assignments: with the columns that follow from the others, and checked."""
    names = shared_columns(design)
    if list(frame.columns) != list(names) or not frame["lot"].astype("str").str.fullmatch(_LOT).all():
        raise ModelError(
            f"{source}: its assignments do not belong to the design; ask its owner to publish it again"
        )
    costs = {offer.id: float(offer.cost) for offer in design.offers}
    whole = frame.assign(unit=frame["lot" if design.unit else "customer"], offer_cost=frame["offer"].map(costs))
    return checked_assignments(whole, design, source)
