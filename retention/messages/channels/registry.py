"""The channels there are. To add one, write its declaration file and register it at the end of this module."""

from pathlib import Path

from retention.errors import InputError
from retention.messages.channels.channel import Channel, read_channel

_FOLDER = Path(__file__).parent
_CHANNELS: dict[str, Channel] = {}


def register(path: Path) -> Channel:
    """Make the channel declared in a file known by its id, and return it.

    Raises
    ------
    InputError
        If the declaration is wrong, or another channel has its id.
    """
    channel = read_channel(path)
    if channel.id in _CHANNELS:
        raise InputError(f"{path.name}: a channel {channel.id!r} is registered already; give it another id")
    _CHANNELS[channel.id] = channel
    return channel


def channel_of(id: str) -> Channel:
    """Return a registered channel.

    Raises
    ------
    InputError
        If there is none of this id.

    Examples
    --------
    >>> channel_of("text_message").max_characters
    160
    """
    if id not in _CHANNELS:
        raise InputError(f"channel {id!r}: is not registered; choose one of {', '.join(_CHANNELS)}")
    return _CHANNELS[id]


DEFAULT_CHANNEL = register(_FOLDER / "text_message.toml")
