"""Campaign: what was measured, the draw of a holdout, and the files of a measurement."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import gradio as gr

from retention import charts
from retention.campaign import summary
from retention.pipeline.play import PlayedToTheEnd
from retention.ui.components import chart, download
from retention.ui.components.chart import Chart
from retention.ui.components.download import DownloadButton
from retention.ui.session import Session
from retention.ui.tab import Change, Component, Layout, Refresh, Updates, View
from retention.ui.tabs.campaign import handlers, learning, views
from retention.ui.tabs.campaign.experiment import layout as experiment
from retention.ui.tabs.campaign.experiment.layout import ExperimentBox

_SHARES = [("auto", "auto"), *((f"{share}%", f"{share}%") for share in (5, 10, 15, 20, 30))]
_DESIGNS = [("The plan, against nothing", "plan"), ("Offers, against each other", "offers"),
            ("Texts: the model's, the library's", "text")]  # fmt: skip
_NONE = "(none)"


@dataclass(frozen=True)
class DrawBox:
    """The draw; ``inputs`` are those of ``DrawForm`` by their names there, ``drawn`` what was just drawn."""

    form: gr.Column
    inputs: dict[str, Component]
    draw: gr.Button
    preview: gr.HTML
    problem: gr.HTML
    drawn: gr.State
    result: gr.Column
    words: gr.HTML
    send_list: DownloadButton
    campaign: DownloadButton
    put_aside: gr.Button

    @property
    def components(self) -> list[Component]:
        """What follows from a draw."""
        return [
            self.form, self.preview, self.problem, self.result, self.words, self.inputs["sent_on"],
            self.inputs["segment"], self.inputs["unit"],
        ]  # fmt: skip

    def show(self, session: Session, _view: View) -> Updates:
        """Show the form, or the campaign that is drawn."""
        segments, units = handlers.columns_to_choose(session)
        return {
            self.form: gr.Column(visible=session.drawn is None),
            self.preview: "",
            self.problem: "",
            self.result: gr.Column(visible=session.drawn is not None),
            self.words: "" if session.drawn is None else views.drawn(session.drawn),
            self.inputs["sent_on"]: handlers.first_day(session),
            self.inputs["segment"]: gr.Dropdown(choices=[(_NONE, ""), *_same(segments)], value=""),
            self.inputs["unit"]: gr.Dropdown(choices=[(_NONE, ""), *_same(units)], value=""),
        }


@dataclass(frozen=True)
class MeasureBox:
    """The files of a measurement; ``measured`` is what was just measured."""

    campaign: gr.File
    outcomes: gr.File
    as_of: gr.Textbox
    measure: gr.Button
    problem: gr.HTML
    measured: gr.State


@dataclass(frozen=True)
class ResultBox:
    """The reading on screen; ``example_shown`` says whether it is that of the example.

    ``planned`` is the plan with the rates that were just learned from it, and ``learned`` says what they are.
    """

    headline: gr.HTML
    chart: Chart
    tiles: gr.HTML
    strip: gr.HTML
    details: gr.Accordion
    tables: gr.HTML
    save: DownloadButton
    plan_again: gr.Button
    by_risk: Chart
    learned: gr.HTML
    comparison: Chart
    history: Chart
    planned: gr.State
    example_shown: gr.State

    @property
    def components(self) -> list[Component]:
        """What follows from a reading."""
        return [
            self.headline, *self.chart.components, self.tiles, self.strip, self.details, self.tables,
            self.save.button, self.plan_again, *self.by_risk.components, *self.next_plan, self.example_shown,
        ]  # fmt: skip

    @property
    def next_plan(self) -> list[Component]:
        """What follows from planning again."""
        return [self.learned, *self.comparison.components, *self.history.components]

    def show_next_plan(self, session: Session | None, words: str) -> Updates:
        """Show what was learned, and the plan of a session that rests on it; None where nothing was."""
        return {
            self.learned: words,
            **self.comparison.show(None if session is None else learning.plan_comparison(session)),
            **self.history.show(None if session is None else learning.rates_history(session)),
        }

    def show(self, session: Session, example: PlayedToTheEnd | None = None) -> Updates:
        """Show the session's reading; where it has none, the countdown, or the example."""
        plays = example is not None and session.reading is None and session.drawn is None
        shown = example.reading if plays and example is not None else session.reading
        bars = None if shown is None else summary.promise_bars(shown)
        truth = None
        if plays and example is not None and bars is not None:
            truth = example.truth.profit if bars.currency is not None else float(example.truth.kept)
        tables = "" if shown is None else views.tables(shown)
        return {
            self.headline: views.headline(session, today=dt.date.today(), example=example if plays else None),
            **self.chart.show(None if bars is None else charts.promise_chart(bars, truth=truth)),
            self.tiles: gr.HTML(value="" if shown is None else views.tiles(shown), visible=shown is not None),
            self.strip: "" if shown is None else views.strip(shown),
            self.details: gr.Accordion(visible=bool(tables)),
            self.tables: tables,
            self.save.button: gr.Button(visible=session.reading is not None),
            self.plan_again: gr.Button(visible=views.teaches(session.reading)),
            **self.by_risk.show(learning.effect_by_risk(shown)),
            **self.show_next_plan(None, ""),
            self.example_shown: plays,
        }


@dataclass(frozen=True)
class CampaignLayout(Layout):
    """The components of the tab."""

    result: ResultBox
    draw: DrawBox
    measure: MeasureBox
    experiment: ExperimentBox

    @property
    def refreshes(self) -> Mapping[Change, Refresh]:
        """What follows from the campaign and from the reading."""
        return {
            Change.CAMPAIGN: Refresh(self.draw.components, self.draw.show),
            Change.READING: Refresh(self.result.components, lambda session, view: self.result.show(session)),
        }


def build() -> CampaignLayout:
    """Lay the tab out."""
    result = _result()
    with gr.Row(equal_height=False):
        with gr.Column(scale=1, min_width=320, elem_classes="step"):
            draw = _draw()
        with gr.Column(scale=1, min_width=320, elem_classes="step"):
            measure = _measure()
            elsewhere = experiment.build()
    return CampaignLayout(result, draw, measure, elsewhere)


def _result() -> ResultBox:
    headline = gr.HTML(elem_id="campaign")
    with gr.Row(elem_id="verdict", equal_height=False):
        picture = chart.build("promise")
        with gr.Column(min_width=320):
            tiles = gr.HTML(visible=False, elem_id="campaign-tiles")
    strip = gr.HTML(elem_id="health")
    with gr.Accordion("Effect by risk, arms, segments and notes", open=False, visible=False) as details:
        by_risk = chart.build("effect-by-risk")
        tables = gr.HTML(elem_id="arms")
    with gr.Row():
        save = download.build("Download reading (zip)", visible=False, size="md")
        plan_again = gr.Button("Plan again with these rates", visible=False, size="md", elem_id="plan-again")
    learned = gr.HTML(elem_id="learned")
    with gr.Row(equal_height=False):
        comparison = chart.build("next-plan")
        history = chart.build("rates-history")
    return ResultBox(
        headline, picture, tiles, strip, details, tables, save, plan_again, by_risk, learned, comparison, history,
        gr.State(None), gr.State(False),
    )  # fmt: skip


def _draw() -> DrawBox:
    gr.HTML(
        '<h2 class="section">Hold some back, before you send</h2><p class="reading">The send list is drawn at '
        "random: most customers get their offer, some get nothing, and the difference is what the campaign earned."
        "</p>"
    )
    with gr.Column() as form:
        with gr.Row():
            name = gr.Textbox(
                label="Name", placeholder="such as Diwali", max_length=60, max_lines=1, min_width=140
            )
            share = gr.Dropdown(
                _SHARES, value="auto", label="Share held out", allow_custom_value=True, interactive=True,
                min_width=140,
            )  # fmt: skip
        with gr.Row():
            sent_on = gr.Textbox(label="Sent on", placeholder="today", max_length=10, max_lines=1, min_width=140)
            horizon_days = gr.Number(30, label="Days until it is read", precision=0, minimum=1, min_width=140)
        with gr.Accordion("What is compared, and among whom", open=False):
            kind = gr.Radio(_DESIGNS, value="plan", label="What is compared")
            with gr.Row():
                segment = _column("Also balanced within", "A column of 2 to 50 values; its own table below")
                unit = _column("Drawn whole, by", "Such as households: all or none")
            with gr.Row():
                explore = _share("Explore", "Share of those not on the list, randomised too")
                standing = _share("Standing group", "Share whom no campaign of the quarter contacts")
        preview = gr.HTML(elem_id="plan", elem_classes="live")
        problem = gr.HTML(elem_classes="trouble")
        with gr.Row():
            draw = gr.Button("Draw", variant="primary", elem_id="draw")
    with gr.Column(visible=False) as drawn:
        words = gr.HTML(elem_id="drawn")
        with gr.Row():
            send_list = download.build("Download send list (CSV)", size="md")
            campaign = download.build("Download campaign (zip)", size="md")
            put_aside = gr.Button("Draw another", size="md")
    inputs = {
        "name": name, "share": share, "horizon_days": horizon_days, "sent_on": sent_on, "kind": kind,
        "segment": segment, "unit": unit, "explore": explore, "standing": standing,
    }  # fmt: skip
    return DrawBox(
        form, inputs, draw, preview, problem, gr.State(None), drawn, words, send_list, campaign, put_aside
    )


def _measure() -> MeasureBox:
    gr.HTML(
        '<h2 class="section">Measure, once the day has come</h2><p class="reading">Without a zip, the campaign '
        "drawn here is measured. Outcomes are an order log, or a table with an id and <b>kept</b> (yes or no).</p>"
    )
    with gr.Row():
        campaign = gr.File(label="Campaign (zip)", height=150, file_types=[".zip"])
        outcomes = gr.File(label="Order log or outcomes", height=150)
    as_of = gr.Textbox(
        label="As of", placeholder="today", max_length=10, max_lines=1,
        info="YYYY-MM-DD; before the registered day there are counts and no effect", min_width=140,
    )  # fmt: skip
    problem = gr.HTML(elem_classes="trouble")
    with gr.Row():
        measure = gr.Button("Measure", variant="primary", elem_id="measure")
    return MeasureBox(campaign, outcomes, as_of, measure, problem, gr.State(None))


def _column(label: str, info: str) -> gr.Dropdown:
    return gr.Dropdown([(_NONE, "")], value="", label=label, info=info, interactive=True, min_width=140)


def _share(label: str, info: str) -> gr.Number:
    return gr.Number(0, label=label, info=info, minimum=0, maximum=1, step=0.01, min_width=140)


def _same(names: list[str]) -> list[tuple[str, str]]:
    return [(name, name) for name in names]
