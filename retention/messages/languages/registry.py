"""The languages there are: one for each file of this folder."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from retention.errors import InputError
from retention.messages.languages.language import Language, read_language

_FOLDER = Path(__file__).parent
_FIRST = "en"  # English stands in where an offer has no words in a language

LANGUAGES = (_FIRST, *sorted(path.stem for path in _FOLDER.glob("*.toml") if path.stem != _FIRST))
"""The ids of the languages, English first."""

if TYPE_CHECKING:
    LanguageId = str
else:
    LanguageId = Literal[LANGUAGES]  # the choices that an endpoint lists


@cache
def language_of(id: str) -> Language:
    """Return a language.

    Raises
    ------
    InputError
        If there is none of this id, or its file is wrong.

    Examples
    --------
    >>> language_of("hi").label
    'हिन्दी'
    """
    if id not in LANGUAGES:
        raise InputError(f"language {id!r}: is not known; choose one of {', '.join(LANGUAGES)}")
    return read_language(_FOLDER / f"{id}.toml")
