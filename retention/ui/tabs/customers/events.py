"""The events of the Customers tab."""

from typing import Any

import gradio as gr

from retention.orders.defaults import Defaults
from retention.ui.job_results import JobResult, with_customers
from retention.ui.session import Session
from retention.ui.tab import Change, Page, Updates
from retention.ui.tabs.customers import from_hub
from retention.ui.tabs.customers import handlers as customers
from retention.ui.tabs.customers.layout import NO_ORDER, ROW_PER_CUSTOMER, ROW_PER_ORDER, SILENT, CustomersLayout
from retention.ui.tabs.customers.sources import events as sources_events
from retention.ui.wiring import on, take_result


def wire(page: Page, tab: CustomersLayout) -> None:
    """Connect the Customers tab."""
    _wire_questions(tab)
    boxes = {
        "customer": tab.customer, "time": tab.time, "amount": tab.amount, "cutoff": tab.cutoff,
        "horizon_days": tab.horizon_days, "active_days": tab.active_days, "periods": tab.periods,
    }  # fmt: skip

    def use_customers(
        session: Session, path: str, id: str, label: str, positive: str, value: str, exclude: list[str]
    ) -> Updates:
        used = customers.use_customers(
            session, path, id=id, label=label, positive=positive or None, value=value, exclude=tuple(exclude or ())
        )
        return {tab.loaded: JobResult(session, used)}

    def use_orders(session: Session, path: str, means: str, quiet_gaps: float | None, *values: Any) -> Updates:
        gaps = customers.checked_quiet_gaps(means == SILENT, quiet_gaps)
        used = customers.use_orders(session, path, quiet_gaps=gaps, **dict(zip(boxes, values, strict=True)))
        return {tab.loaded: JobResult(session, used)}

    def simulate(session: Session, count: float | None, seed: float | None) -> Updates:
        return {tab.loaded: JobResult(session, customers.simulate(session, count, seed))}

    on(
        tab.use_customers.click, use_customers,
        [page.session, tab.file, tab.id, tab.label, tab.positive, tab.value, tab.exclude], [tab.loaded],
        show_progress_on=[tab.summary],
    )  # fmt: skip
    on(
        tab.use_orders.click, use_orders,
        [page.session, tab.file, tab.churn_definition, tab.quiet_gaps, *boxes.values()], [tab.loaded],
        show_progress_on=[tab.summary],
    )  # fmt: skip
    on(
        tab.simulate.click, simulate, [page.session, tab.simulated, tab.seed], [tab.loaded],
        show_progress_on=[tab.summary],
    )  # fmt: skip
    take_result(page, tab.loaded, with_customers, Change.CUSTOMERS)
    if tab.sources is not None:
        sources_events.wire(page, tab.sources, tab.summary)
    tab.from_hub.wire(page, from_hub.use_customers, with_customers, Change.CUSTOMERS, tab.summary)


def _wire_questions(tab: CustomersLayout) -> None:
    """Show the questions that fit the uploaded file, each with a suitable default."""
    boxes = {
        "id": tab.id, "label": tab.label, "value": tab.value, "exclude": tab.exclude,
        "customer": tab.customer, "time": tab.time, "amount": tab.amount,
    }  # fmt: skip
    settings = [
        tab.cutoff, tab.horizon_days, tab.active_days, tab.periods, tab.churn_definition, tab.quiet_gaps,
        tab.defaults,
    ]  # fmt: skip

    def show_upload(path: str | None) -> Updates:
        if path is None:
            return {tab.kind: gr.Radio(value=None, visible=False), **_show_questions(tab, None)}
        upload = customers.inspect_upload(path)
        kind = ROW_PER_ORDER if upload.is_order_log else ROW_PER_CUSTOMER
        return {
            tab.kind: gr.Radio(value=kind, visible=True),
            **_show_questions(tab, kind),
            **{
                box: gr.update(choices=upload.columns_for(role), value=upload.guesses.get(role))
                for role, box in boxes.items()
            },
            **_suggest(tab, upload.defaults),
        }

    def update_suggestions(path: str, customer: str, time: str, amount: str) -> Updates:
        return _suggest(tab, customers.suggest_defaults(path, customer=customer, time=time, amount=amount))

    def change_definition(means: str, quiet_gaps: float | None, defaults: Defaults | None) -> Updates:
        silent = means == SILENT
        days = customers.default_horizon(quiet_gaps if silent else None, defaults)
        return {
            tab.quiet_gaps: gr.Number(visible=silent),
            tab.horizon_days: days,
            tab.cutoff: customers.latest_cutoff(days, defaults),
        }

    on(
        tab.file.change,
        show_upload,
        [tab.file],
        [tab.kind, tab.roles, tab.order_roles, *boxes.values(), *settings],
    )
    on(
        tab.kind.input, lambda kind: _show_questions(tab, kind), [tab.kind], [tab.roles, tab.order_roles],
        show_progress="hidden",
    )  # fmt: skip
    on(
        [tab.customer.input, tab.time.input, tab.amount.input], update_suggestions,
        [tab.file, tab.customer, tab.time, tab.amount], settings, show_progress="hidden",
    )  # fmt: skip
    on(
        [tab.churn_definition.input, tab.quiet_gaps.input], change_definition,
        [tab.churn_definition, tab.quiet_gaps, tab.defaults], [tab.quiet_gaps, tab.horizon_days, tab.cutoff],
        show_progress="hidden", trigger_mode="always_last",
    )  # fmt: skip
    on(
        tab.horizon_days.input, customers.latest_cutoff, [tab.horizon_days, tab.defaults], [tab.cutoff],
        show_progress="hidden", trigger_mode="always_last",
    )  # fmt: skip


def _show_questions(tab: CustomersLayout, kind: str | None) -> Updates:
    """Show the questions about one kind of file."""
    return {
        tab.roles: gr.Group(visible=kind == ROW_PER_CUSTOMER),
        tab.order_roles: gr.Group(visible=kind == ROW_PER_ORDER),
    }


def _suggest(tab: CustomersLayout, defaults: Defaults | None) -> Updates:
    """Fill in the suggested settings of an order log."""
    return {
        tab.cutoff: "" if defaults is None else defaults.cutoff,
        tab.horizon_days: customers.default_horizon(None, defaults),
        tab.active_days: None if defaults is None else defaults.active_days,
        tab.periods: None,
        tab.churn_definition: NO_ORDER,
        tab.quiet_gaps: gr.Number(visible=False),
        tab.defaults: defaults,
    }
