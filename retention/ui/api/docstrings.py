"""Parses NumPy-style docstrings, so that one docstring serves readers, the API's pages and agents."""

import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

_HEADING = re.compile(r"^([A-Z][A-Za-z ]+)\n-{3,}\n", re.MULTILINE)
_ITEM = re.compile(r"^(\w+(?:, \w+)*)(?: : .*)?$")


@dataclass(frozen=True)
class ParsedDocstring:
    """The parts of a docstring, each as one line of plain text.

    Attributes
    ----------
    description
        The summary and what follows it.
    parameters, returns
        The description of each, by name.
    """

    description: str
    parameters: Mapping[str, str]
    returns: Mapping[str, str]

    def for_agents(self) -> str:
        """Return the docstring in the layout that gradio reads for the tools it offers to agents."""
        parts = [self.description]
        for heading, items in (("Args", self.parameters), ("Returns", self.returns)):
            parts += ["", f"{heading}:", *(f"    {name}: {words}" for name, words in items.items())]
        return "\n".join(parts)


def parse_docstring(function: Callable[..., Any], *, also: type | None = None) -> ParsedDocstring:
    """Parse a function's docstring.

    Parameters
    ----------
    function
        Its docstring is in NumPy style.
    also
        A class whose attributes of the same name describe the parameters that the function leaves to it.

    Examples
    --------
    >>> parse_docstring(parse_docstring).parameters["function"]
    'Its docstring is in NumPy style.'
    """
    description, sections = _split_sections(function)
    described = _items(sections.get("Parameters", ""))
    elsewhere = {} if also is None else _items(_split_sections(also)[1].get("Attributes", ""))
    names = [name for name in inspect.signature(function).parameters if name in described or name in elsewhere]
    return ParsedDocstring(
        _plain(description),
        {name: described.get(name) or elsewhere[name] for name in names},
        _items(sections.get("Returns", "")),
    )


def _split_sections(subject: Any) -> tuple[str, dict[str, str]]:
    """Return the text above the sections, and each section by its heading."""
    description, *sections = _HEADING.split(inspect.getdoc(subject) or "")
    return description, dict(zip(sections[::2], sections[1::2], strict=True))


def _items(section: str) -> dict[str, str]:
    """Return each name with the indented lines under it."""
    items: dict[str, str] = {}
    names: list[str] = []
    for line in section.splitlines():
        if item := _ITEM.match(line):
            names = item[1].split(", ")
            items |= dict.fromkeys(names, "")
        elif line.strip():
            items |= {name: f"{items[name]} {line.strip()}".strip() for name in names}
    return {name: _plain(description) for name, description in items.items()}


def _plain(text: str) -> str:
    return " ".join(text.replace("``", "").split())
