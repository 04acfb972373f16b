"""The fourth step: decide by a send policy who gets which offer, and write the send list."""

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

__all__ = [
    "Scored",
    "SendPolicy",
    "Summary",
    "currency_of",
    "first_contacts",
    "offers_at",
    "offers_priced",
    "read_send_list",
    "score",
    "score_file",
    "scoring_kinds",
]
