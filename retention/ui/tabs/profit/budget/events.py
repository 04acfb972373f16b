"""Wire the choice of how customers are selected, and its limits."""

from collections.abc import Callable

from retention.errors import InputError
from retention.ui.components.html import problem
from retention.ui.send_choice import SLIDER
from retention.ui.session import Session
from retention.ui.tab import Change, Page, Updates
from retention.ui.tabs.profit.budget import handlers as budget
from retention.ui.tabs.profit.budget import views as budget_views
from retention.ui.tabs.profit.budget.layout import BudgetSection
from retention.ui.wiring import on


def wire(page: Page, section: BudgetSection) -> None:
    """Connect the section."""
    outputs = [*section.components, *page.components(Change.MESSAGES)]

    def set_by(step: Callable[..., Session]) -> Callable[..., Updates]:
        def handler(session: Session, how: str, amount: float | None, contacts: float | None) -> Updates:
            try:
                chosen = step(session, how, budget=amount, max_contacts=contacts)
            except InputError as error:  # a half-typed number: say so beside it and keep the screen
                return {section.problem: problem(error)}
            return {
                section.how: chosen.send_choice.how,
                **section.show(budget_views.result(chosen, budget.outcome(chosen))),
                **page.updates(Change.MESSAGES, chosen),
            }

        return handler

    def choose(session: Session, how: str, amount: float | None, contacts: float | None) -> Updates:
        cleared = dict.fromkeys(section.limits) if how == SLIDER else {}
        return {**cleared, **set_by(budget.choose)(session, how, amount, contacts)}

    inputs = [page.session, *section.inputs]
    on(section.how.input, choose, inputs, outputs, show_progress="hidden")
    on(
        [box.input for box in section.limits], set_by(budget.limit), inputs, outputs,
        show_progress="hidden", trigger_mode="always_last",
    )  # fmt: skip
