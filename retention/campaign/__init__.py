"""Holds some customers back at random, and measures what a campaign really earned."""
