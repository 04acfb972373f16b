"""When a campaign was registered on the Hub: the first commit that holds its design and its arms."""

import datetime as dt
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

from retention.campaign.design import Design
from retention.hub.campaign_rows import ASSIGNMENTS_TABLE, DESIGN_FILE
from retention.hub.connection import Hub
from retention.hub.reference import Reference
from retention.hub.repository import RepositoryState, read_state

if TYPE_CHECKING:
    from huggingface_hub import HfApi

Timing = Literal["before outcomes", "late", "after the reading day"]

MOST_COMMITS = 50
"""So many commits are searched for the registration, from the oldest on."""


@dataclass(frozen=True)
class Registration:
    """When the design and the arms were first on the Hub.

    Attributes
    ----------
    commit
        The commit, 40 hexadecimal digits; None while it is not pushed yet.
    on
        Its day by the Hub's clock (UTC); the day of the push while it is not pushed yet.
    timing
        ``before outcomes``: no later than the day of sending. ``late``: within the horizon, when some outcomes
        existed. ``after the reading day``: when all of them existed.
    """

    commit: str | None
    on: dt.date
    timing: Timing

    @classmethod
    def of(cls, design: Design, *, commit: str | None, on: dt.date) -> "Registration":
        """Return the registration of a design that was pushed on that day."""
        if on <= design.sent_on:
            return cls(commit, on, "before outcomes")
        return cls(commit, on, "late" if on < design.read_on else "after the reading day")

    @property
    def is_registration(self) -> bool:
        """Whether it may be called a pre-registration."""
        return self.timing == "before outcomes"

    def in_words(self, design: Design) -> str:
        """Return what the commit proves, in a sentence."""
        if self.is_registration:
            return (
                "Pre-registered: the design and the arms were published no later than the day of sending, "
                f"{design.sent_on}, before any outcome existed. The date of that commit is the proof."
            )
        if self.timing == "late":
            return (
                f"Late, and no pre-registration: the design and the arms were published on {self.on}, after "
                f"sending ({design.sent_on}), when some outcomes existed."
            )
        return (
            f"Late, and no pre-registration: the design and the arms were published on {self.on}, when the "
            f"outcomes existed already; the campaign was sent on {design.sent_on} and is read from "
            f"{design.read_on} on."
        )

    def as_dict(self) -> dict[str, Any]:
        """Return it ready for JSON."""
        return {**asdict(self), "on": self.on.isoformat()}


def find_registration(api: "HfApi", hub: Hub, state: RepositoryState, design: Design) -> Registration:
    """Return the first commit in the history of ``state`` that holds the same design and arms, byte for byte.

    Parameters
    ----------
    api, hub
        The connection.
    state
        A repository of a published campaign.
    design
        Its design.
    """
    commits = hub.with_retries(
        lambda: api.list_repo_commits(state.repo, repo_type="dataset", revision=state.commit)
    )
    registered = _hashes(state)
    for commit in commits[::-1][:MOST_COMMITS]:
        past = read_state(api, hub, Reference(state.repo, commit.commit_id), "campaign")
        if _hashes(past) == registered:
            return Registration.of(design, commit=past.commit, on=commit.created_at.astimezone(dt.UTC).date())
    if not commits:
        raise ValueError("a repository without a commit")
    newest = commits[0]
    return Registration.of(design, commit=newest.commit_id, on=newest.created_at.astimezone(dt.UTC).date())


def _hashes(state: RepositoryState) -> tuple[str | None, str | None]:
    return state.hashes.get(DESIGN_FILE), state.hashes.get(ASSIGNMENTS_TABLE)
