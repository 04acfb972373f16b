"""Random order logs with the corners of the features: refunds, blanks, ties, no clock, order lines."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import strategies as st

HOURLY = pd.date_range("2025-05-15", "2025-07-20", freq="5h").strftime("%Y-%m-%d %H:%M").tolist()
FEW_MOMENTS = ["2025-06-01 00:00", "2025-06-01 12:00", "2025-06-08 12:00", "2025-06-30 23:59", "2025-07-01 00:00"]
DAYS = pd.date_range("2025-05-15", "2025-07-20").strftime("%Y-%m-%d 00:00").tolist()
MANY_WORDS = [f"dish {number:02}" for number in range(60)]

_AMOUNTS = st.sampled_from([-20.0, -0.1, 0.0, 0.1, 0.2, 0.3, 7.649999, 70.0, 1e6, np.nan])
_OTHERS = {
    "number": st.sampled_from([0.1, 0.7, 3.0, -2.5, 1 / 3, np.nan]),
    "Number": st.sampled_from([1.0, 2.0]),
    "word": st.sampled_from(["rice", "dal", "Zimt", "äpfel", None]),
    "same": st.sampled_from(["Pune", None]),
    "yes": st.sampled_from(["yes", "No", "NO", "y", None]),
    "few": st.sampled_from(["a", "b", "Yes"]),
    "many": st.sampled_from(MANY_WORDS),
    "free": st.text("abc", min_size=1, max_size=4),
    "blank": st.none(),
    "spend": st.sampled_from([1.0, 2.0, np.nan]),
}
_TEXT = ("word", "same", "yes", "few", "many", "free", "blank", "number_of_order")


@st.composite
def logs(draw: st.DrawFn) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Draw a log, in which somebody has ordered by 2025-06-30, and the options that name its columns."""
    moments = st.sampled_from(draw(st.sampled_from([HOURLY, FEW_MOMENTS, DAYS])))
    others = draw(st.lists(st.sampled_from(sorted(_OTHERS)), max_size=4, unique=True))
    has_lines, has_amount = draw(st.booleans()), draw(st.integers(0, 4)) > 0
    columns = {"who": st.sampled_from(["a", "B", "ä", "d"]), "at": moments}
    columns |= {"paid": _AMOUNTS} if has_amount else {}
    columns |= {"number_of_order": st.sampled_from(["1", "2", "3", None])} if has_lines else {}
    columns |= {name: _OTHERS[name] for name in others}
    names = draw(st.permutations(sorted(columns)))
    rows = draw(st.lists(st.tuples(*(columns[name] for name in names)), max_size=45))
    first = {"who": "d", "at": "2025-05-14 08:00", "paid": 1.0, "number_of_order": "0", "few": "a"}
    first |= {"Number": 1.0, "spend": 1.0, "number": 3.0}
    frame = pd.DataFrame([tuple(first.get(name) for name in names), *rows], columns=names)
    frame = frame.assign(at=pd.to_datetime(frame["at"]).astype("datetime64[us]"))
    frame = frame.astype({name: "str" for name in (*_TEXT, "who") if name in names})
    options = {"customer": "who", "time": "at", "amount": "paid" if has_amount else None}
    options |= {"order": "number_of_order"} if has_lines else {}
    return frame, options | {"without": ["same"] if draw(st.booleans()) and "same" in names else []}


LOGS = logs()


def as_frame(table: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Return the rows of the slow features with the types that features have."""
    frame = pd.DataFrame(table)
    words = [name for name in frame if name in {"one_time", "who"} or "usual" in str(name)]
    return frame.astype({name: "str" if name in words else "float64" for name in frame})
