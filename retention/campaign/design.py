"""What is registered before a campaign is sent: arms, shares, dates, assumed money inputs, and their hash."""

import datetime as dt
import json
import math
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal, get_args

from retention.artifacts import sha256
from retention.errors import InputError, ModelError
from retention.messages.message import LIBRARY_ARM
from retention.profit.catalogue import Offer
from retention.profit.economics import Economics
from retention.wording.text import quote

CONTROL = "control"
"""The arm of the customers who are held out."""

MODEL_ARM = "model"
"""In the design ``text``, the arm of the language model's templates, beside that of hand-written ones."""

UNIFORM_SHARE = 0.2
"""In the design ``offers``, the share of the treated who get a uniformly drawn offer."""

DesignKind = Literal["plan", "offers", "text"]

MAX_HORIZON_DAYS = 366
_NAME = re.compile(r"[A-Za-z0-9 _-]{1,60}")


@dataclass(frozen=True, kw_only=True)
class Design:
    """A campaign as it is registered; nothing of it changes once the arms are drawn.

    Attributes
    ----------
    name
        1 to 60 letters, digits, spaces, ``_`` and ``-``.
    kind
        ``plan``: held out, or the plan's offer. ``offers``: a fifth of the treated get a uniformly drawn offer.
        ``text``: half of the treated get the language model's templates, half the hand-written ones.
    holdout_share
        h, the share of the drawn customers who are held out, in (0, 0.5].
    horizon_days
        Days after ``sent_on`` in which an order counts as kept, 1 to 366.
    sent_on
        First day of the horizon.
    arms
        ``control`` first; then ids of offers, or ``model`` and ``library``.
    economics
        The money inputs that were assumed at the draw.
    offers
        The catalogue at the draw, with its assumed save rates; the first is that of customers without one.
    segment, unit
        The column that further divides the strata, and the column of the units that are drawn whole; or None.
    explore
        Share of the customers not on the send list who are randomised as well, in [0, 1].
    standing
        Share of all customers whom no campaign of the quarter contacts, in [0, 0.5].
    eligible
        How many customers were drawn.
    excluded
        How many were left out before the draw, by reason.
    features
        The columns of the send list that are kept with the draw, to learn for whom an offer works.

    Raises
    ------
    InputError
        If a field is outside its bounds.
    """

    name: str
    kind: DesignKind = "plan"
    holdout_share: float
    horizon_days: int = 30
    sent_on: dt.date
    arms: tuple[str, ...]
    economics: Economics
    offers: tuple[Offer, ...]
    segment: str | None = None
    unit: str | None = None
    explore: float = 0.0
    standing: float = 0.0
    eligible: int
    excluded: Mapping[str, int] = field(default_factory=dict)
    features: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse fields out of bounds."""
        check_name(self.name)
        if self.kind not in get_args(DesignKind):
            raise InputError(f"design: must be plan, offers or text, got {quote(self.kind)}; choose one")
        _check_share("share", self.holdout_share, low_excluded=True, high=0.5)
        _check_share("explore", self.explore, high=1.0)
        _check_share("standing", self.standing, high=0.5)
        for name in ("holdout_share", "explore", "standing"):  # 0 and 0.0 must hash alike
            object.__setattr__(self, name, float(getattr(self, name)))
        if type(self.horizon_days) is not int or not 1 <= self.horizon_days <= MAX_HORIZON_DAYS:
            raise InputError(
                f"horizon-days: must be a whole number from 1 to {MAX_HORIZON_DAYS}, got {self.horizon_days}; "
                "change it"
            )
        if type(self.eligible) is not int or not all(
            column is None or isinstance(column, str) for column in (self.segment, self.unit)
        ):
            raise InputError(
                "design: eligible must be a count, and segment and unit names of columns; correct them"
            )
        if not self.offers:
            raise InputError("catalogue: holds no offer; add one")
        treated = {MODEL_ARM, LIBRARY_ARM} if self.kind == "text" else {offer.id for offer in self.offers}
        if (
            self.arms[:1] != (CONTROL,)
            or not set(self.arms[1:]) <= treated
            or len(set(self.arms)) < len(self.arms)
        ):
            raise InputError("arms: must be 'control' and then offers of the catalogue, or 'model' and 'library'")
        if len(self.arms) < 2:
            raise InputError("arms: nobody would be treated; put customers on the send list first")

    @property
    def read_on(self) -> dt.date:
        """The first day on which the horizon is over and the campaign may be read."""
        return self.sent_on + dt.timedelta(days=self.horizon_days)

    @property
    def valid_days(self) -> int:
        """Days until the last of the offers has expired; an order after them counts as having stayed on."""
        return max(offer.valid_days for offer in self.offers)

    @property
    def offer_ids(self) -> tuple[str, ...]:
        """The ids of the catalogue's offers, in order."""
        return tuple(offer.id for offer in self.offers)

    @property
    def sha256(self) -> str:
        """SHA-256 of the canonical JSON, in hexadecimal digits: what is registered."""
        return sha256(self.as_json().encode())

    def as_json(self) -> str:
        """Return the canonical JSON: sorted keys, no spaces, ASCII only."""
        return json.dumps(self.as_dict(), sort_keys=True, separators=(",", ":"), allow_nan=False)

    def as_dict(self) -> dict[str, Any]:
        """Return the design ready for JSON; without features it has the hash of designs that could keep none."""
        own = {item.name: getattr(self, item.name) for item in fields(self) if item.name != "features"}
        return {
            **own,
            **({"features": list(self.features)} if self.features else {}),
            "sent_on": self.sent_on.isoformat(),
            "arms": list(self.arms),
            "economics": asdict(self.economics),
            "offers": [{**vars(offer), "gives": dict(offer.gives)} for offer in self.offers],
            "excluded": dict(self.excluded),
        }

    @classmethod
    def from_dict(cls, saved: Mapping[str, Any], *, source: str = "design.json") -> "Design":
        """Return the design that :meth:`as_dict` saved.

        Raises
        ------
        ModelError
            If it is none, or not one that could have been drawn.
        """
        try:
            design = cls(
                **{
                    **saved,
                    "sent_on": dt.date.fromisoformat(saved["sent_on"]),
                    "arms": tuple(saved["arms"]),
                    "economics": Economics(**saved["economics"]),
                    "offers": tuple(Offer(**offer) for offer in saved["offers"]),
                    "features": tuple(map(str, saved.get("features", ()))),
                    "excluded": {str(reason): int(count) for reason, count in saved["excluded"].items()},
                }
            )
            design.as_json()
        except InputError as error:
            raise ModelError(
                f"{source}: holds no design of a campaign ({error}); fetch or draw it again"
            ) from None
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
            raise ModelError(f"{source}: holds no design of a campaign; fetch or draw it again") from None
        return design


def arms_of(kind: DesignKind, offers: tuple[Offer, ...], planned: frozenset[str]) -> tuple[str, ...]:
    """Return the arms of a design, ``control`` first.

    Parameters
    ----------
    kind
        The kind of design.
    offers
        The catalogue.
    planned
        Ids of the offers that the plan gives to somebody; only these are arms of the design ``plan``.
    """
    if kind == "text":
        return (CONTROL, MODEL_ARM, LIBRARY_ARM)
    return (CONTROL, *(offer.id for offer in offers if kind == "offers" or offer.id in planned))


def check_name(name: str) -> None:
    """Raise InputError if a campaign cannot have this name."""
    if not (isinstance(name, str) and _NAME.fullmatch(name)) or name != name.strip():
        raise InputError(
            f"name: must be 1 to 60 letters, digits, spaces, _ and -, got {quote(name)}; choose another"
        )


def _check_share(flag: str, share: object, *, high: float, low_excluded: bool = False) -> None:
    number = float(share) if isinstance(share, int | float) and not isinstance(share, bool) else math.nan
    if not 0 <= number <= high or (low_excluded and number == 0):
        low = "above 0" if low_excluded else "from 0"
        raise InputError(f"{flag}: must be a share {low} to {high:g}, got {share}; change it")
