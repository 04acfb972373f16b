"""Write cells, column names, counts and shares into a sentence that a person reads."""

import difflib
from collections.abc import Iterable

_LONGEST_QUOTE = 40
_DIGITS_OF_AN_ID = 9


def quote(value: object) -> str:
    """Quote a column name or a word, cut to 40 characters and without anything that would break the line.

    >>> quote("a very long free text that somebody pasted into one cell")
    "'a very long free text that somebody past…'"
    >>> quote("two" + chr(10) + "lines")
    "'two lines'"
    """
    text = "".join(char if char.isprintable() else " " for char in str(value)[: _LONGEST_QUOTE + 1])
    return f"'{text[:_LONGEST_QUOTE]}…'" if len(text) > _LONGEST_QUOTE else f"'{text}'"


def quote_cell(value: object) -> str:
    """Quote a cell; of what may be an id, a phone number or an address, only the shape is shown.

    >>> quote_cell("abc"), quote_cell("98765 43210"), quote_cell("a.person@example.org")
    ("'abc'", "'99999 99999'", "'x.xxxxxx@xxxxxxx.xxx'")
    """
    text = str(value)
    if "@" in text or sum(char.isdigit() for char in text) >= _DIGITS_OF_AN_ID:
        text = "".join("9" if char.isdigit() else "x" if char.isalpha() else char for char in text)
    return quote(text)


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
