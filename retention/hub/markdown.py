"""Markdown for the cards: tables, and text from data that is made safe to put into them."""

from collections.abc import Iterable, Sequence

from retention.wording.text import on_one_line


def assemble_card(metadata: str, sections: Iterable[str]) -> str:
    """Put the metadata (YAML) and the sections together as a README of the Hub."""
    return f"---\n{metadata}\n---\n\n" + "\n\n".join(section.strip() for section in sections) + "\n"


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Lay rows out as a table; cells are inserted as they are, so text from data must go through :func:`as_code`.

    Examples
    --------
    >>> print(table(["a", "b"], [[1, as_code("x|y")]]))
    | a | b |
    |---|---|
    | 1 | `x¦y` |
    """
    lines = [header, ["---"] * len(header), *rows]
    written = ["| " + " | ".join(str(cell) for cell in line) + " |" for line in lines]
    written[1] = "|" + "---|" * len(header)
    return "\n".join(written)


def as_code(text: str) -> str:
    """Quote a column's name or other text from data as code, on one line and without markup."""
    plain = on_one_line(text)
    return f"`{plain.replace('`', 'ʹ').replace('|', '¦')[:80]}`" if plain else "(blank)"


def escape_text(text: str) -> str:
    """Escape a sentence that may quote data, so that it stays on one line and holds no markup.

    Examples
    --------
    >>> escape_text("<b>most churn with a|b")
    '&lt;b&gt;most churn with a¦b'
    """
    plain = on_one_line(text)
    for mark, harmless in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("|", "¦"), ("`", "ʹ"), ("[", "\\[")):
        plain = plain.replace(mark, harmless)
    return plain
