"""What the steps share: the object they return beside their file, and a list written in one line."""

from typing import Any, TypeAlias

Found: TypeAlias = dict[str, Any]
"""What a step found: the JSON object that the command line prints with ``--json``."""


def listed(names: str) -> tuple[str, ...]:
    """Return the names that stand in a text with commas between them.

    Examples
    --------
    >>> listed("city, plan,")
    ('city', 'plan')
    """
    return tuple(name.strip() for name in names.split(",") if name.strip())
