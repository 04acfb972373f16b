"""The windows, days of the week and hours that features count in, and the column of the label."""

LABEL = "churn"

WINDOWS_DAYS = (30, 60, 90)
"""Orders are counted in so many days up to the cutoff day."""

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

HOURS = {"night": 0, "morning": 6, "lunch": 11, "afternoon": 15, "dinner": 18, "late evening": 22}
"""Bands of the day, with the hour that each begins at."""
