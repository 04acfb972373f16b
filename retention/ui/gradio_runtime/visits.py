"""How long gradio remembers a visit: for an hour after its page was closed, and for as long as it is used.

Gradio itself counts the hour from the last change, takes a page whose connection broke once for closed ever after,
and keeps the shell of every visit until there are so many that it drops the one that was idle longest.

Written for gradio 6.31. ``tests/ui/gradio_runtime/test_visits.py`` fails once gradio does all that itself.
"""

import asyncio
import datetime as dt
from functools import cached_property
from typing import TYPE_CHECKING

from gradio.components import State
from gradio.state_holder import SessionState, StateHolder

if TYPE_CHECKING:
    import gradio as gr


class Visit(SessionState):  # type: ignore[misc]  # gradio comes without types
    """What gradio keeps of one page; the time until it is forgotten starts anew when the page closes."""

    _closed = False
    _state_ttl: dict[int, tuple[float, dt.datetime]]

    @cached_property
    def change_lock(self) -> asyncio.Lock:
        """Held by an event that changes the visit: of two changes at once, one would be lost."""
        return asyncio.Lock()

    @property
    def is_closed(self) -> bool:
        """Whether the page's connection has ended and no event came from the page since."""
        return self._closed

    @is_closed.setter
    def is_closed(self, closed: bool) -> None:
        if closed and not self._closed:
            now = dt.datetime.now()  # without a time zone, as gradio's, which it is compared with
            self._state_ttl = {state: (ttl_s, now) for state, (ttl_s, _) in self._state_ttl.items()}
        self._closed = closed

    def __setitem__(self, key: int, value: object) -> None:
        """Keep a state's value, or a component as it is now.

        Gradio also describes the component, for links to a whole state, which this page does not have. With some
        fifty components that follow a price, that was most of the time that a change of it took.
        """
        block = self.blocks_config.blocks.get(key)
        if isinstance(block, State):
            self._state_ttl[key] = (block.time_to_live, dt.datetime.now())
            self.state_data[key] = value
        else:
            self.blocks_config.blocks[key] = value

    def _update_config(self, key: int) -> None:
        pass

    def _update_value_in_config(self, key: int, value: object) -> None:
        pass


class Visits(StateHolder):  # type: ignore[misc]
    """All visits; those that are forgotten make room."""

    def __getitem__(self, name: str) -> Visit:
        """Return a visit, a new one where the name is not known."""
        if name not in self.session_data:
            self.session_data[name] = Visit(self.blocks)
        visit: Visit = super().__getitem__(name)
        return visit

    def update(self, name: str) -> None:
        """Note that a visit is used; where there are too many, forget the one that was idle longest."""
        if len(self.session_data) > self.capacity:
            self.delete_state(next(iter(self.session_data)))
        super().update(name)

    def delete_all_expired_state(self) -> None:
        """Forget what has expired, and drop the visits of which nothing is kept."""
        super().delete_all_expired_state()
        for name, visit in list(self.session_data.items()):
            if visit.is_closed and not visit.state_data.keys() & visit._state_ttl.keys():
                del self.session_data[name]
                self.time_last_used.pop(name, None)


def install_visits(page: "gr.Blocks") -> Visits:
    """Let a launched page keep its visits this way."""
    visits = Visits()
    visits.set_blocks(page)
    page.app.state_holder = visits
    return visits
