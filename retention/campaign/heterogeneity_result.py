"""Whether effects differ, what was adopted, and how that reads in words."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from retention.campaign.effect import Estimate
from retention.campaign.fitted_formula import FittedFormula
from retention.campaign.intervals import Interval, normal_interval
from retention.campaign.ranking_metrics import Fifth
from retention.campaign.uplift import UpliftLearner
from retention.wording.money import in_currency

Adopted = Literal["rates", "formula", "x", "dr"]


@dataclass(frozen=True, kw_only=True)
class HeterogeneityResult:
    """Whether effects differ, and what was adopted; amounts are of 1,000 customers, intervals 90%.

    Attributes
    ----------
    effects_differ
        Whether the primary outcome's effects differ beyond risk; where no churn probability is known, at all.
    adopted
        ``rates`` where nothing may take over from the plan.
    outcome
        The primary outcome: ``money`` or ``kept``.
    plan
        What the new policies are compared with.
    over_plan, low
        What the adopted policy, or else the formula, brings over the plan out of fold, and the lower end of its
        one-sided 90% interval.
    qini, autoc
        Of the order in which that model puts customers, in the outcome's unit per customer.
    fifths
        Predicted against measured effects per customer.
    values
        Of each policy against contacting nobody: ``plan``, ``everyone``, ``nobody``, ``formula``, ``x``, ``dr``.
    over_response
        What the formula brings over contacting as many of those likeliest to be kept; None with a plan of ours.
    model
        What the plan may use; None for rates, and for treatments that are no offers of the catalogue.
    words
        The result in sentences.
    """

    effects_differ: bool
    adopted: Adopted
    outcome: Literal["money", "kept"]
    plan: str
    over_plan: float
    low: float
    qini: Interval
    autoc: Interval
    fifths: tuple[Fifth, ...]
    values: Mapping[str, Interval]
    over_response: Estimate | None
    model: FittedFormula | UpliftLearner | None = field(repr=False)
    words: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON, without the model."""
        return {
            "effects_differ": self.effects_differ,
            "adopted": self.adopted,
            "outcome": self.outcome,
            "plan": self.plan,
            "policy_value": {"over_plan": self.over_plan, "low": self.low},
            "qini": self.qini.as_dict(),
            "autoc": self.autoc.as_dict(),
            "fifths": [
                {"customers": part.customers, "predicted": part.predicted, "measured": part.measured.as_dict()}
                for part in self.fifths
            ],
            "values": {name: value.as_dict() for name, value in self.values.items()},
            "words": list(self.words),
        }


def with_words(result: HeterogeneityResult, currency: str | None) -> HeterogeneityResult:
    """Return the result with its sentences."""

    def amount(number: float) -> str:
        if result.outcome == "kept":
            return f"{number:+,.1f} customers kept".replace("-", "−")
        if currency is None:
            return f"{number:+,.1f}".replace("-", "−")
        return in_currency(number, currency)

    names = {"formula": "the fitted formula", "x": "the X-learner", "dr": "the DR-learner", "rates": "the rates"}
    leading = names["formula" if result.adopted == "rates" else result.adopted]
    value = (
        f"Out of fold, {leading} brings {amount(result.over_plan)} per 1,000 customers over {result.plan}, "
        f"at least {amount(result.low)} (one-sided 90%)"
    )
    beyond = "beyond risk" if currency is not None else "between customers"
    if result.adopted != "rates":
        first = f"Effects differ {beyond}, and that pays."
        value += ", so it is adopted."
    elif result.effects_differ:
        first = f"Effects differ {beyond}, but that does not pay yet."
        value += f", so {names['rates'] if currency is not None else result.plan} stays."
    else:
        first = f"No evidence that effects differ {beyond}."
        value += f", so {'the plan at the rates' if currency is not None else result.plan} stays."
    words = [first, value]
    if (over := result.over_response) is not None and result.adopted == "formula":
        shown = normal_interval(over).low > 0
        words.append(
            f"Over contacting as many of those likeliest to be kept it brings {amount(over.value)} "
            f"(standard error {over.standard_error:,.1f})"
            + ("." if shown else ": no evidence that it knows more than who responds.")
        )
    return replace(result, words=tuple(words))
