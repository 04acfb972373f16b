"""How long work tells that it is under way."""

from typing import Protocol


class Progress(Protocol):
    """Called now and then by long work, often enough that stopping feels prompt.

    It may raise :class:`retention.errors.Cancelled` to stop the work at that point.
    """

    def __call__(self, share: float, words: str) -> None:
        """Report that ``share`` of the work (0 to 1) is done and what comes next."""


def silent(share: float, words: str) -> None:
    """Report to nobody."""


def describe_pace(done: int, total: int, seconds: float) -> str:
    """Say how fast work goes and how long the rest will take, once there is anything to go by.

    Examples
    --------
    >>> describe_pace(120, 500, 60.0), describe_pace(1, 500, 4.0), describe_pace(0, 500, 0.4)
    ('2 a second, about 3 min left', '0.2 a second, about 33 min left', '')
    """
    if done == 0 or seconds <= 0:
        return ""
    rate = done / seconds
    left = (total - done) / rate
    speed = f"{rate:,.0f}" if rate >= 1 else f"{rate:.1g}"
    return f"{speed} a second, about " + (f"{left:.0f} s left" if left < 120 else f"{left / 60:.0f} min left")
