"""What would be planned at the assumed rates, at the measured ones, and at the ends of their intervals."""

from dataclasses import asdict, dataclass
from typing import Any

from retention.profit.curve import ProfitCurve
from retention.profit.economics import Economics
from retention.profit.evidence import evidence_of_backtest
from retention.wording.money import in_currency
from retention.wording.text import count_noun


@dataclass(frozen=True)
class Plan:
    """Whom to contact at some rates, and what that is expected to earn if these rates are true.

    Attributes
    ----------
    contacted
        Of the held-out customers, how many get an offer.
    threshold_deployed
        From this churn probability on; None where each customer has a break-even of their own.
    profit_deployed
        Per 1,000 customers (currency); it may be below 0.
    """

    contacted: int
    threshold_deployed: float | None
    profit_deployed: float


def plan_of(curve: ProfitCurve) -> Plan:
    """Return the plan at the rates of a curve."""
    deployed = curve.deployed
    return Plan(deployed.contacted, deployed.threshold, deployed.profit)


def plans_by_rates(curve: ProfitCurve, assumed: Economics) -> dict[str, Plan]:
    """Return the plans by the rates they rest on: ``assumed``, ``low``, ``measured`` and ``high``.

    Parameters
    ----------
    curve
        The profit at the measured rates; without any there is no plan but the assumed one.
    assumed
        The money inputs without the measurement.

    Returns
    -------
    dict of Plan
        ``low`` has every rate at the end of its interval at which an offer earns least, ``high`` most.
    """
    plans = {"assumed": plan_of(curve.reprice(assumed))}
    if curve.measured is None:
        return plans
    for name, rates in (
        ("low", curve.measured.at_end("low")),
        ("measured", curve.measured),
        ("high", curve.measured.at_end("high")),
    ):
        plans[name] = plan_of(curve.reprice(rates.over(curve.economics), rates))
    return plans


def plans_as_dict(curve: ProfitCurve, plans: dict[str, Plan]) -> dict[str, Any]:
    """Return the plans ready for JSON, each with what its profit rests on."""
    return {
        name: {
            **asdict(plan),
            "evidence": {
                "profit_deployed": list(evidence_of_backtest(None if name == "assumed" else curve.measured))
            },
        }
        for name, plan in plans.items()
    }


def plans_in_words(plans: dict[str, Plan], currency: str) -> str:
    """Return one sentence on what each end of the intervals would have planned; blank without measured rates."""
    if "measured" not in plans:
        return ""

    def counted(name: str) -> str:
        return f"{plans[name].contacted:,}, earning {in_currency(plans[name].profit_deployed, currency)}"

    measured = plans["measured"]
    return (
        f"At the measured rates {count_noun(measured.contacted, 'customer')} would get an offer, earning "
        f"{in_currency(measured.profit_deployed, currency)} per 1,000; at the low ends of their intervals "
        f"{counted('low')}; at the high ends {counted('high')} (backtested, measured, assumed). At the assumed "
        f"rates it was {counted('assumed')} (backtested, assumed)."
    )
