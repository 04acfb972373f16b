"""What happens when: every event wired to its handler, errors translated, nothing private left open."""

import inspect
import threading
from collections.abc import Callable, Iterator
from functools import wraps
from html import escape
from typing import Any

import gradio as gr

from retention.errors import InputError, RetentionError
from retention.profit.economics import PRESETS
from retention.progress import Progress
from retention.ui import jobs, views
from retention.ui.handlers import churn, customers, offers, profit
from retention.ui.screen import Screen, Updates
from retention.ui.session import Session
from retention.ui.tabs.customers import ROW_A_CUSTOMER, ROW_AN_ORDER

#: As a default it tells gradio to hand a tracker in; the tracker itself is made for each call.
_BAR = gr.Progress()
_SECONDS_ON_SCREEN = 20


def wire(app: gr.Blocks, screen: Screen) -> None:
    """Connect every event of the page."""
    _wire_customers(screen)
    _wire_churn(screen)
    _wire_profit(screen)
    _wire_offers(screen)
    _on(
        app.load,
        lambda: screen.show_everything(customers.example()),
        [],
        screen.everything,
        show_progress="hidden",
    )


def _wire_customers(screen: Screen) -> None:
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

    _on(tab.file.change, look, [tab.file], [tab.kind, tab.roles, tab.order_roles, *boxes.values()])
    _on(tab.kind.input, ask, [tab.kind], [tab.roles, tab.order_roles], show_progress="hidden")
    _on(
        tab.use_customers.click, use_customers,
        [screen.session, tab.file, tab.id, tab.label, tab.positive, tab.value, tab.exclude], screen.everything,
        show_progress_on=[tab.summary],
    )  # fmt: skip
    _on(
        tab.use_orders.click, use_orders,
        [screen.session, tab.file, tab.customer, tab.time, tab.amount, tab.cutoff, tab.horizon_days],
        screen.everything, show_progress_on=[tab.summary],
    )  # fmt: skip
    _on(
        tab.simulate.click, simulate, [screen.session, tab.simulated, tab.seed], screen.everything,
        show_progress_on=[tab.summary],
    )  # fmt: skip


def _wire_churn(screen: Screen) -> None:
    tab = screen.churn

    def train(session: Session, weighted: bool, bar: gr.Progress = _BAR) -> Iterator[Updates]:
        yield from _long(
            screen, tab.train, tab.stop, bar,
            lambda progress: churn.train(session, weighted=weighted, progress=progress), screen.show_from_model,
        )  # fmt: skip

    _on(
        tab.train.click, train, [screen.session, tab.weighted], [*screen.from_model, screen.stop],
        show_progress_on=[tab.result], concurrency_limit=1, concurrency_id="train",
    )  # fmt: skip
    _on(
        tab.feature.input, lambda session, feature: tab.dependence.show(churn.one_factor(session, feature)),
        [screen.session, tab.feature], tab.dependence.components,
    )  # fmt: skip
    _on(
        [tab.explain.click, tab.customer.submit],
        lambda session, id: tab.waterfall.show(churn.one_customer(session, id)),
        [screen.session, tab.customer], tab.waterfall.components,
    )  # fmt: skip
    _on(tab.stop.click, _set, [screen.stop], [])


def _wire_profit(screen: Screen) -> None:
    tab = screen.profit
    # Both run in the browser alone, on the curve that is in the page already.
    tab.threshold.change(
        fn=None, inputs=[tab.threshold, tab.points], outputs=[tab.cards, tab.matrix], queue=False,
        show_progress="hidden",
        js="(threshold, curve) => { const at = window.desk.pick(threshold, curve); return [at, at]; }",
    )  # fmt: skip
    tab.best.click(
        fn=None, inputs=[tab.threshold, tab.points], outputs=[tab.threshold], queue=False, show_progress="hidden",
        js="(threshold, curve) => curve ? curve.threshold_best : threshold",
    )  # fmt: skip

    def reprice(session: Session, threshold: float, *values: Any) -> Updates:
        try:
            economics = profit.economics(**dict(zip(tab.inputs, values, strict=True)))
        except InputError as error:  # half-typed numbers come by here: say it in place, keep the screen
            return {tab.trouble: views.trouble(error)}
        at_best = session.curve is not None and abs(threshold - session.curve.threshold_best) < 1e-9
        return screen.show_from_prices(profit.priced(session, economics), None if at_best else threshold)

    def what_if(session: Session) -> Updates:
        doubts = profit.what_if(session)
        return {
            tab.doubt: views.reading(doubts.sentence),
            **tab.tornado.show(doubts.tornado),
            **tab.save_rate.show(doubts.save_rate),
        }

    def make_page(session: Session) -> Updates:
        return {tab.page: gr.DownloadButton(value=profit.page(session), visible=True)}

    def preset(name: str) -> Updates:
        return {box: getattr(PRESETS[name], field) for field, box in tab.inputs.items()}

    _on(
        tab.what_if.click, what_if, [screen.session],
        [tab.doubt, *tab.tornado.components, *tab.save_rate.components], show_progress_on=[tab.doubt],
    )  # fmt: skip
    _on(tab.report.click, make_page, [screen.session], [tab.page])
    _on(tab.preset.input, preset, [tab.preset], list(tab.inputs.values()), show_progress="hidden")
    _on(
        [box.change for box in tab.inputs.values()], reprice,
        [screen.session, tab.threshold, *tab.inputs.values()], screen.from_prices,
        show_progress="hidden", trigger_mode="always_last",
    )  # fmt: skip


def _wire_offers(screen: Screen) -> None:
    tab = screen.offers
    style = [tab.tone, tab.language, tab.plugged]

    def write(
        session: Session, threshold: float, tone: str, language: str, plugged: bool, bar: gr.Progress = _BAR
    ) -> Iterator[Updates]:
        yield from _long(
            screen, tab.write, tab.stop, bar,
            lambda progress: offers.write(
                session, threshold, tone=tone, language=language, plugged=plugged, progress=progress
            ),
            screen.show_from_messages,
        )  # fmt: skip

    def choose(session: Session, event: gr.SelectData) -> Updates:
        row = int(event.index[0])
        return {**screen.show_from_messages(session, row), tab.row: row, tab.messages: gr.skip()}

    def again(session: Session, row: int, tone: str, language: str, plugged: bool) -> Updates:
        written = offers.write_again(session, row, tone=tone, language=language, plugged=plugged)
        return screen.show_from_messages(written, row)

    def save(session: Session, row: int, message: str) -> Updates:
        return screen.show_from_messages(offers.edit(session, row, message), row)

    _on(
        tab.write.click, write, [screen.session, screen.profit.threshold, *style],
        [*screen.from_messages, screen.stop], show_progress_on=[tab.breaker], concurrency_limit=4,
    )  # fmt: skip
    _on(tab.stop.click, _set, [screen.stop], [])
    _on(tab.messages.select, choose, [screen.session], [*screen.from_messages, tab.row], show_progress="hidden")
    _on(
        tab.again.click,
        again,
        [screen.session, tab.row, *style],
        screen.from_messages,
        show_progress_on=[tab.card],
    )
    _on(
        tab.save.click, save, [screen.session, tab.row, tab.message], screen.from_messages,
        show_progress_on=[tab.card],
    )  # fmt: skip


def _long(
    screen: Screen,
    start: gr.Button,
    stop: gr.Button,
    bar: gr.Progress,
    work: Callable[[Progress], Session],
    show: Callable[[Session], Updates],
) -> Iterator[Updates]:
    """Run long work with a progress bar; while it runs its start button rests and its stop button works."""
    stopping = threading.Event()
    yield {screen.stop: stopping, start: gr.Button(interactive=False), stop: gr.Button(interactive=True)}
    try:
        for update in jobs.watch(work, stopping):
            if isinstance(update, jobs.Done):
                yield {**show(update.result), screen.stop: None}
            else:
                bar(update.share, desc=update.words)
                yield {screen.stop: gr.skip()}
    except RetentionError as error:
        _warn(error)
        yield {screen.stop: None, start: gr.Button(interactive=True), stop: gr.Button(interactive=False)}


def _set(stopping: threading.Event | None) -> None:
    if stopping is not None:
        stopping.set()


def _on(events: Any, handler: Callable[..., Any], inputs: list[Any], outputs: list[Any], **options: Any) -> None:
    """Wire events to a handler whose errors become one clear sentence and change nothing."""
    events = events if isinstance(events, list) else [events]
    guarded = handler if inspect.isgeneratorfunction(handler) else _translated(handler)
    gr.on(events, guarded, inputs, outputs, api_visibility="private", **options)


def _translated(handler: Callable[..., Any]) -> Callable[..., Any]:
    """Show a person's error as a warning box and leave the screen as it was."""

    @wraps(handler)
    def translated(*inputs: Any) -> Any:
        try:
            return handler(*inputs)
        except RetentionError as error:
            _warn(error)
            return gr.skip()

    return translated


def _warn(error: RetentionError) -> None:
    # A toast is drawn as HTML, and the sentence may quote a visitor's file.
    gr.Warning(escape(str(error)), title="Please check", duration=_SECONDS_ON_SCREEN)
