"""The section of the Profit tab that selects customers for an offer, and sets limits."""
