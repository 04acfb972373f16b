"""Pieces of a card: tables, and names that cannot break out of their cell."""

from collections.abc import Iterable, Sequence


def assemble_card(metadata: str, sections: Iterable[str]) -> str:
    """Put the metadata (YAML) and the sections together as a README of the Hub."""
    return f"---\n{metadata}\n---\n\n" + "\n\n".join(section.strip() for section in sections) + "\n"


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Lay rows out as a table; cells are put in as they are, so anything foreign goes through :func:`as_code`.

    Examples
    --------
    >>> print(table(["a", "b"], [[1, as_code("x|y")]]))
    | a | b |
    |---|---|
    | 1 | `x¦y` |
    """
    lines = [header, ["---"] * len(header), *rows]
    text = ["| " + " | ".join(str(cell) for cell in line) + " |" for line in lines]
    text[1] = "|" + "---|" * len(header)
    return "\n".join(text)


def as_code(foreign: str) -> str:
    """Quote a column's name or other text from data as code: on one line, with nothing that is markup."""
    plain = " ".join("".join(letter if letter.isprintable() else " " for letter in foreign).split())
    return f"`{plain.replace('`', 'ʹ').replace('|', '¦')[:80]}`" if plain else "(blank)"


def escape_text(foreign: str) -> str:
    """Put a sentence that may quote data into a card: on one line, with nothing that is markup.

    Examples
    --------
    >>> escape_text("<b>most churn with a|b")
    '&lt;b&gt;most churn with a¦b'
    """
    plain = " ".join("".join(letter if letter.isprintable() else " " for letter in foreign).split())
    for mark, harmless in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("|", "¦"), ("`", "ʹ"), ("[", "\\[")):
        plain = plain.replace(mark, harmless)
    return plain
