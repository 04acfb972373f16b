"""The tables of several cutoffs as one."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from retention.customers.table import CUTOFF
from retention.errors import InputError


def stacked(tables: Sequence[pd.DataFrame], cutoffs: Sequence[str]) -> pd.DataFrame:
    """Put the tables of several cutoffs under one another, with a column that says which row is from when.

    The newest table decides about the columns: one that the log could not fill yet is blank before, and one
    that it no longer gives is left out.

    Parameters
    ----------
    tables
        One a cutoff, the id column first; the newest last.
    cutoffs
        ISO dates, as many.

    Raises
    ------
    InputError
        If a column is called as the new one is.
    """
    newest = tables[-1]
    if CUTOFF in newest.columns:
        raise InputError(f"column '{CUTOFF}' is taken: it says when a row was taken; rename yours")
    aligned = [table.reindex(columns=newest.columns).astype(newest.dtypes.to_dict()) for table in tables]
    frame = pd.concat(aligned, ignore_index=True)
    rows = [len(table) for table in tables]
    frame.insert(1, CUTOFF, pd.Series(np.repeat(np.array(cutoffs, dtype=object), rows), dtype="str"))
    return frame
