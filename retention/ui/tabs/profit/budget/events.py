"""What the choice between the slider and customer by customer does, and its limits."""

from collections.abc import Callable

from retention.errors import InputError
from retention.ui.components import html as views
from retention.ui.send_choice import SLIDER
from retention.ui.session import Session
from retention.ui.shell.screen import Screen, Updates
from retention.ui.tabs.profit.budget import handlers as budget
from retention.ui.tabs.profit.budget import views as budget_views
from retention.ui.wiring import on


def wire(screen: Screen) -> None:
    """Connect the section of the Profit tab."""
    tab = screen.profit.budget

    outputs = [*tab.components, *screen.from_messages]

    def set_by(step: Callable[..., Session]) -> Callable[..., Updates]:
        def handler(session: Session, how: str, money: float | None, contacts: float | None) -> Updates:
            try:
                chosen = step(session, how, budget=money, max_contacts=contacts)
            except InputError as error:  # half-typed numbers come by here: say it in place, keep the screen
                return {tab.trouble: views.trouble(error)}
            words = budget_views.result(chosen, budget.outcome(chosen))
            return {tab.how: chosen.send_choice.how, **tab.show(words), **screen.show_from_messages(chosen)}

        return handler

    def choose(session: Session, how: str, money: float | None, contacts: float | None) -> Updates:
        gone = dict.fromkeys(tab.limits) if how == SLIDER else {}
        return {**gone, **set_by(budget.choose)(session, how, money, contacts)}

    inputs = [screen.session, *tab.inputs]
    on(tab.how.input, choose, inputs, outputs, show_progress="hidden")
    on(
        [box.input for box in tab.limits], set_by(budget.limit), inputs, outputs,
        show_progress="hidden", trigger_mode="always_last",
    )  # fmt: skip
