"""A link that opens the same view for a colleague: the query string of the app's address.

``?tab=profit&threshold=0.2&value=500&offer_cost=50``: the tab, where the slider stands (at the deployed threshold
where it is left out) and the money inputs by the names :class:`Economics` gives them. It carries no customer, no
file and no model. ``assets/desk.js`` writes it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields

from retention.errors import InputError
from retention.profit.economics import Economics
from retention.wording.typed_numbers import read_typed_number

_MONEY_INPUTS = tuple(entry.name for entry in fields(Economics))
#: The tab that is open where a link names none.
FIRST_TAB = "profit"


@dataclass(frozen=True)
class Link:
    """What a link asks to see; ``threshold`` is None for the deployed one."""

    tab: str = FIRST_TAB
    threshold: float | None = None
    economics: Economics = field(default_factory=Economics)


def read(query: Mapping[str, str], tabs: Sequence[str]) -> Link:
    """Return what an address asks to see; names that are no part of a link are ignored.

    Parameters
    ----------
    query
        The names and values of the address.
    tabs
        The ids of the tabs there are.

    Raises
    ------
    InputError
        If a value is not possible.

    Examples
    --------
    >>> read({"threshold": "0.2", "offer_cost": "80", "__theme": "dark"}, ["profit"]).economics.offer_cost
    80.0
    """
    tab = query.get("tab", FIRST_TAB)
    if tab not in tabs:
        raise InputError(f"tab: must be one of {', '.join(tabs)}, got {tab[:20]!r}")
    threshold = _number("threshold", query["threshold"]) if "threshold" in query else None
    if threshold is not None and not 0 <= threshold <= 1:
        raise InputError(f"threshold: must be from 0 to 1, got {threshold:g}")
    money_inputs = {
        name: query[name] if name == "currency" else _number(name, query[name])
        for name in _MONEY_INPUTS
        if name in query
    }
    return Link(tab, threshold, Economics(**money_inputs))  # type: ignore[arg-type]  # each checks its own kind


def _number(name: str, text: str) -> float:
    number = read_typed_number(text)
    if number is None:
        raise InputError(f"{name}: must be a number, got {text[:20]!r}")
    return number
