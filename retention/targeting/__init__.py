"""The send list: who gets which offer, with the reasons and the money beside it."""

from retention.targeting.first_contacts import first_in_line
from retention.targeting.policy import Decision, Policy, currency_of, offers_at, offers_priced, policy_for, profit
from retention.targeting.scoring import Scored, read_send_list, score
from retention.targeting.send_list import ASSUMED, REASONS
from retention.targeting.streaming import known_kinds, score_file
from retention.targeting.summary import Spending, Summary, spending_of

__all__ = [
    "ASSUMED",
    "REASONS",
    "Decision",
    "Policy",
    "Scored",
    "Spending",
    "Summary",
    "currency_of",
    "first_in_line",
    "known_kinds",
    "offers_at",
    "offers_priced",
    "policy_for",
    "profit",
    "read_send_list",
    "score",
    "score_file",
    "spending_of",
]
