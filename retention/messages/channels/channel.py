"""What a channel demands of a message, read from the channel's declaration file."""

import tomllib
from dataclasses import dataclass, fields
from pathlib import Path

from retention.errors import InputError

SHORTEST_LIMIT = 80
"""Fewest characters a channel may allow: the longest offer (70) and a greeting fit into these."""


@dataclass(frozen=True, slots=True)
class Channel:
    """A way to send a message, and the limits that the templates, the guard and the prompt keep for it.

    Attributes
    ----------
    id
        The channel's name in calls.
    label
        Its name for a person.
    max_characters
        Most characters of a message, slots filled.
    max_template_characters, min_template_characters
        Most and fewest characters of a template besides its slots.
    prompt_word_limit
        The number of words a language model is asked for at most, written out, e.g. ``"fifteen"``.

    Raises
    ------
    InputError
        If the limits contradict each other, or leave no room for an offer.
    """

    id: str
    label: str
    max_characters: int
    max_template_characters: int
    min_template_characters: int
    prompt_word_limit: str

    def __post_init__(self) -> None:
        if self.max_characters < SHORTEST_LIMIT:
            raise InputError(
                f"channel {self.id!r}: max_characters is {self.max_characters}, must be {SHORTEST_LIMIT} or more; "
                "otherwise the longest offer does not fit"
            )
        if not 0 < self.min_template_characters <= self.max_template_characters <= self.max_characters:
            raise InputError(
                f"channel {self.id!r}: needs 0 < min_template_characters <= max_template_characters <= "
                "max_characters; correct the limits"
            )


def read_channel(path: Path) -> Channel:
    """Read a channel's declaration.

    Parameters
    ----------
    path
        A TOML file that holds every attribute of :class:`Channel` under its name, and nothing else.

    Raises
    ------
    InputError
        If a key is missing, unknown or of the wrong type, or a limit is wrong.
    """
    declared = tomllib.loads(path.read_text(encoding="utf-8"))
    expected = {field.name: field.type for field in fields(Channel)}
    if declared.keys() != expected.keys():
        differing = ", ".join(sorted(declared.keys() ^ expected.keys()))
        raise InputError(f"{path.name}: must hold the keys {', '.join(expected)}; missing or unknown: {differing}")
    for key, kind in expected.items():
        if type(declared[key]) is not kind:
            raise InputError(f"{path.name}: {key} must be {'a number' if kind is int else 'text'}; correct it")
    return Channel(**declared)
