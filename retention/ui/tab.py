"""The interface of a tab: its declaration, and which of its components each change updates."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Generic, Protocol, TypeAlias, TypeVar

from retention.ui.session import Session

Component: TypeAlias = Any  # a gradio block; gradio comes without types
Updates: TypeAlias = dict[Component, Any]


class Change(Enum):
    """What changed in a session. The page then shows anew whatever follows from it: see :attr:`affects`."""

    OPENED = "the page was opened"
    CATALOGUE = "the offers, whose first one sets the money inputs"
    CUSTOMERS = "the customers"
    MODEL = "the model"
    PRICES = "the money inputs"
    CAMPAIGN = "the campaign that is drawn"
    READING = "what was measured"
    MESSAGES = "the messages"
    STATUS = "how far the session is"
    CONNECTION = "the connection to the language model"

    @property
    def affects(self) -> tuple["Change", ...]:
        """The change and those that follow from it, in the order in which they are shown."""
        if self is Change.OPENED:
            return Change.OPENED, Change.CATALOGUE, *Change.CUSTOMERS.affects
        if self is Change.CATALOGUE:
            return Change.CATALOGUE, *Change.PRICES.affects
        if self is Change.CAMPAIGN:
            return Change.CAMPAIGN, Change.READING, *Change.MESSAGES.affects
        if self is Change.READING:
            return Change.READING, *Change.STATUS.affects
        chain = _CHAIN[_CHAIN.index(self) :]
        # What was drawn stays drawn, and what was measured stays measured, at any model and at any price.
        return chain if self is not Change.CUSTOMERS else (*chain, Change.CAMPAIGN, Change.READING)


_CHAIN = (
    Change.CUSTOMERS, Change.MODEL, Change.PRICES, Change.MESSAGES, Change.STATUS, Change.CONNECTION,
)  # fmt: skip


@dataclass(frozen=True)
class View:
    """How a change is to be shown.

    Attributes
    ----------
    threshold
        Where the slider stands; None for the deployed threshold.
    unwritten
        Whether the screen shows no messages, so that nothing has to be cleared: prices change often.
    """

    threshold: float | None = None
    unwritten: bool = False


@dataclass(frozen=True)
class Refresh:
    """The components that follow from a change, and what they show for a session."""

    components: Sequence[Component]
    updates: Callable[[Session, View], Updates]


class Layout:
    """The components of a tab. Each tab's own class lists them and says what follows from which change."""

    @property
    def refreshes(self) -> Mapping[Change, Refresh]:
        """What this tab shows anew after each change; what it leaves out stays as it is."""
        return {}

    @property
    def parameters(self) -> Mapping[str, Component]:
        """The inputs that a link to the page carries, by their names in it; other tabs may read them."""
        return {}


class Page(Protocol):
    """The part of the page that a tab's events may use."""

    @property
    def blocks(self) -> Any:
        """The app itself, for events that belong to no component."""

    @property
    def session(self) -> Component:
        """The state that holds the visitor's session."""

    @property
    def parameters(self) -> Mapping[str, Component]:
        """The parameters of all tabs."""

    @property
    def headings(self) -> Mapping[str, Component]:
        """Each tab's heading by its id; the event ``select`` says that the tab is shown."""

    def components(self, change: Change) -> list[Component]:
        """Return every component on the page that follows from a change."""

    def updates(
        self, change: Change, session: Session, *, threshold: float | None = None, unwritten: bool = False
    ) -> Updates:
        """Return the updates that bring these components in line with a session; see :class:`View`."""


L = TypeVar("L", bound=Layout)


def _no_sentences(_session: Session) -> Sequence[str]:
    return ()


def _nothing(_session: Session) -> None:
    pass


@dataclass(frozen=True)
class Tab(Generic[L]):
    """A tab, as it declares itself. ``retention/ui/tabs/__init__.py`` registers it.

    Attributes
    ----------
    id
        Its name in links.
    label
        Its name on screen.
    waiting
        The text below the label while the tab has no result.
    next_move
        What to do when this tab is the first with nothing to show: a verb and its object.
    state
        Its result in a few words; None while it has none.
    build
        Lays its components out.
    wire
        Connects its events.
    summary
        Phrases about it for the header.
    close
        Removes what the tab keeps outside of the session when the visit ends.
    """

    id: str
    label: str
    waiting: str
    next_move: str
    state: Callable[[Session], str | None]
    build: Callable[[], L]
    wire: Callable[[Page, L], None]
    summary: Callable[[Session], Sequence[str]] = _no_sentences
    close: Callable[[Session], None] = _nothing
