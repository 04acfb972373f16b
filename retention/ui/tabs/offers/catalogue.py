"""The offer catalogue: the handlers that show, edit, save and open it."""

from dataclasses import replace
from pathlib import Path

import pandas as pd

from retention.errors import InputError
from retention.messages.languages.registry import LANGUAGES, language_of
from retention.profit.catalogue import Catalogue, load_catalogue
from retention.profit.catalogue_table import as_table, catalogue_from_table, find_mistakes
from retention.ui.components import download
from retention.ui.session import Session

LANGUAGE_NAMES = {id: language_of(id).label for id in LANGUAGES}
"""What each language is called, by its id."""


def table(session: Session) -> pd.DataFrame:
    """Return the catalogue as a table for the screen."""
    return as_table(session.catalogue, session.economics, LANGUAGE_NAMES)


def mistakes_in(session: Session, edited: pd.DataFrame) -> tuple[str, ...]:
    """Return a sentence for everything that is wrong with an edited table."""
    return find_mistakes(edited, currency=session.economics.currency, languages=LANGUAGE_NAMES)


def use(session: Session, edited: pd.DataFrame) -> Session:
    """Use an edited table as the catalogue; its first offer sets the money inputs.

    Raises
    ------
    InputError
        With the first of :func:`mistakes_in`.
    """
    currency = session.economics.currency
    return _with_catalogue(session, catalogue_from_table(edited, currency=currency, languages=LANGUAGE_NAMES))


def open_file(session: Session, path: str | None) -> Session:
    """Use the catalogue in a file.

    Raises
    ------
    InputError
        If no file is chosen, or it holds no valid catalogue.
    """
    if not path:
        raise InputError("no file yet; choose a catalogue (TOML)")
    return _with_catalogue(session, load_catalogue(Path(path)))


def save(session: Session) -> download.Download:
    """Return the catalogue at the current money inputs, as a file that the command line reads, too."""
    return download.text(session.catalogue.as_toml(session.economics), "catalogue.toml")


def _with_catalogue(session: Session, catalogue: Catalogue) -> Session:
    return replace(session, catalogue=catalogue).priced(catalogue.economics(session.economics))
