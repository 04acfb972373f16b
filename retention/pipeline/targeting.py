"""The fourth step: decide by a send policy who gets which offer, and write the send list."""

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from retention.targeting import (
    Scored,
    SendPolicy,
    Summary,
    currency_of,
    first_contacts,
    offers_at,
    offers_priced,
    read_send_list,
    score,
    score_file,
    scoring_kinds,
)

if TYPE_CHECKING:
    from retention.campaign.learned_rates import LearnedRates

__all__ = [
    "Scored",
    "SendPolicy",
    "Summary",
    "currency_of",
    "first_contacts",
    "learned_rates",
    "offers_at",
    "offers_priced",
    "read_send_list",
    "score",
    "score_file",
    "scoring_kinds",
    "with_learned_rates",
]


def learned_rates(path: Path, *, today: dt.date | None = None) -> "LearnedRates":
    """Read what ``learn`` wrote; rates that have expired by ``today`` count as assumed.

    Raises
    ------
    InputError
        If it is no zip of rates.
    ModelError
        If a byte of it was changed.
    """
    from retention.campaign.learned_rates import LearnedRates

    learned = LearnedRates.load(path)
    return replace(learned, rates=learned.rates.on(today or dt.datetime.now(dt.UTC).date()))


def with_learned_rates(policy: SendPolicy, path: Path, *, today: dt.date | None = None) -> SendPolicy:
    """Return a send policy with what ``learn`` wrote over what is assumed; see :func:`learned_rates`."""
    learned = learned_rates(path, today=today)
    return replace(policy, rates=learned.rates, effect_model=learned.effect_model)
