"""After measuring: learn from one or more readings what the next plan should expect of each offer."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from retention.campaign.heterogeneity import learn_effects
from retention.campaign.heterogeneity_result import HeterogeneityResult
from retention.campaign.learned_rates import LearnedRates
from retention.campaign.rate_learning import RateLearning, learn_rates
from retention.campaign.reading import Reading
from retention.profit.economics import Economics

__all__ = ["Learning", "Reading", "learn", "learn_from_files"]

_NOTHING = {"value": None, "low": None, "high": None}


@dataclass(frozen=True)
class Learning:
    """What was learned from readings.

    Attributes
    ----------
    by_rate
        The rates of each offer.
    heterogeneity
        Whether effects differ beyond risk, and what was adopted; None where an arm has too few customers.
    readings
        Names of the readings.
    evidence
        What it rests on.
    """

    by_rate: RateLearning
    heterogeneity: HeterogeneityResult | None
    readings: tuple[str, ...]
    evidence: str

    @property
    def learned(self) -> LearnedRates:
        """What ``score --rates`` and ``profit --rates`` take."""
        model = None if self.heterogeneity is None else self.heterogeneity.model
        return LearnedRates(rates=self.by_rate.rates, effect_model=model)

    @property
    def words(self) -> tuple[str, ...]:
        """What was learned, in sentences."""
        if self.heterogeneity is None:
            return (
                *self.by_rate.words,
                "too few customers in an arm to learn whether effects differ beyond risk: pool campaigns",
            )
        return (*self.by_rate.words, *self.heterogeneity.words)

    def as_dict(self) -> dict[str, Any]:
        """Return it ready for JSON."""
        result = self.heterogeneity
        own = {} if result is None else result.as_dict()
        return {
            "readings": list(self.readings),
            "rates": self.by_rate.as_dict(),
            "score_range": [self.by_rate.rates.score_low, self.by_rate.rates.score_high],
            "effects_differ": own.get("effects_differ", False),
            "adopted": own.get("adopted", "rates"),
            "policy_value": own.get("policy_value", {"over_plan": None, "low": None}),
            "qini": own.get("qini", dict(_NOTHING)),
            "autoc": own.get("autoc", dict(_NOTHING)),
            **{name: own[name] for name in ("outcome", "plan", "fifths", "values") if name in own},
            "words": list(self.words),
            "evidence": self.evidence,
        }


def learn(readings: Sequence[Reading], *, seed: int = 0) -> Learning:
    """Learn from readings of campaigns of one's own, of experiments that ran elsewhere, or of both.

    Parameters
    ----------
    readings
        What was measured.
    seed
        Decides folds and boosters; the same one gives the same result.

    Raises
    ------
    InputError
        If a reading shows nothing yet, is not valid, or holds no rows.
    """
    by_rate = learn_rates(readings)
    designs = [reading.design for reading in readings if reading.design is not None]
    newest = max(designs, key=lambda design: design.sent_on, default=None)
    result = learn_effects(
        [reading.rows for reading in readings if reading.rows is not None],
        by_rate.rates if by_rate.rates.offers else None,
        Economics() if newest is None else newest.economics,
        () if newest is None else newest.offers,
        seed,
    )
    evidence = "; ".join(dict.fromkeys(reading.evidence for reading in readings))
    return Learning(by_rate, result, tuple(reading.name for reading in readings), evidence)


def learn_from_files(paths: Sequence[Path], *, out: Path | None, seed: int = 0) -> Learning:
    """Learn from readings in files, and write what was learned in one step.

    Raises
    ------
    InputError
        As :func:`learn`, or if a file is no reading.
    """
    learning = learn([Reading.load(path) for path in paths], seed=seed)
    if out is not None:
        learning.learned.save(out)
    return learning
