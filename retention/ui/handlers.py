"""What each button does: (session, plain inputs) -> (session, plain values). Knows no gradio."""

import secrets
import tempfile
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from retention import pipeline, send_list
from retention.churn.model import ChurnModel
from retention.customers.audit import audit
from retention.customers.export import write_csv
from retention.customers.intake import read_customers
from retention.customers.orders import looks_like_orders, read_orders, snapshot
from retention.customers.reading.files import Limits
from retention.customers.reading.tables import read_table
from retention.customers.roles import guess_roles
from retention.customers.table import Customers
from retention.errors import InputError
from retention.offers.batch import write_offers
from retention.offers.writer import Writer, unplugged, writer_from_settings
from retention.profit.curve import ProfitCurve
from retention.profit.economics import PRESETS, Economics
from retention.profit.ranking import GRID
from retention.profit.verdict import verdict
from retention.progress import Progress, silent
from retention.settings import settings
from retention.ui.session import Session

#: Rows shown of any table; the file to download has them all.
ROWS_SHOWN = 200
_SHOWN = (
    "contacted", "profit", "saved", "wasted", "lost", "loyal", "saved_amount", "wasted_amount", "lost_amount",
)  # fmt: skip


def example() -> Session:
    """Return the finished example every visitor starts on: simulated customers, trained and priced.

    Made once a process and shared; sessions are frozen, so nobody can change another's view.
    """
    with _MAKING_EXAMPLE:  # those who come while it is being made wait for it
        return _example()


_MAKING_EXAMPLE = threading.Lock()


@cache
def _example() -> Session:
    simulated = pipeline.simulate_customers()
    return train(_begin(Session(), simulated.past, simulated.today), weighted=False)


def simulate(session: Session, customers: float, seed: float) -> Session:
    """Replace the customers by a simulated market."""
    simulated = pipeline.simulate_customers(int(customers), seed=int(seed))
    return _begin(session, simulated.past, simulated.today)


@dataclass(frozen=True)
class Upload:
    """What an uploaded file seems to be, before the person confirms it.

    Attributes
    ----------
    columns
        Its columns, in file order.
    is_order_log
        Whether it looks like one row an order rather than one row a customer.
    guesses
        Role -> the column guessed for it, or None: ``id``, ``label``, ``value`` of a customer
        table, ``customer``, ``time``, ``amount`` of an order log.
    """

    columns: list[str]
    is_order_log: bool
    guesses: Mapping[str, str | None]


def look_at(path: str) -> Upload:
    """Tell what an uploaded file seems to be."""
    table = read_table(path, limits=Limits.from_settings())
    columns = [str(column) for column in table.frame.columns]
    guesses: dict[str, str | None] = {}
    with suppress(InputError):  # no column can be the id: the person is asked to say which
        roles = guess_roles(columns, table.source).roles
        guesses |= {"id": roles.id, "label": roles.label, "value": roles.value}
    is_order_log = looks_like_orders(table.frame)
    if is_order_log:
        with suppress(InputError):
            orders = read_orders(path)
            guesses |= {"customer": orders.customer, "time": orders.time, "amount": orders.amount}
    return Upload(columns, is_order_log, guesses)


def use_customers(session: Session, path: str | None, **roles: Any) -> Session:
    """Replace the customers by those in an uploaded file (one row a customer)."""
    return _begin(session, read_customers(_uploaded(path), **roles))


def use_orders(
    session: Session,
    path: str | None,
    *,
    customer: str | None,
    time: str | None,
    amount: str | None,
    cutoff: str | None,
    horizon_days: float,
) -> Session:
    """Replace the customers by the snapshots of an uploaded order log."""
    orders = read_orders(_uploaded(path), customer=customer, time=time, amount=amount)
    past = snapshot(orders, cutoff=cutoff or None, horizon_days=int(horizon_days))
    return _begin(session, past, today=snapshot(orders, horizon_days=None))


def _begin(session: Session, customers: Customers, today: Customers | None = None) -> Session:
    """Return a session that starts over with these customers; only the money inputs stay."""
    return Session(customers=customers, today=today, findings=audit(customers), economics=session.economics)


def preview(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the first rows with numbers a person can read."""
    shown = frame.head(ROWS_SHOWN).copy()
    for column in shown.select_dtypes("float"):
        shown[column] = shown[column].round(3)
    return shown


def preview_messages(messages: pd.DataFrame) -> pd.DataFrame:
    """Return the first messages with what a person wants to know of each."""
    shown = messages.head(ROWS_SHOWN)
    return pd.DataFrame(
        {
            "Customer": shown.iloc[:, 0],
            "Risk": [f"{risk:.0%}" for risk in shown["churn_probability"]],
            "Because": shown["reason_1"],
            "Message": shown["message"],
            "Written by": shown["message_source"],
        }
    )


def train(session: Session, *, weighted: bool, progress: Progress = silent) -> Session:
    """Fit a model on the session's customers, and price its thresholds."""
    if session.customers is None:
        raise InputError("no customers yet; upload a file or simulate a market in the first tab")
    model = pipeline.train(session.customers, scale_pos_weight="balanced" if weighted else None, progress=progress)
    return priced(replace(session, model=model, curve=None), session.economics)


def priced(session: Session, economics: Economics) -> Session:
    """Price the thresholds anew; messages written at other prices are dropped."""
    if session.model is None:
        return replace(session, economics=economics)
    curve = (
        send_list.profit(session.model, economics) if session.curve is None else session.curve.reprice(economics)
    )
    return replace(session, economics=economics, curve=curve, scored=None, campaign=None)


def economics(preset: str | None = None, **inputs: Any) -> Economics:
    """Return money inputs, checked; blanks fall back to the preset's."""
    given = {name: value for name, value in inputs.items() if value is not None}
    return replace(PRESETS[preset or "original"], **given)


def decision(session: Session, threshold: float) -> dict[str, Any] | None:
    """Return the cards' figures at a threshold: what ``assets/pick.js`` computes in the browser."""
    if session.curve is None:
        return None
    at_best = abs(threshold - session.curve.threshold_best) < 1e-9
    matrix = session.curve.matrix(session.curve.threshold_best if at_best else round(float(threshold), 3))
    return {
        "threshold": matrix.threshold,
        "at_best": at_best,
        **{name: getattr(matrix, name) for name in _SHOWN},
        "context": _context(session.curve),
    }


def points(session: Session) -> dict[str, Any] | None:
    """Return the curve for the browser: every slider position, then the best threshold, as columns."""
    curve = session.curve
    if curve is None:
        return None
    best = int(np.searchsorted(curve.threshold, curve.threshold_best))
    slider = np.flatnonzero(np.isin(curve.threshold, GRID))
    order = np.append(slider, best)
    columns = {name: np.round(getattr(curve, name)[order], 2).tolist() for name in _SHOWN}
    return {"points": columns, "threshold_best": curve.threshold_best, "context": _context(curve)}


def _context(curve: ProfitCurve) -> dict[str, Any]:
    return {
        "customers": curve.customers,
        "currency": curve.economics.currency,
        "profit_all": curve.matrix(0.0).profit,
        "profit_half": curve.matrix(0.5).profit,
        "profit_at_best": curve.matrix().profit,
        "verdict": verdict(curve),
    }


def score(session: Session, threshold: float) -> Session:
    """Put today's customers on the send list, from a churn probability on."""
    if session.model is None:
        raise InputError("no model yet; train one in the second tab")
    customers = session.today if session.today is not None else session.customers
    assert customers is not None  # noqa: S101 - a model has customers
    scored = send_list.score(customers, session.model, session.economics, threshold=threshold)
    return replace(session, scored=scored, campaign=None)


def importance(model: ChurnModel) -> pd.DataFrame:
    """Return which way each feature points and how much it moves the scores, the strongest first."""
    return pd.DataFrame([asdict(direction) for direction in model.directions])


def language_model_connected() -> bool:
    """Tell whether a language model is set up at all."""
    options = settings()
    return options.base_url is not None or options.hf_token is not None


def write(
    session: Session,
    threshold: float,
    *,
    tone: str = "warm",
    language: str = "en",
    plugged: bool = True,
    progress: Progress = silent,
) -> Session:
    """Write a message for everyone on the send list at this threshold.

    With ``plugged`` false the language model's server refuses every call, to show what happens then.
    """
    session = score(session, threshold)
    assert session.scored is not None  # noqa: S101 - score has just made it
    campaign = write_offers(
        session.scored.send_list,
        id=session.scored.id,
        offers=send_list.offers_at(session.economics),
        writer=_writer() if plugged else _unplugged_writer(),
        tone=tone,
        language=language,
        currency=session.economics.currency,
        progress=progress,
    )
    return replace(session, campaign=campaign)


# One writer each for the process: its breaker remembers outages across visitors. It keeps nothing of theirs.
@cache
def _writer() -> Writer | None:
    return writer_from_settings(settings())


@cache
def _unplugged_writer() -> Writer:
    return unplugged()


def export(frame: pd.DataFrame, name: str) -> str:
    """Write a CSV to download and return its path.

    The folder's name is random: gradio serves a file to anyone who knows its path.
    """
    path = Path(tempfile.mkdtemp(prefix=secrets.token_urlsafe(16))) / name
    write_csv(frame, path)
    return str(path)


def _uploaded(path: str | None) -> str:
    if not path:
        raise InputError("no file yet; choose one first")
    return path
