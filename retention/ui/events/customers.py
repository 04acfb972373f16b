"""What the Customers tab does."""

import gradio as gr

from retention.ui.events.wiring import on
from retention.ui.handlers import customers
from retention.ui.screen import Screen, Updates
from retention.ui.session import Session
from retention.ui.tabs.customers import ROW_A_CUSTOMER, ROW_AN_ORDER


def wire(screen: Screen) -> None:
    """Connect the Customers tab."""
    tab = screen.customers
    boxes = {
        "id": tab.id, "label": tab.label, "value": tab.value, "exclude": tab.exclude,
        "customer": tab.customer, "time": tab.time, "amount": tab.amount,
    }  # fmt: skip

    def ask(kind: str | None) -> Updates:
        return {
            tab.roles: gr.Group(visible=kind == ROW_A_CUSTOMER),
            tab.order_roles: gr.Group(visible=kind == ROW_AN_ORDER),
        }

    def look(path: str | None) -> Updates:
        if path is None:
            return {tab.kind: gr.Radio(value=None, visible=False), **ask(None)}
        upload = customers.look_at(path)
        kind = ROW_AN_ORDER if upload.is_order_log else ROW_A_CUSTOMER
        return {
            tab.kind: gr.Radio(value=kind, visible=True),
            **ask(kind),
            **{
                box: gr.update(choices=upload.columns, value=upload.guesses.get(role))
                for role, box in boxes.items()
            },
        }

    def use_customers(
        session: Session, path: str, id: str, label: str, positive: str, value: str, exclude: list[str]
    ) -> Updates:
        used = customers.use_customers(
            session, path, id=id, label=label, positive=positive or None, value=value, exclude=tuple(exclude or ())
        )
        return screen.show_everything(used)

    def use_orders(
        session: Session, path: str, customer: str, time: str, amount: str, cutoff: str, horizon_days: float
    ) -> Updates:
        used = customers.use_orders(
            session, path, customer=customer, time=time, amount=amount, cutoff=cutoff, horizon_days=horizon_days
        )
        return screen.show_everything(used)

    def simulate(session: Session, count: float, seed: float) -> Updates:
        return screen.show_everything(customers.simulate(session, count, seed))

    on(tab.file.change, look, [tab.file], [tab.kind, tab.roles, tab.order_roles, *boxes.values()])
    on(tab.kind.input, ask, [tab.kind], [tab.roles, tab.order_roles], show_progress="hidden")
    on(
        tab.use_customers.click, use_customers,
        [screen.session, tab.file, tab.id, tab.label, tab.positive, tab.value, tab.exclude], screen.everything,
        show_progress_on=[tab.summary],
    )  # fmt: skip
    on(
        tab.use_orders.click, use_orders,
        [screen.session, tab.file, tab.customer, tab.time, tab.amount, tab.cutoff, tab.horizon_days],
        screen.everything, show_progress_on=[tab.summary],
    )  # fmt: skip
    on(
        tab.simulate.click, simulate, [screen.session, tab.simulated, tab.seed], screen.everything,
        show_progress_on=[tab.summary],
    )  # fmt: skip
