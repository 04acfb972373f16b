"""Segments: what a message template may be written for, a handful of coarse, allow-listed values.

Nothing else reaches a prompt. Every value below comes from a list in this file, so a name, a
number or a free text from the customer's row cannot get through, whatever the row holds.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from retention.errors import OfferError
from retention.messages.languages.registry import LANGUAGES

TONES = ("warm", "playful", "brief")

ANY_CUISINE = "food"
"""The cuisine of a customer whose own is unknown or not on the list."""

CUISINES = (
    ANY_CUISINE, "American", "Andhra", "bakery", "Bengali", "biryani", "burgers", "cafe", "chaat", "Chinese",
    "Continental", "desserts", "fast food", "French", "Goan", "Gujarati", "healthy", "Hyderabadi", "ice cream",
    "Indian", "Indonesian", "Italian", "Japanese", "kebabs", "Kerala", "Korean", "Lebanese", "Maharashtrian",
    "Malaysian", "Mediterranean", "Mexican", "momos", "Mughlai", "North Indian", "pasta", "pizza", "Punjabi",
    "Rajasthani", "rolls", "salads", "sandwiches", "seafood", "South Indian", "street food", "sushi", "sweets",
    "Thai", "Tibetan", "Turkish", "vegan", "vegetarian", "Vietnamese",
)  # fmt: skip
"""The cuisines that a message may name."""

AWAY = ("unknown", "under a week", "one to two weeks", "two to four weeks", "one to two months", "over two months")
"""Bands of days since the last order; the edges are 7, 14, 28 and 61 days, each belonging to the later band."""

REASONS = ("away", "fewer_orders", "smaller_orders", "late_delivery", "bad_experience", "price", "general")
"""Why someone may be about to churn, as far as a message may refer to it."""

_AWAY_EDGES = (7, 14, 28, 61)

# The first match wins. A habit (weekday, usual dish) has no code, because no message mentions it.
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
    """The customers a template is written for: equal values, same segment.

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
        One of :data:`retention.messages.languages.registry.LANGUAGES`.

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
        """All values in one string, the same in every process."""
        return "|".join((self.cuisine, self.away, self.reason, self.tone, self.language))


def segments_of(send_list: pd.DataFrame, *, tone: str, language: str) -> list[MessageSegment]:
    """Return the segment of each of n rows.

    Parameters
    ----------
    send_list
        May have ``cuisine`` (text), ``days_since_order`` (days) and ``reason_1..3`` (plain words); a value that is
        missing or not on a list becomes "unknown", :data:`ANY_CUISINE` or "general".
    tone, language
        The same for everyone.

    Returns
    -------
    list of MessageSegment
        In row order. Equal segments are one object.

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
    by_values: dict[tuple[str, str, str], MessageSegment] = {}
    segments = []
    for values in zip(_cuisines(send_list), _bands(send_list), _reasons(send_list), strict=True):
        segment = by_values.get(values)
        if segment is None:
            cuisine, away, reason = values
            segment = by_values[values] = MessageSegment(cuisine, away, reason, tone, language)
        segments.append(segment)
    return segments


def reason_code(words: str) -> str | None:
    """Return the code that a reason in plain words stands for, or None if no message may mention it.

    Only the part before ``is`` counts: it names the column, and the customer's own value follows.

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
