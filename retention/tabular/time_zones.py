"""Times with a zone: one zone throughout stays local, so that dinner stays dinner; several meet in UTC."""

import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

_OFFSET = re.compile(r"(?:UTC|GMT)?([+-])(\d{2}):?(\d{2})")
_MOST_SPREAD_MINUTES = 60  # summer and winter time of one place lie an hour apart


def offset_minutes(zone: str) -> float:
    """Return how far the clocks of a zone are ahead of UTC, in minutes; NaN where letters do not tell.

    >>> offset_minutes("+05:30"), offset_minutes("Z"), offset_minutes("GMT-0400"), offset_minutes("IST")
    (330.0, 0.0, -240.0, nan)
    """
    zone = zone.strip().upper()
    if zone in {"Z", "UTC", "GMT"}:
        return 0.0
    match = _OFFSET.fullmatch(zone)
    if match is None:
        return float("nan")
    return float((60 * int(match[2]) + int(match[3])) * (-1 if match[1] == "-" else 1))


def one_clock(
    times: NDArray[np.datetime64], zones: NDArray[Any], zone_names: tuple[str, ...]
) -> tuple[NDArray[np.datetime64], str] | None:
    """Return times on one clock, and a sentence about it.

    Parameters
    ----------
    times
        As written, ``datetime64[us]``, (n,).
    zones
        Position of each time's zone in ``zone_names``, (n,).
    zone_names
        The different zones, as written.

    Returns
    -------
    times, sentence
        Local times where the zone is one throughout, in summer and in winter; else times in UTC. None where
        several zones are named by letters alone.
    """
    offsets = np.array([offset_minutes(zone) for zone in zone_names])
    if len({zone.strip().upper() for zone in zone_names}) == 1 or np.ptp(offsets) <= _MOST_SPREAD_MINUTES:
        if (offsets == 0).all():
            return times, "times are in UTC, so days begin at midnight UTC"
        return times, f"times stay local, as they are written with {' and '.join(sorted(zone_names))}"
    if np.isnan(offsets).any():
        return None
    shifts = offsets[zones].astype("timedelta64[m]").astype("timedelta64[us]")
    return times - shifts, "times of several zones are converted to UTC, so days begin at midnight UTC"
