"""The send policy, the send decision and the send list: which customers get which offer, and why."""

from retention.profit.evidence import ASSUMED
from retention.targeting.first_contacts import first_contacts
from retention.targeting.pricing import offers_at, profit_of_model
from retention.targeting.reading import currency_of, offers_priced, read_send_list
from retention.targeting.scoring import Scored, decide, score
from retention.targeting.send_decision import SendDecision
from retention.targeting.send_list import REASONS
from retention.targeting.send_policy import SendPolicy
from retention.targeting.streaming import score_file, scoring_kinds
from retention.targeting.summary import Spending, Summary, spending_of

__all__ = [
    "ASSUMED",
    "REASONS",
    "Scored",
    "SendDecision",
    "SendPolicy",
    "Spending",
    "Summary",
    "currency_of",
    "decide",
    "first_contacts",
    "offers_at",
    "offers_priced",
    "profit_of_model",
    "read_send_list",
    "score",
    "score_file",
    "scoring_kinds",
    "spending_of",
]
