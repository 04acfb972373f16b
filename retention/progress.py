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
