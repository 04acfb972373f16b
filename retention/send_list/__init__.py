"""The send list: who gets which offer, with the reasons and the money beside it."""

from retention.send_list.policy import Decision, Policy, currency_of, offers_at, offers_priced, policy_for, profit
from retention.send_list.rows import ASSUMED, REASONS
from retention.send_list.scoring import Scored, read_send_list, score
from retention.send_list.streaming import known_kinds, score_file
from retention.send_list.summary import Spending, Summary, spending_of
from retention.send_list.whom import first_in_line

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
