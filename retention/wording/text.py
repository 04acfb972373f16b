"""Write cells, column names, counts and shares into a sentence that a person reads."""

import difflib
import re
from collections.abc import Iterable

_LONGEST_CELL = 40
_LONGEST_NAME, _KEPT_IN_FRONT, _KEPT_AT_END = 100, 60, 39
_DIGITS_OF_AN_ID = 9


def quote(value: object) -> str:
    """Quote a column name or a word without anything that would break the line; a very long one loses its middle.

    So two long names of which one begins like the other can still be told apart.

    >>> quote("Naive_Bayes_Classifier_Attrition_Flag_Card_Category_Contacts_1")
    "'Naive_Bayes_Classifier_Attrition_Flag_Card_Category_Contacts_1'"
    >>> quote("two" + chr(10) + "lines")
    "'two lines'"
    """
    text = _printable(str(value))
    return f"'{text[:_KEPT_IN_FRONT]}…{text[-_KEPT_AT_END:]}'" if len(text) > _LONGEST_NAME else f"'{text}'"


def quote_cell(value: object) -> str:
    """Quote a cell, cut to 40 characters; of what may be an id, a phone number or an address, show the shape only.

    >>> quote_cell("a very long free text that somebody pasted into one cell")
    "'a very long free text that somebody past…'"
    >>> quote_cell("abc"), quote_cell("98765 43210"), quote_cell("a.person@example.org")
    ("'abc'", "'99999 99999'", "'x.xxxxxx@xxxxxxx.xxx'")
    """
    text = str(value)
    if "@" in text or sum(char.isdigit() for char in text) >= _DIGITS_OF_AN_ID:
        text = "".join("9" if char.isdigit() else "x" if char.isalpha() else char for char in text)
    return quote(text) if len(text) <= _LONGEST_CELL else f"'{_printable(text[:_LONGEST_CELL])}…'"


def _printable(text: str) -> str:
    return "".join(char if char.isprintable() else " " for char in text)


def count_noun(number: int, noun: str) -> str:
    """Return the number with its noun, in the plural unless the number is 1.

    >>> count_noun(1, "row"), count_noun(7043, "row"), count_noun(2, "category"), count_noun(3, "day")
    ('1 row', '7,043 rows', '2 categories', '3 days')
    """
    if number == 1:
        return f"1 {noun}"
    plural = noun[:-1] + "ies" if noun.endswith("y") and noun[-2] not in "aeiou" else noun + "s"
    return f"{number:,} {plural}"


def join_names(names: Iterable[object], most: int = 4) -> str:
    """Return the quoted names with commas between them, at most ``most`` of them.

    >>> join_names(["a", "b", "c"], most=2)
    "'a', 'b' and 1 more"
    """
    names = list(names)
    words = ", ".join(quote(name) for name in names[:most])
    return f"{words} and {len(names) - most:,} more" if len(names) > most else words


def merge_notes(notes: Iterable[str]) -> tuple[str, ...]:
    """Return notes in order, those of one kind as one: it names the other columns that it holds for.

    >>> merge_notes([f"column '{name}': 3 of 9 cells hold no number" for name in "abc"] + ["note"])
    ("column 'a': 3 of 9 cells hold no number; likewise 2 other columns ('b', 'c')", 'note')
    """
    by_kind: dict[str, list[str]] = {}
    for note in notes:
        kind = re.sub(r"'[^']*'|[\d][\d,.]*|\b(?:cells?|rows?)\b|blank", "", note)
        by_kind.setdefault(kind if note.startswith("column '") else note, []).append(note)
    merged = []
    for first, *others in by_kind.values():
        names = [note.split("'")[1] for note in others]
        more = (
            f"; likewise {count_noun(len(names), 'other column')} ({join_names(names, most=8)})" if names else ""
        )
        merged.append(first + more)
    return tuple(merged)


def on_one_line(text: str) -> str:
    """Return foreign text on one line, without control characters and with single spaces.

    >>> on_one_line("two" + chr(10) + "  lines")
    'two lines'
    """
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def shorten(text: str, longest: int = 26) -> str:
    """Return the text cut to ``longest`` characters; the default fits beside a bar on a phone.

    >>> shorten("PaymentMethod: Electronic check and more")
    'PaymentMethod: Electronic…'
    """
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def suggest_closest(name: str, names: Iterable[str]) -> str:
    """Return `` (did you mean '...'?)`` with the name that is most like a missing one; empty if none is similar.

    >>> suggest_closest("Chrun", ["tenure", "Churn"])
    " (did you mean 'Churn'?)"
    """
    name_of = {candidate.casefold(): candidate for candidate in names}
    matches = difflib.get_close_matches(name.casefold(), list(name_of), n=1, cutoff=0.6)
    return f" (did you mean {quote(name_of[matches[0]])}?)" if matches else ""


def format_share(share: float) -> str:
    """Return a share in [0, 1] as a percentage, as 0% or 100% only where it is exactly that.

    >>> format_share(0.6123), format_share(0.0031), format_share(0.99999), format_share(0.0), format_share(1.0)
    ('61%', '0.3%', 'nearly 100%', '0%', '100%')
    """
    if 0 < share < 0.001:
        return "under 0.1%"
    if share < 0.095 and share > 0:
        return f"{share:.1%}".replace(".0%", "%")
    if 0.995 <= share < 1:
        return "nearly 100%"
    return f"{share:.0%}"
