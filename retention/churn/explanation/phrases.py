"""Put a customer's own values into words, without claiming a cause.

Columns about the same thing, such as the days since the last order and their ratio to the usual gap, form one
theme and share a phrase. Columns that come from no order log get a general wording.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retention.wording.column_descriptions import ORDER_FEATURES, is_order_snapshot, is_text_feature
from retention.wording.column_names import humanize_name

Value = float | str | None

_MAX_VALUE_LENGTH = 40


@dataclass(frozen=True)
class Theme:
    """Columns that share a phrase.

    Attributes
    ----------
    columns
        Names of the columns whose contributions are added up.
    needs
        Names of the columns the phrase is made from.
    phrase
        Takes their values (a number, a text, or None for a blank) and returns the phrase.
    """

    columns: tuple[str, ...]
    needs: tuple[str, ...]
    phrase: Callable[..., str]

    def phrases(self, values: pd.DataFrame) -> NDArray[np.object_]:
        """Return the phrase for each of n rows; equal rows are worded once."""
        combination = np.zeros(len(values), dtype=np.int64)
        cells = []
        for name in self.needs:
            codes, uniques = pd.factorize(values[name], use_na_sentinel=False)
            combination = combination * len(uniques) + codes
            cells.append((codes, uniques.astype(object).where(uniques.notna(), None).tolist()))
        _, first_row, text_number = np.unique(combination, return_index=True, return_inverse=True)
        texts = [self.phrase(*(uniques[codes[row]] for codes, uniques in cells)) for row in first_row]
        return np.array(texts, dtype=object)[text_number]


def build_themes(typical: Mapping[str, float | None], flags: Collection[str] = ()) -> tuple[Theme, ...]:
    """Return the themes of a model's columns.

    Parameters
    ----------
    typical
        The median in training by column name; None for a category.
    flags
        Names of columns that held only 0 and 1 in training; their values read as yes and no.
    """
    themes: list[Theme] = []
    if is_order_snapshot(typical.keys()):
        remaining = {name: usual for name, usual in typical.items() if _as_in_a_snapshot(name, usual)}
        names = remaining.keys()
        for columns, needs, phrase in _SNAPSHOT:
            present = tuple(name for name in columns if name in remaining)
            if present and names >= set(needs):
                themes.append(Theme(present, needs, partial(phrase, typical)))
                remaining = {name: usual for name, usual in remaining.items() if name not in present}
        themes += _summary_themes(remaining)
    in_a_theme = {name for theme in themes for name in theme.columns}
    for name, usual in typical.items():
        if name not in in_a_theme:
            themes.append(
                Theme((name,), (name,), partial(_general, humanize_name(name), usual, flag=name in flags))
            )
    return tuple(themes)


def format_number(value: float) -> str:
    """Write a number as a person would.

    Examples
    --------
    >>> format_number(41.0), format_number(29.85), format_number(1234567.8), format_number(0.00123)
    ('41', '29.85', '1,234,568', '0.0012')
    """
    if value == int(value) or abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.2f}".rstrip("0").rstrip(".") if abs(value) >= 0.01 else f"{value:.2g}"


def _as_in_a_snapshot(name: str, usual: float | None) -> bool:
    """Return whether a column has the type it has in a snapshot; other files may use its name for anything."""
    is_text = is_text_feature(name)
    return is_text is None or is_text == (usual is None)


def _general(name: str, usual: float | None, value: Value, *, flag: bool = False) -> str:
    """Word any column: its value, and for a number how it compares with the typical one."""
    if value is None:
        return f"{name} is not known"
    if isinstance(value, str) or usual is None:
        text = "".join(char if char.isprintable() else " " for char in str(value))
        return f"{name} is {text if len(text) <= _MAX_VALUE_LENGTH else text[: _MAX_VALUE_LENGTH - 1] + '…'}"
    if flag and value in {0.0, 1.0}:
        return f"{name} is {'yes' if value else 'no'}"
    if format_number(value) == format_number(usual):
        return f"{name} is {format_number(value)}"
    size = "low" if value < usual else "high"
    return f"{name} is {format_number(value)}, {size} against a typical {format_number(usual)}"


def _count(value: float, noun: str) -> str:
    return f"{format_number(value)} {noun}" if value == 1 else f"{format_number(value)} {noun}s"


def _last_order(_: Mapping[str, float | None], days: float | None, gap: float | None = None) -> str:
    if days is None:
        return "day of the last order not known"
    if gap is None:
        return f"last order {_count(days, 'day')} ago"
    usual = f"usually every {_count(max(1.0, round(gap)), 'day')}".replace("every 1 day", "every day")
    return f"last order {_count(days, 'day')} ago; {usual}"


def _recent_orders(_: Mapping[str, float | None], month: float | None, quarter: float | None) -> str:
    if month is None or quarter is None:
        return "orders of the last 30 and 90 days not known"
    return f"{_count(month, 'order')} in the last 30 days, {format_number(quarter)} in the last 90"


def _against(before: str, after: str, name: str, typical: Mapping[str, float | None], value: float | None) -> str:
    """Return ``before value after; typically ...``."""
    if value is None:
        return f"{before or after.strip()} not known"
    usual = typical[name]
    text = f"{before} {format_number(round(value, 1))}{after}".strip()
    return text if usual is None or usual == value else f"{text}; typically {format_number(round(usual, 1))}"


def _one_time(_: Mapping[str, float | None], value: Value) -> str:
    word = f"{value:g}" if isinstance(value, float) else str(value).casefold()
    if word in {"yes", "y", "true", "1"}:
        return "has ordered on one day only"
    return (
        "has ordered on more than one day"
        if word in {"no", "n", "false", "0"}
        else _general("one time", None, value)
    )


def _usual_gap(typical: Mapping[str, float | None], gap: float | None) -> str:
    return (
        "no usual rhythm of orders yet"
        if gap is None
        else _against(*ORDER_FEATURES["gap_mean_days"].phrase, "gap_mean_days", typical, gap)
    )


def _basket(_: Mapping[str, float | None], last: float | None, mean: float | None) -> str:
    if last is None or mean is None:
        return "basket value not known"
    return f"basket of {format_number(round(last))} last time; {format_number(round(mean))} on average"


def _share(
    what: str, name: str, typical: Mapping[str, float | None], value: float | None, last: float | None = None
) -> str:
    if value is None:
        return f"{what} not known"
    usual = typical[name]
    if not 0 <= value <= 1:
        return _general(humanize_name(name), usual, value)
    if last == 1:
        what = f"{what} with the last order, and"
    text = f"{what} in {value:.0%} of orders"
    return text if usual is None or f"{usual:.0%}" == f"{value:.0%}" else f"{text}; typically {usual:.0%}"


def _last_and_mean(what: str, usual: float | None, last: float | None, mean: float | None) -> str:
    if last is None or mean is None:
        return f"{what} not known"
    text = f"{what} {format_number(round(last, 1))} last time, {format_number(round(mean, 1))} on average"
    return text if usual is None else f"{text}; typically {format_number(round(usual, 1))}"


def _named(before: str, _: Mapping[str, float | None], value: Value) -> str:
    return f"{before} not known" if value is None else f"{before} {value}"


def _own_theme(
    feature: str, phrase: Callable[..., str]
) -> tuple[tuple[str, ...], tuple[str, ...], Callable[..., str]]:
    """Return the theme of a feature that has a phrase of its own."""
    return (feature,), (feature,), phrase


def _amount_theme(feature: str) -> tuple[tuple[str, ...], tuple[str, ...], Callable[..., str]]:
    """Return the theme of a number that has a phrase of its own, with the typical number."""
    return _own_theme(feature, partial(_against, *ORDER_FEATURES[feature].phrase, feature))


_SNAPSHOT: Sequence[tuple[tuple[str, ...], tuple[str, ...], Callable[..., str]]] = (
    (("recency_days", "recency_over_gap"), ("recency_days", "gap_mean_days"), _last_order),
    (("recency_days", "recency_over_gap"), ("recency_days",), _last_order),
    (("orders_30d", "orders_60d", "orders_90d"), ("orders_30d", "orders_90d"), _recent_orders),
    _amount_theme("orders"),
    _own_theme("one_time", _one_time),
    _amount_theme("tenure_days"),
    (("gap_mean_days", "gap_spread_days", "gap_last_days"), ("gap_mean_days",), _usual_gap),
    _amount_theme("gap_max_days"),
    (("spend_mean", "spend_last", "spend_trend"), ("spend_last", "spend_mean"), _basket),
    _amount_theme("spend_total"),
    _own_theme("weekend_share", partial(_share, ORDER_FEATURES["weekend_share"].phrase.before, "weekend_share")),
    _own_theme("usual_weekday", partial(_named, ORDER_FEATURES["usual_weekday"].phrase.before)),
    _own_theme("usual_hours", partial(_named, ORDER_FEATURES["usual_hours"].phrase.before)),
)
"""Themes of a snapshot made from an order log: columns, what the phrase needs, and its wording."""


def _summary_themes(typical: Mapping[str, float | None]) -> list[Theme]:
    """Return themes for further columns of an order log, which a snapshot summarises by suffix."""
    themes = []
    for name, usual in typical.items():
        stem, _, suffix = name.rpartition("_")
        words = humanize_name(stem)
        last = f"{stem}_last"
        pair = (name, last) if last in typical else (name,)
        if suffix == "share":
            themes.append(Theme(pair, pair, partial(_share, words, name, typical)))
        elif suffix == "mean" and last in typical:
            themes.append(Theme(pair, (last, name), partial(_last_and_mean, words, usual)))
        elif suffix == "usual":
            themes.append(Theme((name,), (name,), partial(_named, f"usual {words}:", typical)))
        elif suffix == "kinds":
            themes.append(
                Theme((name,), (name,), partial(_against, f"{words}:", " different ones", name, typical))
            )
    return themes
