"""A link that opens the same view for a colleague: what stands behind the ``?`` of the app's address.

``?tab=profit&threshold=0.2&value=500&offer_cost=50``: the tab, where the slider stands (at the best threshold
if not said) and the money inputs by the names :class:`Economics` gives them. It carries no customer, no file
and no model. ``assets/desk.js`` writes it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields

from retention.errors import InputError
from retention.profit.economics import Economics
from retention.ui.shell.stepper import STEPS

_MONEY = tuple(one.name for one in fields(Economics))


@dataclass(frozen=True)
class View:
    """What a link asks to see; ``threshold`` is None for the best one."""

    tab: str = "profit"
    threshold: float | None = None
    economics: Economics = field(default_factory=Economics)


def read(query: Mapping[str, str]) -> View:
    """Return the view that an address asks for; names it does not know are nobody's business here.

    Raises
    ------
    InputError
        If a value cannot be.

    Examples
    --------
    >>> read({"threshold": "0.2", "offer_cost": "80", "__theme": "dark"}).economics.offer_cost
    80.0
    """
    tab = query.get("tab", View.tab)
    if tab not in STEPS:
        raise InputError(f"tab: must be one of {', '.join(STEPS)}, got {tab[:20]!r}")
    threshold = _number("threshold", query["threshold"]) if "threshold" in query else None
    if threshold is not None and not 0 <= threshold <= 1:
        raise InputError(f"threshold: must be from 0 to 1, got {threshold:g}")
    money = {
        name: query[name] if name == "currency" else _number(name, query[name]) for name in _MONEY if name in query
    }
    return View(tab, threshold, Economics(**money))  # type: ignore[arg-type]  # each checks its own kind


def _number(name: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise InputError(f"{name}: must be a number, got {text[:20]!r}") from None
