"""Reads customer profiles, one row a customer, and joins them to a snapshot."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from retention.customers.intake import Limits, table_from_frame
from retention.customers.key_columns import check_ids
from retention.customers.left_out_rows import normal_rows
from retention.customers.roles import guess_roles, require_column
from retention.errors import InputError
from retention.orders.excluded_columns import excluded_columns, exclusion_notes
from retention.wording.text import count_noun, join_names


@dataclass(frozen=True)
class Profiles:
    """One row a customer, known at the cutoff.

    Attributes
    ----------
    frame
        Typed columns, indexed by id; the id column itself is not among them.
    name
        The column with the customer's name; None without one.
    notes
        Sentences about what was left out.
    """

    frame: pd.DataFrame
    name: str | None
    notes: tuple[str, ...]

    def join(self, table: pd.DataFrame, *, id: str) -> tuple[pd.DataFrame, tuple[str, ...]]:
        """Return the table with the profiles' columns after its id column, and a note about missing profiles.

        Raises
        ------
        InputError
            If the table has a column of the same name.
        """
        clash = [column for column in self.frame.columns if column in table.columns]
        if clash:
            raise InputError(f"profile: {join_names(clash)} is also the name of a feature; rename it")
        unmatched = int((~table[id].isin(self.frame.index)).sum())
        joined = self.frame.reindex(table[id]).reset_index(drop=True)
        table = pd.concat([table[[id]], joined, table.drop(columns=id)], axis=1)
        return table, (f"{count_noun(unmatched, 'customer')} without a profile",) if unmatched else ()


def read_profiles(frame: pd.DataFrame, *, id: str) -> Profiles:
    """Read profiles from a frame: type its columns, and leave out personal data, labels and dates.

    Raises
    ------
    InputError
        If the id column is missing, blank, or holds an id twice.
    """

    def text_columns(columns: Sequence[str]) -> list[str]:
        name = _name(columns, id)
        return [id, name] if name else [id]

    require_column(id, "profile", [str(column) for column in frame.columns], flag="the orders' id column")
    table = table_from_frame(frame, source="profile", limits=Limits.from_settings(), text_columns=text_columns)
    table = normal_rows(table, id)
    check_ids(table, id)
    name = _name(list(table.frame.columns), id)
    excluded = excluded_columns(table.frame, id=id, used=(name,))
    frame = table.frame.drop(columns=list(excluded)).set_index(id)
    return Profiles(frame, name, (*table.notes, *exclusion_notes(excluded, "profile")))


def _name(columns: Sequence[str], id: str) -> str | None:
    return guess_roles(columns, "profile", id=id).roles.name
