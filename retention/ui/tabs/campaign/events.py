"""The events of the Campaign tab."""

from typing import Any

from retention.errors import RetentionError
from retention.ui.components.html import problem
from retention.ui.job_results import JobResult, with_draw, with_rates, with_reading
from retention.ui.session import Session
from retention.ui.tab import Change, Page, Updates
from retention.ui.tabs.campaign import handlers as campaign
from retention.ui.tabs.campaign import views
from retention.ui.tabs.campaign.experiment import events as experiment
from retention.ui.tabs.campaign.layout import CampaignLayout, DrawBox, MeasureBox, ResultBox
from retention.ui.wiring import on, take_result


def wire(page: Page, tab: CampaignLayout) -> None:
    """Connect the Campaign tab."""
    _wire_example(page, tab.result)
    _wire_draw(page, tab.draw)
    _wire_measure(page, tab.measure, tab.result)
    experiment.wire(page, tab.experiment, tab.measure.measured, tab.result.headline)


def _wire_example(page: Page, result: ResultBox) -> None:
    """Play the example when the tab is first shown: the first picture of the page does not wait for it."""

    def play(session: Session, example_shown: bool) -> Updates:
        if example_shown or session.example is None or session.drawn is not None or session.reading is not None:
            return {}
        return result.show(session, session.example())

    on(
        page.headings["campaign"].select, play, [page.session, result.example_shown], result.components,
        show_progress_on=[result.headline],
    )  # fmt: skip


def _wire_draw(page: Page, box: DrawBox) -> None:
    inputs = [page.session, page.parameters["threshold"], *box.inputs.values()]

    def preview(session: Session, threshold: float, *values: Any) -> Updates:
        if session.drawn is not None or session.model is None or session.recipients is None:
            return {box.preview: "", box.problem: ""}
        try:
            return {box.preview: views.preview(campaign.preview(session, threshold, _form(box, values))),
                    box.problem: ""}  # fmt: skip
        except RetentionError as error:  # a half-typed number: say so beside it and keep the screen
            return {box.preview: "", box.problem: problem(error)}

    def draw(session: Session, threshold: float, *values: Any) -> Updates:
        try:
            drawn = campaign.draw(session, threshold, _form(box, values))
        except RetentionError as error:
            return {box.problem: problem(error)}
        return {box.problem: "", box.drawn: JobResult(session, drawn)}

    def put_aside(session: Session) -> Updates:
        return page.updates(Change.CAMPAIGN, campaign.put_aside(session))

    changed = [part.input for part in box.inputs.values()]
    on(
        [page.headings["campaign"].select, *changed], preview, inputs, [box.preview, box.problem],
        show_progress="hidden", trigger_mode="always_last",
    )  # fmt: skip
    on(box.draw.click, draw, inputs, [box.problem, box.drawn], show_progress_on=[box.preview])
    take_result(page, box.drawn, with_draw, Change.CAMPAIGN)
    on(box.put_aside.click, put_aside, [page.session], page.components(Change.CAMPAIGN))
    box.send_list.wire(campaign.send_list, [page.session])
    box.campaign.wire(campaign.campaign_file, [page.session])


def _wire_measure(page: Page, box: MeasureBox, result: ResultBox) -> None:
    def measure(session: Session, zipped: str | None, outcomes: str | None, as_of: str) -> Updates:
        try:
            after = campaign.measure(session, zipped, outcomes, as_of)
        except RetentionError as error:
            return {box.problem: problem(error)}
        return {box.problem: "", box.measured: JobResult(session, after)}

    on(
        box.measure.click, measure, [page.session, box.campaign, box.outcomes, box.as_of],
        [box.problem, box.measured], show_progress_on=[result.headline],
    )  # fmt: skip
    take_result(page, box.measured, with_reading, Change.READING)
    result.save.wire(campaign.reading_file, [page.session])

    def plan_again(session: Session) -> Updates:
        try:
            after, words = campaign.plan_again(session)
        except RetentionError as error:
            return result.show_next_plan(None, problem(error))
        return {
            **result.show_next_plan(after, views.learned(words, after)),
            result.planned: JobResult(session, after),
        }

    on(
        result.plan_again.click, plan_again, [page.session], [*result.next_plan, result.planned],
        show_progress_on=[result.learned], concurrency_limit=4, concurrency_id="learn",
    )  # fmt: skip
    take_result(page, result.planned, with_rates, Change.CATALOGUE)


def _form(box: DrawBox, values: tuple[Any, ...]) -> campaign.DrawForm:
    return campaign.DrawForm(**dict(zip(box.inputs, values, strict=True)))
