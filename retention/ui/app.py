"""The app: tabs put together, events wired, errors translated, endpoints named."""

import inspect
import threading
from collections.abc import Callable, Iterator
from functools import wraps
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr

from retention import figures
from retention.errors import InputError, RetentionError
from retention.profit.economics import PRESETS
from retention.progress import Progress
from retention.settings import settings
from retention.ui import handlers, jobs, views
from retention.ui.session import Session
from retention.ui.tabs import churn, customers, offers, profit, share
from retention.ui.theme import theme

ASSETS = Path(__file__).resolve().parents[2] / "assets"
Updates = dict[gr.blocks.Block, Any]
#: As a default it tells gradio to hand a tracker in; the tracker itself is made for each call.
_BAR = gr.Progress()


def build() -> gr.Blocks:
    """Return the whole app, ready to launch; nothing is trained or loaded yet."""
    with gr.Blocks(title="Retention desk", analytics_enabled=False, delete_cache=(600, 3600)) as app:
        _Desk(app)
    return app


def launch(app: gr.Blocks) -> None:
    """Serve the app until the process ends, and make the example while the first visitor is on the way."""
    threading.Thread(target=handlers.example, daemon=True).start()
    options = settings()
    app.queue(default_concurrency_limit=8, max_size=64)
    app.launch(
        server_name="0.0.0.0" if options.on_space else "127.0.0.1",  # noqa: S104 - a Space is reached from outside
        server_port=options.port,
        theme=theme(),
        css_paths=[ASSETS / "style.css"],
        head=f"<script>{(ASSETS / 'desk.js').read_text(encoding='utf-8')}</script>",
        favicon_path=ASSETS / "icon.svg",
        max_file_size=f"{options.max_upload_mb}mb",
        state_session_capacity=64,
        footer_links=["api"],
        run_history=False,
        enable_monitoring=False,
        show_error=False,
        ssr_mode=False,
        share=False,
        quiet=True,
        prevent_thread_lock=True,
    )
    print(f"Retention desk is at {app.local_url}", flush=True)  # noqa: T201
    app.block_thread()


class _Desk:
    """Builds the screen, then wires it; holds components only, never a visitor's data."""

    def __init__(self, app: gr.Blocks) -> None:
        self.session = gr.State(Session())
        self.stop = gr.State(None)
        self.header = gr.HTML(elem_id="header")
        with gr.Tabs(selected="profit", elem_id="steps"):
            with gr.Tab("Customers", id="customers"):
                self.customers = customers.build()
            with gr.Tab("Churn model", id="churn"):
                self.churn = churn.build()
            with gr.Tab("Profit", id="profit"):
                self.profit = profit.build()
            with gr.Tab("Offers", id="offers"):
                self.offers = offers.build()
            with gr.Tab("Share", id="share"):
                self.share = share.build()
        self._wire_customers()
        self._wire_churn()
        self._wire_profit()
        self._wire_offers()
        self._on(app.load, lambda: self._everything(handlers.example()), [], self._screen)

    # What is on screen, given a session

    @property
    def _screen(self) -> list[gr.blocks.Block]:
        return [*self._customers_part, *self._model_part, *self._profit_part, self.share.state]

    @property
    def _customers_part(self) -> list[gr.blocks.Block]:
        return [self.customers.summary, self.customers.findings, self.customers.preview]

    @property
    def _model_part(self) -> list[gr.blocks.Block]:
        return [self.churn.result, self.churn.importance, self.churn.train, self.churn.stop]

    @property
    def _profit_part(self) -> list[gr.blocks.Block]:
        tab = self.profit
        return [
            self.session, self.header, tab.cards, tab.matrix, tab.threshold, tab.curve, tab.reading, tab.points,
            tab.trouble, *self._offers_part,
        ]  # fmt: skip

    @property
    def _offers_part(self) -> list[gr.blocks.Block]:
        tab = self.offers
        return [tab.breaker, tab.messages, tab.download, tab.write, tab.stop]

    def _everything(self, session: Session) -> Updates:
        tab, people = self.customers, session.customers
        return {
            tab.summary: views.customers(session),
            tab.findings: views.findings(session.findings) if people is not None else "",
            tab.preview: handlers.preview(people.frame) if people is not None else None,
            self.share.state: views.empty(
                "Not connected to the Hugging Face Hub. Models and data stay on this machine."
            ),
            **self._with_model(session),
        }

    def _with_model(self, session: Session) -> Updates:
        model = session.model
        return {
            self.churn.result: views.model(model),
            self.churn.importance: None if model is None else figures.importance(handlers.importance(model)),
            self.churn.train: gr.Button(interactive=True),
            self.churn.stop: gr.Button(interactive=False),
            **self._with_prices(session, None),
        }

    def _with_prices(self, session: Session, threshold: float | None) -> Updates:
        curve, tab = session.curve, self.profit
        if threshold is None:
            threshold = curve.threshold_best if curve else 0.1
        decision = handlers.decision(session, threshold)
        return {
            self.session: session,
            self.header: views.header(session),
            tab.cards: decision,
            tab.matrix: decision,
            tab.threshold: threshold,
            tab.curve: None if curve is None else figures.profit_curve(curve, threshold),
            tab.reading: views.reading(session),
            tab.points: handlers.points(session),
            tab.trouble: "",
            **self._with_messages(session),
        }

    def _with_messages(self, session: Session) -> Updates:
        campaign, tab = session.campaign, self.offers
        messages = None if campaign is None else campaign.messages
        return {
            tab.breaker: views.breaker(campaign, connected=handlers.language_model_connected()),
            tab.messages: None if messages is None else handlers.preview_messages(messages),
            tab.download: gr.DownloadButton(
                value=None if messages is None else handlers.export(messages, "send_list.csv"),
                interactive=messages is not None,
            ),
            tab.write: gr.Button(interactive=session.model is not None),
            tab.stop: gr.Button(interactive=False),
        }

    # What each event does

    def _wire_customers(self) -> None:
        tab = self.customers
        roles = [tab.id, tab.label, tab.value, tab.exclude, tab.customer, tab.time, tab.amount]

        def look(path: str | None) -> Updates:
            if path is None:
                return {tab.roles: gr.Group(visible=False), tab.order_roles: gr.Group(visible=False)}
            upload = handlers.look_at(path)
            boxes = {"id": tab.id, "label": tab.label, "value": tab.value, "exclude": tab.exclude,
                     "customer": tab.customer, "time": tab.time, "amount": tab.amount}  # fmt: skip
            return {
                tab.roles: gr.Group(visible=not upload.is_order_log),
                tab.order_roles: gr.Group(visible=upload.is_order_log),
                **{
                    box: gr.update(choices=upload.columns, value=upload.guesses.get(role))
                    for role, box in boxes.items()
                },
            }

        def use_customers(session: Session, path: str, id: str, label: str, positive: str, value: str,
                          exclude: list[str]) -> Updates:  # fmt: skip
            return self._everything(
                handlers.use_customers(session, path, id=id, label=label, positive=positive or None, value=value,
                                       exclude=tuple(exclude or ()))
            )  # fmt: skip

        def use_orders(session: Session, path: str, customer: str, time: str, amount: str, cutoff: str,
                       horizon_days: float) -> Updates:  # fmt: skip
            return self._everything(
                handlers.use_orders(session, path, customer=customer, time=time, amount=amount, cutoff=cutoff,
                                    horizon_days=horizon_days)
            )  # fmt: skip

        def simulate(session: Session, count: float, seed: float) -> Updates:
            return self._everything(handlers.simulate(session, count, seed))

        self._on(tab.file.change, look, [tab.file], [tab.roles, tab.order_roles, *roles])
        self._on(
            tab.use_customers.click, use_customers,
            [self.session, tab.file, tab.id, tab.label, tab.positive, tab.value, tab.exclude], self._screen,
        )  # fmt: skip
        self._on(
            tab.use_orders.click, use_orders,
            [self.session, tab.file, tab.customer, tab.time, tab.amount, tab.cutoff, tab.horizon_days],
            self._screen,
        )  # fmt: skip
        self._on(tab.simulate.click, simulate, [self.session, tab.simulated, tab.seed], self._screen)

    def _wire_churn(self) -> None:
        tab = self.churn

        def train(session: Session, weighted: bool, bar: gr.Progress = _BAR) -> Iterator[Updates]:
            running: Updates = {tab.train: gr.Button(interactive=False), tab.stop: gr.Button(interactive=True)}
            idle: Updates = {tab.train: gr.Button(interactive=True), tab.stop: gr.Button(interactive=False)}
            yield from self._long(
                lambda progress: handlers.train(session, weighted=weighted, progress=progress),
                self._with_model, running, idle, bar,
            )  # fmt: skip

        outputs = [*self._model_part, *self._profit_part, self.stop]
        self._on(tab.train.click, train, [self.session, tab.weighted], outputs,
                 show_progress_on=[tab.result], concurrency_limit=1, concurrency_id="train")  # fmt: skip
        self._on(tab.stop.click, self._stop, [self.stop], [])

    def _wire_profit(self) -> None:
        tab = self.profit
        tab.threshold.change(
            fn=None, inputs=[tab.threshold, tab.points], outputs=[tab.cards, tab.matrix], queue=False,
            show_progress="hidden",
            js="(threshold, curve) => { const at = window.desk.pick(threshold, curve); return [at, at]; }",
        )  # fmt: skip
        tab.best.click(
            fn=None, inputs=[tab.threshold, tab.points], outputs=[tab.threshold], queue=False,
            show_progress="hidden", js="(threshold, curve) => curve ? curve.threshold_best : threshold",
        )  # fmt: skip
        names = list(tab.inputs)

        def reprice(session: Session, threshold: float, *values: Any) -> Updates:
            try:
                economics = handlers.economics(**dict(zip(names, values, strict=True)))
            except InputError as error:  # half-typed numbers come by here: say it in place, keep the screen
                return {tab.trouble: views.trouble(error)}
            at_best = session.curve is not None and abs(threshold - session.curve.threshold_best) < 1e-9
            return self._with_prices(handlers.priced(session, economics), None if at_best else threshold)

        def preset(name: str) -> Updates:
            return {box: getattr(PRESETS[name], field) for field, box in tab.inputs.items()}

        self._on(tab.preset.input, preset, [tab.preset], list(tab.inputs.values()), show_progress="hidden")
        self._on(
            [box.change for box in tab.inputs.values()], reprice,
            [self.session, tab.threshold, *tab.inputs.values()], self._profit_part,
            show_progress="hidden", trigger_mode="always_last",
        )  # fmt: skip

    def _wire_offers(self) -> None:
        tab = self.offers

        def write(
            session: Session, threshold: float, tone: str, language: str, plugged: bool, bar: gr.Progress = _BAR
        ) -> Iterator[Updates]:
            running: Updates = {tab.write: gr.Button(interactive=False), tab.stop: gr.Button(interactive=True)}
            idle: Updates = {tab.write: gr.Button(interactive=True), tab.stop: gr.Button(interactive=False)}

            def written(session: Session) -> Updates:
                return {self.session: session, self.header: views.header(session), **self._with_messages(session)}

            yield from self._long(
                lambda progress: handlers.write(
                    session, threshold, tone=tone, language=language, plugged=plugged, progress=progress
                ),
                written,
                running,
                idle,
                bar,
            )

        outputs = [self.session, self.header, *self._offers_part, self.stop]
        self._on(
            tab.write.click, write,
            [self.session, self.profit.threshold, tab.tone, tab.language, tab.plugged], outputs,
            show_progress_on=[tab.breaker], concurrency_limit=4,
        )  # fmt: skip
        self._on(tab.stop.click, self._stop, [self.stop], [])

    def _long(
        self,
        work: Callable[[Progress], Session],
        show: Callable[[Session], Updates],
        running: Updates,
        idle: Updates,
        bar: gr.Progress,
    ) -> Iterator[Updates]:
        stop = threading.Event()
        yield {self.stop: stop, **running}
        try:
            for update in jobs.watch(work, stop):
                if isinstance(update, jobs.Done):
                    yield {**show(update.result), self.stop: None}
                else:
                    bar(update.share, desc=update.words)
                    yield {self.stop: gr.skip()}
        except RetentionError as error:
            gr.Warning(escape(str(error)), title="Please check", duration=20)
            yield {self.stop: None, **idle}

    @staticmethod
    def _stop(stop: threading.Event | None) -> None:
        if stop is not None:
            stop.set()

    @staticmethod
    def _on(
        events: Any, handler: Callable[..., Any], inputs: list[Any], outputs: list[Any], **options: Any
    ) -> None:
        """Wire an event to a handler whose errors become one clear sentence and change nothing."""
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
            gr.Warning(escape(str(error)), title="Please check", duration=20)
            return gr.skip()

    return translated
