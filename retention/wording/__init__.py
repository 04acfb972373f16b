"""Counts, amounts, column names and what features mean, in words: in one place."""
