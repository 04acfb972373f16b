"""A profit curve as JSON takes it: plain numbers, each with what it rests on."""

from dataclasses import asdict
from typing import Any

import numpy as np

from retention.profit.curve import ProfitCurve

_GROUPS = ("saved", "wasted", "lost", "loyal")


def curve_as_dict(curve: ProfitCurve, threshold: float | None = None) -> dict[str, Any]:
    """Return the figures of a profit curve, with what each amount rests on under ``evidence``.

    Parameters
    ----------
    curve
        The profit on held-out customers.
    threshold
        Where to take the business confusion matrix; ``threshold_deployed`` by default.

    Raises
    ------
    InputError
        If the threshold is outside 0 to 1.
    """
    matrix = curve.matrix(threshold)
    view: dict[str, Any] = {
        "customers": curve.customers,
        "currency": curve.economics.currency,
        "threshold_best": curve.threshold_best,
        "threshold_break_even": _finite_or_none(curve.threshold_break_even),
        "threshold_deployed": curve.deployed.threshold,
        "decided_by": curve.deployed.decided_by,
        "share_best": curve.share_best,
        "share_deployed": curve.deployed.contacted / curve.customers,
        "profit_deployed": curve.deployed.profit,
        "profit_best": curve.profit_best,
        "profit_in_sample": curve.profit_in_sample,
        "profit_all": curve.profit_all,
        "profit_none": curve.profit_none,
        "profit_random": curve.profit_random,
        "profit_perfect": curve.profit_perfect,
        "headroom": curve.headroom,
        "matrix": {
            "threshold": matrix.threshold,
            **{group: getattr(matrix, group) for group in _GROUPS},
            **{f"{group}_amount": getattr(matrix, f"{group}_amount") for group in _GROUPS},
            "profit": matrix.profit,
        },
        "band": curve.band._asdict(),
        "deployed_band": curve.deployed.band._asdict(),
        "deployed_gain_band": curve.deployed.gain_band._asdict(),
        "deployed_next_band": curve.deployed.next_band._asdict(),
        "heavy_values": curve.deployed.heavy,
        "gain_band": curve.gain_band._asdict(),
        "empc": asdict(curve.empc),
    }
    if (
        curve.per_customer is not None
        and curve.bands.per_customer_over_threshold
        and curve.bands.per_customer_gain
    ):
        view["profit_personal"] = curve.per_customer.profit
        view["personal_over_threshold"] = curve.per_customer.over_threshold
        view["personal_over_threshold_band"] = curve.bands.per_customer_over_threshold._asdict()
        view["personal_gain_band"] = curve.bands.per_customer_gain._asdict()
        view["headroom_personal"] = curve.per_customer_headroom
    amounts = [key for key in view if key.startswith(("profit_", "personal_")) or key.endswith("band")]
    amounts += ["matrix", "empc"]
    return {**view, "evidence": {name: list(curve.evidence) for name in amounts}}


def _finite_or_none(threshold: float | None) -> float | None:
    return threshold if threshold is not None and np.isfinite(threshold) else None
