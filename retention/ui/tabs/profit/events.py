"""The events of the Profit tab."""

from typing import Any

from retention.errors import InputError
from retention.profit.economics import PRESETS
from retention.ui.components.html import problem, reading
from retention.ui.session import Session
from retention.ui.tab import Change, Page, Updates
from retention.ui.tabs.profit import handlers as profit
from retention.ui.tabs.profit.budget import events as budget
from retention.ui.tabs.profit.layout import ProfitLayout
from retention.ui.tabs.profit.rates import events as rates
from retention.ui.wiring import on


def wire(page: Page, tab: ProfitLayout) -> None:
    """Connect the Profit tab."""
    budget.wire(page, tab.budget)
    rates.wire(page, tab.rates)
    # These run in the browser alone, on the curve that is in the page already.
    tab.threshold.change(
        fn=None, inputs=[tab.threshold], queue=False, show_progress="hidden",
        js="(threshold) => { window.desk.follow(threshold); }",
    )  # fmt: skip
    tab.best.click(
        fn=None, inputs=[tab.threshold], outputs=[tab.threshold], queue=False, show_progress="hidden",
        js="(threshold) => window.desk.curve ? window.desk.curve.threshold_best : threshold",
    )  # fmt: skip
    for redrawn in (tab.axis.change, tab.curve.change):
        redrawn(
            fn=None, inputs=[tab.axis, tab.threshold], queue=False, show_progress="hidden",
            js="(axis, threshold) => { window.desk.setAxis(axis, threshold); }",
        )  # fmt: skip

    def reprice(session: Session, threshold: float, *values: Any) -> Updates:
        try:
            shown = profit.economics(**dict(zip(tab.inputs, values, strict=True)))
            economics = profit.assumed_economics(session, shown)
        except InputError as error:  # a half-typed number: say so beside it and keep the screen
            return {tab.problem: problem(error)}
        at_start = session.curve is not None and abs(threshold - session.curve.threshold_deployed) < 1e-9
        priced = session.priced(economics)
        # Another cost is another offer: its rates are not measured any more, or again.
        turned = {} if priced.measured == session.measured else tab.show_inputs(priced)
        return turned | page.updates(
            Change.PRICES,
            priced,
            threshold=None if at_start else threshold,
            unwritten=session.message_run is None,
        )

    def what_if(session: Session) -> Updates:
        answer = profit.what_if(session)
        return {
            tab.what_if_text: reading(answer.sentence),
            **tab.tornado.show(answer.tornado),
            **tab.save_rate.show(answer.save_rate),
        }

    priced_by = {field: box for field, box in tab.inputs.items() if field != "currency"}

    def preset(session: Session, name: str) -> Updates:
        measured = {} if session.measured is None else session.measured.by_name
        return {box: getattr(PRESETS[name], field) for field, box in priced_by.items() if field not in measured}

    on(
        tab.what_if.click, what_if, [page.session],
        [tab.what_if_text, *tab.tornado.components, *tab.save_rate.components],
        show_progress_on=[tab.what_if_text],
    )  # fmt: skip
    tab.report.wire(profit.report_file, [page.session])
    on(tab.preset.input, preset, [page.session, tab.preset], list(priced_by.values()), show_progress="hidden")
    on(
        [box.change for box in tab.inputs.values()], reprice,
        [page.session, tab.threshold, *tab.inputs.values()],
        [*tab.inputs.values(), *page.components(Change.PRICES)],
        show_progress="hidden", trigger_mode="always_last", concurrency_limit=2,
    )  # fmt: skip
