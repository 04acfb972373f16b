"""What may be known about a customer when words are chosen: a handful of coarse, allow-listed facts.

Nothing else reaches a prompt. Every value below comes from a list in this file, so a name, a
number or a free text from the customer's row cannot get through, whatever the row holds.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from retention.errors import OfferError

TONES = ("warm", "playful", "brief")
LANGUAGES = ("en", "hi", "hinglish")

ANY_CUISINE = "food"
"""Stands for a cuisine that is unknown or not on the list."""

CUISINES = (
    ANY_CUISINE, "American", "Andhra", "bakery", "Bengali", "biryani", "burgers", "cafe", "chaat", "Chinese",
    "Continental", "desserts", "fast food", "French", "Goan", "Gujarati", "healthy", "Hyderabadi", "ice cream",
    "Indian", "Indonesian", "Italian", "Japanese", "kebabs", "Kerala", "Korean", "Lebanese", "Maharashtrian",
    "Malaysian", "Mediterranean", "Mexican", "momos", "Mughlai", "North Indian", "pasta", "pizza", "Punjabi",
    "Rajasthani", "rolls", "salads", "sandwiches", "seafood", "South Indian", "street food", "sushi", "sweets",
    "Thai", "Tibetan", "Turkish", "vegan", "vegetarian", "Vietnamese",
)  # fmt: skip
"""The cuisines that may be named."""

AWAY = ("unknown", "under a week", "one to two weeks", "two to four weeks", "one to two months", "over two months")
"""Bands of days since the last order; the edges are 7, 14, 28 and 61 days, each belonging to the later band."""

REASONS = ("away", "fewer_orders", "smaller_orders", "late_delivery", "bad_experience", "price", "general")
"""Why someone may be leaving, as far as a message is concerned."""

_AWAY_EDGES = (7, 14, 28, 61)

# First match wins, on what the reason is about; a habit (weekday, usual dish) is nothing to write about.
_REASON_PATTERNS: tuple[tuple[str | None, str], ...] = (
    (None, r"^usual|^first order|one day only|\bweekend|\btenure|\bpayment|\btime of day"),
    ("late_delivery", r"\bdeliver|\blate\b|\bdelay|\bcourier|\bwait"),
    ("bad_experience", r"\bcomplain|\bsupport call|\bticket|\brefund|\bcancel|\brating|\breview|\bsatisf|\bscore"),
    ("bad_experience", r"\bwrong|\bmissing item|\bissue|\bproblem"),
    ("price", r"\bdiscount|\bcoupon|\bpromo|\bprice|\bfee|\bcharge|\bvoucher|\boffer|\bdeal|\bcashback"),
    (
        "away",
        r"\brecency|\bdays? since|\bsince last|\blast order|\blast seen|\bpause|\binactive|\bhas not ordered",
    ),
    ("fewer_orders", r"\bapp\b|\bsession|\blogin|\bvisit|\bactive"),
    ("smaller_orders", r"\bamount|\bbasket|\bspen[dt]|\brevenue|\bmonetary|\bvalue|\bbill|\bmoney"),
    ("fewer_orders", r"\border|\bfrequen|\bpurchase|\bbetween orders"),
)
_WORD_STARTS = re.compile(r"(?<=[a-z])(?=[A-Z])")


@dataclass(frozen=True, slots=True, order=True)
class MessageSegment:
    """What a line may be written from; customers with equal facts form a segment.

    Attributes
    ----------
    cuisine
        One of :data:`CUISINES`.
    away
        One of :data:`AWAY`.
    reason
        One of :data:`REASONS`.
    tone
        One of :data:`TONES`.
    language
        One of :data:`LANGUAGES`.

    Raises
    ------
    OfferError
        If a value is not on its list.
    """

    cuisine: str = ANY_CUISINE
    away: str = "unknown"
    reason: str = "general"
    tone: str = "warm"
    language: str = "en"

    def __post_init__(self) -> None:
        for field, allowed in (
            ("tone", TONES),
            ("language", LANGUAGES),
            ("reason", REASONS),
            ("away", AWAY),
            ("cuisine", CUISINES),
        ):
            if getattr(self, field) not in allowed:
                raise OfferError(f"{field}: this one is not known; choose one of {', '.join(allowed)}")

    @property
    def key(self) -> str:
        """All facts in one string, the same in every process."""
        return "|".join((self.cuisine, self.away, self.reason, self.tone, self.language))


def segments_of(send_list: pd.DataFrame, *, tone: str, language: str) -> list[MessageSegment]:
    """Reduce n rows to n coarse facts.

    Parameters
    ----------
    send_list
        May have ``cuisine`` (text), ``days_since_order`` (days) and ``reason_1..3`` (plain words); what is
        missing or not on a list becomes "unknown", :data:`ANY_CUISINE` or "general".
    tone, language
        The same for everyone.

    Returns
    -------
    list of MessageSegment
        In row order. Equal facts are one object.

    Raises
    ------
    OfferError
        If the tone or the language is not known.

    Examples
    --------
    >>> rows = pd.DataFrame({"cuisine": ["pizza"], "days_since_order": [21], "reason_1": ["orders less often"]})
    >>> segments_of(rows, tone="warm", language="en")[0].key
    'pizza|two to four weeks|fewer_orders|warm|en'
    """
    MessageSegment(tone=tone, language=language)
    known: dict[tuple[str, str, str], MessageSegment] = {}
    found = []
    for parts in zip(_cuisines(send_list), _bands(send_list), _reasons(send_list), strict=True):
        facts = known.get(parts)
        if facts is None:
            cuisine, away, reason = parts
            facts = known[parts] = MessageSegment(cuisine, away, reason, tone, language)
        found.append(facts)
    return found


def reason_code(words: str) -> str | None:
    """Return the code that a reason in plain words stands for, or None if there is nothing to write about.

    Only what comes before ``is`` is looked at: that is the column, and what follows is the customer's own value.

    Examples
    --------
    >>> reason_code("last order 41 days ago; usually every 9 days"), reason_code("usual time of day: late evening")
    ('away', None)
    """
    about = _WORD_STARTS.sub(" ", words.split(" is ", maxsplit=1)[0]).casefold().replace("_", " ")
    return next((code for code, pattern in _REASON_PATTERNS if re.search(pattern, about)), None)


def _cuisines(send_list: pd.DataFrame) -> Sequence[str]:
    if "cuisine" not in send_list:
        return [ANY_CUISINE] * len(send_list)
    listed = {_plain(cuisine): cuisine for cuisine in CUISINES}
    column = send_list["cuisine"]
    spelled = {value: listed.get(_plain(str(value)), ANY_CUISINE) for value in column.dropna().unique()}
    return [spelled.get(value, ANY_CUISINE) for value in column]


def _plain(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalpha()).removesuffix("food").rstrip("s")


def _bands(send_list: pd.DataFrame) -> Sequence[str]:
    if "days_since_order" not in send_list:
        return [AWAY[0]] * len(send_list)
    days = pd.to_numeric(send_list["days_since_order"], errors="coerce").to_numpy(
        dtype=np.float64, na_value=np.nan
    )
    band = np.where(days >= 0, np.digitize(days, _AWAY_EDGES) + 1, 0)
    return [AWAY[index] for index in band]


def _reasons(send_list: pd.DataFrame) -> Sequence[str]:
    codes: list[str | None] = [None] * len(send_list)
    for column in ("reason_1", "reason_2", "reason_3"):
        if column in send_list:
            values = send_list[column]
            coded = {value: reason_code(str(value)) for value in values.dropna().unique()}
            codes = [code or coded.get(value) for code, value in zip(codes, values, strict=True)]
    return [code or "general" for code in codes]
