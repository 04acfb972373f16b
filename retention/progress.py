"""Report the progress of long work."""

from typing import Protocol


class Progress(Protocol):
    """A function that long work calls often enough for a person to stop it without waiting.

    It raises :class:`retention.errors.Cancelled` to stop the work at that point.
    """

    def __call__(self, share: float, words: str) -> None:
        """Report that ``share`` of the work (0 to 1) is done, and in words what comes next."""


def silent(share: float, words: str) -> None:
    """Report nothing: the default where nobody follows the work."""


def describe_pace(done: int, total: int, seconds: float) -> str:
    """Say how fast the work is and how long the rest will take.

    Parameters
    ----------
    done, total
        Units of work done so far and in all.
    seconds
        Time that the work so far has taken.

    Returns
    -------
    str
        Empty while nothing is done yet.

    Examples
    --------
    >>> describe_pace(120, 500, 60.0), describe_pace(1, 500, 4.0), describe_pace(0, 500, 0.4)
    ('2 a second, about 3 min left', '0.2 a second, about 33 min left', '')
    """
    if done == 0 or seconds <= 0:
        return ""
    rate = done / seconds
    remaining_s = (total - done) / rate
    speed = f"{rate:,.0f}" if rate >= 1 else f"{rate:.1g}"
    return f"{speed} a second, about " + (
        f"{remaining_s:.0f} s left" if remaining_s < 120 else f"{remaining_s / 60:.0f} min left"
    )
