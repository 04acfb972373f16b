"""Score files of customers of any length, some rows at a time, and write their send list."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from retention.churn.drift import Drift, DriftCounter
from retention.churn.model import ChurnModel
from retention.churn.schema import encode
from retention.customers.roles import ColumnKinds
from retention.customers.stream import ROWS_AT_ONCE, CustomerStream, open_customers
from retention.profit.effects import Effects, concatenated
from retention.profit.evidence import ASSUMED
from retention.progress import Progress, silent
from retention.tabular.file_sets import files_of
from retention.tabular.files import Limits
from retention.targeting.message_columns import message_column_kinds
from retention.targeting.scoring import decide, effect_features
from retention.targeting.send_decision import SendDecision
from retention.targeting.send_list import send_list_rows
from retention.targeting.send_list_files import a_file_each, one_file
from retention.targeting.send_policy import SendPolicy
from retention.targeting.summary import Summary, spending_of

_CHECKED, _DECIDED = 0.05, 0.15  # shares of the work done by then


def score_file(
    source: str | Path,
    out: Path,
    model: ChurnModel,
    policy: SendPolicy,
    *,
    id: str | None = None,
    label: str | None = None,
    value: str | None = None,
    exclude: Sequence[str] = (),
    limits: Limits | None = None,
    rows_at_once: int = ROWS_AT_ONCE,
    progress: Progress = silent,
) -> Summary:
    """Write the send list of a file of customers, or of several, in memory that does not grow with their number.

    The file is checked to the end before anything is scored, and its columns wait in a temporary file meanwhile.
    The result is, byte for byte, what :func:`retention.targeting.score` gives for the whole table with
    :func:`scoring_kinds` of the model, written as CSV. A limit on the whole list (``top``, ``budget``,
    ``max_contacts``) reads the customers twice, because all must be scored before the decision, and takes some
    50 bytes per customer and offer. Measured rates read them once more, because severe drift of all customers sets
    them aside.

    Parameters
    ----------
    source
        CSV or Parquet, one row per customer; a label column is ignored. Or a folder of such files, or a pattern
        such as ``customers/*.parquet``; then limits on the list hold for all of them together.
    out
        The file to write: Parquet where its name ends in ``.parquet``, else CSV. For several files a folder, with
        a file for each. It appears whole at the end; an older one stays until then.
    model, policy
        As for :func:`retention.targeting.score`.
    id, label, value, exclude, limits
        As for :func:`retention.customers.intake.read_customers`.
    rows_at_once
        How many customers are in memory at a time.
    progress
        Called after each part of the file; may raise Cancelled, and then nothing is written.

    Raises
    ------
    InputError
        If the file cannot be used; the sentence names the row.
    ModelError
        If the customers lack a column that the model needs.
    """
    files = files_of(Path(source))
    stream = open_customers(
        files or [source],
        kinds=scoring_kinds(model),
        id=id,
        label=label,
        value=value,
        exclude=exclude,
        limits=limits,
        rows_at_once=rows_at_once,
        progress=lambda share, words: progress(_CHECKED * share, words),
    )
    if policy.rates is not None:
        policy = policy.after(_drift(stream, model, progress))
    policy = policy.settle(model, has_values=stream.roles.value is not None)
    decision_of_all = None if policy.customer_by_customer else _decide(stream, model, policy, progress)
    tally = DriftCounter(model)
    contacted, earned, spent, probability_sum = 0, 0.0, 0.0, 0.0
    evidence: tuple[str, ...] = (ASSUMED,)
    to_write = one_file(out) if files is None else a_file_each(files, stream.customers_by_file, out)
    with to_write as write:
        for customers in stream:
            start = tally.customers
            matrix = encode(model.columns, customers)
            calibrated = model.score(matrix)
            probability = model.probability(calibrated)
            tally.add(customers, matrix, calibrated)
            if decision_of_all is None:
                decision = decide(customers, model, policy, probability)
            else:
                decision = decision_of_all.part(start, tally.customers)
            probability_sum += float(probability.sum())
            contacted += int(decision.send.sum())
            earned += float(np.round(decision.expected_profit[decision.send], 2).sum())
            spent += float(decision.spend.sum())
            evidence = max(evidence, decision.evidence, key=len)
            write(send_list_rows(customers, model, policy, decision, matrix=matrix, probability=probability))
            done = _DECIDED + (1 - _DECIDED) * tally.customers / len(stream)
            progress(done, f"Scored {tally.customers:,} of {len(stream):,} customers")
    return Summary(
        customers=len(stream),
        contacted=contacted,
        mean_probability=probability_sum / max(1, len(stream)),
        drift=tally.drift(),
        threshold=policy.send_from,
        expected_profit=round(earned, 2),
        spending=spending_of(policy, decision, spent, evidence),
        currency=policy.economics.currency,
        warnings=stream.notes if policy.caution is None else (*stream.notes, policy.caution),
        evidence=evidence,
        policy=policy,
        roles=stream.roles,
    )


def scoring_kinds(model: ChurnModel) -> ColumnKinds:
    """Return how to read the columns of customers to score: those of the model, and those a message may use."""
    learned = {column.name: column.kind for column in model.columns}
    return lambda columns: {**message_column_kinds(columns), **learned}


def _decide(stream: CustomerStream, model: ChurnModel, policy: SendPolicy, progress: Progress) -> SendDecision:
    """Score all customers without their reasons, and decide about all of them together."""
    probability = np.empty(len(stream))
    value: NDArray[np.float64] | None = None if stream.roles.value is None else np.empty(len(stream))
    learned: list[Effects] = []
    done = 0
    for customers in stream:
        rows = slice(done, done + len(customers))
        probability[rows] = model.predict(customers)
        if policy.effect_model is not None:
            features = effect_features(customers, model)
            learned.append(policy.effect_model.effects(probability[rows], features, policy.candidates))
        if value is not None and customers.value is not None:
            value[rows] = customers.value
        done = rows.stop
        share = _CHECKED + (_DECIDED - _CHECKED) * done / len(stream)
        progress(share, f"Looking at {done:,} of {len(stream):,} customers")
    return policy.decide(probability, value, concatenated(learned) if learned else None)


def _drift(stream: CustomerStream, model: ChurnModel, progress: Progress) -> Drift:
    """Return the drift of all customers."""
    tally = DriftCounter(model)
    for customers in stream:
        matrix = encode(model.columns, customers)
        tally.add(customers, matrix, model.score(matrix))
        progress(_CHECKED, f"Looking for drift in {tally.customers:,} of {len(stream):,} customers")
    return tally.drift()
