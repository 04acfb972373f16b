"""Learns the rates of each offer from readings: pooled, shrunk to what the offers have in common, weighed."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from retention.artifacts import sha256
from retention.campaign.effect import arm_means
from retention.campaign.figures import part_of
from retention.campaign.intervals import Interval, interval_json, save_rate_interval
from retention.campaign.offer_samples import samples_of
from retention.campaign.reading import Reading
from retention.campaign.reading_rows import ReadingRows
from retention.campaign.structural_rates import OfferSample, StructuralRates, estimate_structural_rates
from retention.campaign.weighing import shrink, weigh
from retention.campaign.withdrawal import MeasuredMoney, send_from
from retention.errors import InputError
from retention.profit.measured_rates import MeasuredRate, OfferRates, Rates, terms_sha256
from retention.profit.offer import Offer
from retention.wording.text import count_noun, quote

VALID_DAYS = 180
"""So many days after it was read, a rate counts as assumed again."""


@dataclass(frozen=True)
class ExperimentRate:
    """What an arm of an experiment that ran elsewhere kept, net of what it drove away.

    Attributes
    ----------
    arm
        The treatment arm.
    save_rate
        1 − churned(treated) / churned(control), with its 90% interval; None where an arm has nobody who churned.
    """

    arm: str
    save_rate: Interval | None


@dataclass(frozen=True)
class RateLearning:
    """What readings say about the rates of offers.

    Attributes
    ----------
    rates
        The measured rates of the offers; of arms of experiments that ran elsewhere there are none, because no
        churn probability is known there.
    experiments
        What the arms of experiments kept.
    words
        What was learned and what was left out, in sentences.
    """

    rates: Rates
    experiments: tuple[ExperimentRate, ...]
    words: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the rates by offer or arm, ready for JSON."""
        shown: dict[str, Any] = {}
        for offer, rates in self.rates.offers.items():
            shown[offer] = {
                "save_rate": _rate_json(rates.save_rate),
                "redemption": _rate_json(rates.redemption),
                "harm_rate": _rate_json(rates.harm_rate),
                "campaigns": list(rates.campaigns),
                "measured_on": rates.measured_on.isoformat(),
                "expires_on": rates.expires_on.isoformat(),
            }
        for experiment in self.experiments:
            shown.setdefault(
                experiment.arm,
                {
                    "save_rate": {**interval_json(experiment.save_rate), "assumed": None},
                    "redemption": _rate_json(None),
                    "harm_rate": _rate_json(None),
                },
            )
        return shown


def learn_rates(readings: Sequence[Reading]) -> RateLearning:
    """Learn the rates of each offer from one or more readings.

    Where campaigns sent an offer at different terms, those of the newest campaign count.

    Raises
    ------
    InputError
        If a reading shows nothing yet, is not valid, holds no rows, or is of customers who were passed already.
    """
    for reading in readings:
        check_reading(reading)
    if not readings:
        raise InputError("learn: pass at least one reading (zip) that `measure --out` wrote")
    _refuse_repeated(readings)
    campaigns = sorted((reading for reading in readings if reading.design is not None), key=_day)
    offers = _newest_offers(campaigns)
    words: list[str] = []
    samples: dict[str, list[tuple[Reading, OfferSample]]] = {}
    for reading in campaigns:
        for offer, sample in samples_of(_rows(reading)).items():
            if terms_sha256(_offer(reading, offer)) != terms_sha256(offers[offer]):
                words.append(
                    f"{reading.name}: sent {offer} at other terms, which are not those of today; left out"
                )
            else:
                samples.setdefault(offer, []).append((reading, sample))
    estimates: dict[str, StructuralRates] = {}
    for offer, of_offer in samples.items():
        estimate = estimate_structural_rates([sample for _, sample in of_offer])
        if estimate is None:
            words.append(f"{offer}: too few customers to learn a rate; it stays assumed")
        else:
            estimates[offer] = estimate
    measured = _weighed(estimates, {offer: _assumed(offers[offer], samples[offer][0][0]) for offer in estimates})
    rates = {
        offer: _kept_in_plan(
            _offer_rates(offers[offer], [reading for reading, _ in samples[offer]], *by_rate),
            offers[offer],
            [reading for reading, _ in samples[offer]],
        )
        for offer, by_rate in measured.items()
    }
    probabilities = [rows.probability for rows in map(_rows, campaigns) if rows.probability is not None]
    low, high = (
        (min(float(p.min()) for p in probabilities), max(float(p.max()) for p in probabilities))
        if probabilities
        else (0.0, 1.0)
    )
    experiments = tuple(_rates_of_experiments([reading for reading in readings if reading.design is None]))
    words += _in_words(rates, estimates, experiments)
    words += _outcome_in_words(campaigns)
    return RateLearning(Rates(offers=rates, score_low=low, score_high=high), experiments, tuple(words))


def check_reading(reading: Reading) -> None:
    """Refuse a reading from which nothing can be learned.

    Raises
    ------
    InputError
        If it is too early, not valid, or holds no rows.
    """
    if reading.verdict == "too early":
        raise InputError(f"{reading.name}: is not read yet, so nothing can be learned; measure it on its day")
    if not reading.valid:
        raise InputError(f"{reading.name}: is not valid, so nothing can be learned from it: {reading.reasons[0]}")
    if reading.rows is None:
        raise InputError(f"{reading.name}: this reading keeps no rows to learn from; measure the campaign again")


def _refuse_repeated(readings: Sequence[Reading]) -> None:
    """Refuse the same customers twice: they would count as if twice as many had been measured."""
    measured: set[str] = set()
    for reading in readings:
        key = sha256(_rows(reading).as_parquet()) if reading.design is None else reading.design.sha256
        if key in measured:
            raise InputError(f"{reading.name}: is passed twice; pass one reading of each campaign or experiment")
        measured.add(key)


def _weighed(
    estimates: dict[str, StructuralRates], assumed: dict[str, tuple[float, float, float]]
) -> dict[str, tuple[MeasuredRate, MeasuredRate | None, MeasuredRate]]:
    """Return save rate, redemption and harm rate of each offer, shrunk and weighed with the assumption."""
    names = list(estimates)
    save_rates = shrink([estimates[name].save_rate for name in names])
    harms = shrink([estimates[name].harm_rate for name in names])
    with_redemption = [name for name in names if estimates[name].redemption is not None]
    redemptions = dict(
        zip(
            with_redemption,
            shrink([rate for name in with_redemption if (rate := estimates[name].redemption) is not None]),
            strict=True,
        )
    )
    measured = {}
    for position, name in enumerate(names):
        save_rate, redemption, harm = assumed[name]
        measured[name] = (
            weigh(save_rates[position], save_rate),
            weigh(redemptions[name], redemption) if name in redemptions else None,
            weigh(harms[position], harm),
        )
    return measured


def _offer_rates(
    offer: Offer,
    readings: Sequence[Reading],
    save_rate: MeasuredRate,
    redemption: MeasuredRate | None,
    harm_rate: MeasuredRate,
) -> OfferRates:
    measured_on = _day(readings[-1])
    return OfferRates(
        offer=offer.id,
        terms_sha256=terms_sha256(offer),
        save_rate=save_rate,
        redemption=redemption,
        harm_rate=harm_rate,
        campaigns=tuple(dict.fromkeys(reading.name for reading in readings)),
        measured_on=measured_on,
        expires_on=measured_on + dt.timedelta(days=VALID_DAYS),
    )


def _kept_in_plan(rates: OfferRates, offer: Offer, readings: Sequence[Reading]) -> OfferRates:
    """Return the rates with the churn probability from which on the offer stays in the plan."""
    design = readings[0].design
    assert design is not None  # noqa: S101  only campaigns of one's own have offers
    assumed = offer.economics(design.economics)
    customers = MeasuredMoney.of_offer([_rows(reading) for reading in readings], offer.id)
    return replace(
        rates,
        send_from=send_from(customers, before=assumed.break_even(), after=rates.over(assumed).break_even()),
    )


def _assumed(offer: Offer, reading: Reading) -> tuple[float, float, float]:
    """Return save rate, redemption and harm rate that were assumed when the oldest campaign was drawn.

    A later one may have been drawn at rates that earlier ones measured, and those must not count twice.
    """
    assert reading.design is not None  # noqa: S101  only campaigns of one's own have offers
    economics = offer.economics(reading.design.economics)
    return economics.save_rate, economics.stayer_redemption, economics.harm_rate


def _rates_of_experiments(readings: Sequence[Reading]) -> Iterator[ExperimentRate]:
    for reading in readings:
        rows = _rows(reading)
        for arm in rows.arms[1:]:
            at = rows.of_arm(arm)
            fit = arm_means(
                rows.kept[at].astype(np.float64),
                rows.treated[at],
                weights=1 / rows.own_chance[at],
                clusters=None if rows.unit is None else rows.unit[at],
            )
            yield ExperimentRate(arm, save_rate_interval(fit))


def _in_words(
    rates: dict[str, OfferRates], estimates: dict[str, StructuralRates], experiments: Sequence[ExperimentRate]
) -> list[str]:
    words = []
    for offer, measured in rates.items():
        rate = measured.save_rate
        words.append(
            f"{offer}: save rate {rate.value:.0%} ({rate.low:.0%} to {rate.high:.0%}), {rate.assumed:.0%} was "
            f"assumed; from {count_noun(estimates[offer].customers, 'customer')}, until {measured.expires_on}"
        )
        if measured.send_from is not None:
            words.append(
                f"{offer}: stays in the plan from a churn probability of {measured.send_from:.1%} on: the rates "
                "alone would withdraw it from more customers, whose own measured money does not speak against it"
            )
        if measured.redemption is None:
            words.append(f"{offer}: no campaign says who redeemed it, so redemption stays assumed")
    for experiment in experiments:
        share = experiment.save_rate
        words.append(
            f"{experiment.arm}: nobody churned in an arm, so there is no save rate"
            if share is None
            else f"{experiment.arm}: kept {share.value:.0%} ({share.low:.0%} to {share.high:.0%}) of those who "
            "would have churned, net of those it drove away: churn probabilities would tell the two apart"
        )
    return words


def _outcome_in_words(campaigns: Sequence[Reading]) -> list[str]:
    """Say which outcome the rates count, since a reading's own save rate always counts who was kept."""
    stayed_on = [reading.name for reading in campaigns if part_of(reading, "profit").get("counts") == "stayed on"]
    if not campaigns:
        return []
    if not stayed_on:
        return ["these rates count who was kept: an order within the horizon, as the reading's save rate does"]
    of = "" if len(stayed_on) == len(campaigns) else f" in {', '.join(stayed_on)}"
    return [
        f"these rates count who stayed on{of}: an order after the offer had expired; the reading's save rate "
        "counts who was kept, within the horizon, and is higher where an offer only brings an order forward"
    ]


def _rate_json(rate: MeasuredRate | None) -> dict[str, float | None]:
    if rate is None:
        return dict.fromkeys(("value", "low", "high", "assumed"))
    return {"value": rate.value, "low": rate.low, "high": rate.high, "assumed": rate.assumed}


def _newest_offers(campaigns: Sequence[Reading]) -> dict[str, Offer]:
    return {offer.id: offer for reading in campaigns if reading.design for offer in reading.design.offers}


def _offer(reading: Reading, id: str) -> Offer:
    assert reading.design is not None  # noqa: S101  only campaigns of one's own have offers
    for offer in reading.design.offers:
        if offer.id == id:
            return offer
    raise InputError(f"{reading.name}: names the offer {quote(id)}, which is not in its design; measure again")


def _rows(reading: Reading) -> ReadingRows:
    assert reading.rows is not None  # noqa: S101  check_reading refuses those without
    return reading.rows


def _day(reading: Reading) -> dt.date:
    """Return the registered day, however much later it was measured; of an experiment that of measuring."""
    return reading.design.read_on if reading.design is not None else reading.read_on or dt.date.min
