"""Replay a published campaign from the Hub alone: cut its arms from the lots, measure it, and compare."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from retention.campaign.assignment import chances_of_arms, recut
from retention.campaign.measurement import measure
from retention.hub.campaign_registration import Registration
from retention.hub.campaign_rows import READING_FILE
from retention.hub.connection import Hub
from retention.hub.published_campaign import PublishedCampaign, fetch_campaign
from retention.progress import Progress, silent


@dataclass(frozen=True)
class CampaignReplay:
    """The result of replaying a campaign.

    Attributes
    ----------
    repo, commit
        The repository and the commit it was read at.
    files
        Its files.
    campaign
        Name of the campaign.
    customers
        Number of customers drawn.
    identical
        Whether arms, chances and reading come out as they were published, bit for bit.
    different
        What does not: number of rows by column of the assignments, and 1 for each figure of the reading.
    registration
        Since when the design and the arms have been on the Hub.
    registered
        What that commit proves, in a sentence.
    reading
        The sentence of the published reading; None where the campaign is only registered.
    """

    repo: str
    commit: str
    files: tuple[str, ...]
    campaign: str
    customers: int
    identical: bool
    different: Mapping[str, int]
    registration: Registration
    registered: str
    reading: str | None

    def as_dict(self) -> dict[str, Any]:
        """Return the result ready for JSON."""
        return {
            **vars(self),
            "files": list(self.files),
            "different": dict(self.different),
            "registration": self.registration.as_dict(),
        }

    @property
    def sentence(self) -> str:
        """The result in words."""
        source = f"{self.repo}@{self.commit}"
        what = f"the arms of {self.customers:,} customers" + (" and the reading" if self.reading else "")
        if self.identical:
            return f"identical: {what} in {source}\n{self.registered}"
        names = ", ".join(
            f"{name} ({rows:,} rows)" if name in _COLUMNS else name for name, rows in self.different.items()
        )
        return f"NOT identical: {names} differ in {source}\n{self.registered}"


_COLUMNS: Final = ("arm", "chance", "chances")


def replay_campaign(reference: str, *, hub: Hub, progress: Progress = silent) -> CampaignReplay:
    """Fetch a published campaign, cut its arms from the lots again, measure it again, and compare.

    Parameters
    ----------
    reference
        ``OWNER/NAME@commit`` of a campaign on the Hub.
    hub
        The connection, which says in whose name.

    Raises
    ------
    PublishError
        If it cannot be read.
    ModelError
        If a byte was changed, or it is no campaign.
    """
    published = fetch_campaign(reference, hub=hub, progress=lambda share, words: progress(0.6 * share, words))
    progress(0.6, "Cutting the arms from the lots")
    different = _draw_differences(published)
    for again in _REPEATED.values():
        progress(0.7, "Measuring again")
        different |= again(published)
    progress(1.0, "Compared")
    design, reading = published.campaign.design, published.reading
    return CampaignReplay(
        repo=published.artifact.repo,
        commit=published.artifact.commit,
        files=tuple(sorted(published.artifact.content)),
        campaign=design.name,
        customers=len(published.campaign.assignments),
        identical=not different,
        different=different,
        registration=published.registration,
        registered=published.registration.in_words(design),
        reading=None if reading is None else str(reading.shown.get("sentence", "")),
    )


def _draw_differences(published: PublishedCampaign) -> dict[str, int]:
    """Return how many rows have another arm than their lots give, or other chances than the design gives."""
    design, rows = published.campaign.design, published.campaign.assignments
    chances = chances_of_arms(rows["offer"], design)
    position = np.array([design.arms.index(arm) for arm in rows["arm"]])
    stored = rows[[f"chance_{arm}" for arm in design.arms]].to_numpy()
    counts = {
        "arm": int((recut(rows, design) != rows["arm"]).sum()),
        "chance": int((chances[np.arange(len(rows)), position] != rows["chance"].to_numpy()).sum()),
        "chances": int((chances != stored).any(axis=1).sum()),
    }
    return {name: count for name, count in counts.items() if count}


def _reading_differences(published: PublishedCampaign) -> dict[str, int]:
    """Return the figures of the published reading that do not come out again; none where there is no reading."""
    reading = published.reading
    if reading is None:
        return {}
    measured = measure(
        published.campaign,
        reading.outcomes,
        as_of=reading.as_of,
        registered_sha256=published.campaign.design.sha256,
    )
    return dict.fromkeys(unequal_figures(reading.shown, measured.as_dict()), 1)


# What is made from the published rows -> what of it does not come out again. A further file, such as the rates
# that were learned from a campaign, is a further line.
_REPEATED: Final[Mapping[str, Callable[[PublishedCampaign], dict[str, int]]]] = {
    READING_FILE: _reading_differences
}  # fmt: skip


def unequal_figures(published: Mapping[str, Any], again: Mapping[str, Any], prefix: str = "") -> list[str]:
    """Return the names of the published figures that are not exactly the same again.

    A figure that only a newer version of this program states is no difference.

    Examples
    --------
    >>> unequal_figures({"kept": {"points": 1.5, "low": 0.5}}, {"kept": {"points": 1.5, "low": 0.25}, "new": 1})
    ['kept.low']
    """
    names = []
    for key, value in published.items():
        name = f"{prefix}{key}"
        if key not in again:
            names.append(name)
        elif isinstance(value, Mapping) and isinstance(again[key], Mapping):
            names += unequal_figures(value, again[key], f"{name}.")
        elif value != again[key]:
            names.append(name)
    return names
