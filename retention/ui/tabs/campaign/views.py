"""The HTML of the Campaign tab; all text from a visitor's file is escaped. Knows no gradio."""

import datetime as dt
from collections.abc import Iterable, Sequence
from html import escape

from retention.campaign import summary
from retention.campaign.metric_rows import MetricRow, metric_rows
from retention.campaign.summary import EffectRow
from retention.pipeline.campaign import Holdout
from retention.pipeline.measure import Reading
from retention.pipeline.play import PlayedToTheEnd, TrueEffect
from retention.ui.components.html import bullets, empty, reading, tags
from retention.ui.session import DrawnCampaign, Session
from retention.wording.dates import day_in_words
from retention.wording.money import in_currency
from retention.wording.text import count_noun, format_share

_SIGNS = {"ok": "✓", "warning": "!", "not valid": "✗"}
_LEFT_OUT = {
    "duplicate": "a second row of a customer",
    "cool-down": "messaged within the cool-down",
    "live holdout": "held out by another campaign",
    "standing group": "in the standing group that no campaign contacts",
}


def state(session: Session) -> str | None:
    """Return the verdict, or how many are held out; None where there is neither."""
    if session.reading is not None:
        return session.reading.verdict
    return None if session.drawn is None else f"{session.drawn.held_out:,} held out"


def in_header(session: Session) -> list[str]:
    """Return the phrase about the campaign for the header."""
    if session.drawn is None:
        return []
    design = session.drawn.holdout.design
    return [
        f"campaign {design.name} with {session.drawn.held_out:,} held out until {day_in_words(design.read_on)}"
    ]


def preview(holdout: Holdout) -> str:
    """Return what a draw would hold out, what that costs, what it can and cannot show, and who is left out."""
    plan, design = holdout.plan, holdout.design
    figures = [
        ("Held out", f"{plan.held_out:,}", f"{plan.share:.0%} of {count_noun(plan.customers, 'customer')}", ()),
        ("Cost of holding out", in_currency(plan.cost, plan.currency), "profit forgone", ("assumed",)),
        ("Chance to show the profit", format_share(plan.power_profit), "if it is as assumed", ()),
        ("Chance to show the save rate", format_share(plan.power_save_rate), "if it is as assumed", ()),
    ]
    words = (
        *plan.words[1:],
        "Whoever assumes too much reads chances that are too good.",
        f"Once drawn, it is registered: nobody held out gets a message until {day_in_words(design.read_on)}.",
    )
    return (
        _cards(figures)
        + f'<div class="card plan"><span class="label">What it can show {tags("assumed")}</span>{bullets(words)}'
        + f"{_left_out(design.excluded.items())}</div>"
    )


def drawn(campaign: DrawnCampaign) -> str:
    """Return what was drawn, and what to do with it."""
    design = campaign.holdout.design
    arms = campaign.scored.send_list["arm"].value_counts()
    counted = ", ".join(f"{escape(arm)} {arms.get(arm, 0):,}" for arm in design.arms)
    verb = "was drawn before" if campaign.holdout.resumed else "is drawn and registered"
    return (
        f'<p class="reading"><b>{escape(design.name)}</b> {verb}: {counted}. The Offers tab writes to the '
        f"{campaign.scored.contacted:,} who are treated and to nobody who is held out.</p>"
        '<p class="reading">Keep both files: the list is what you send, the campaign is what the measurement '
        "needs.</p>" + _left_out(design.excluded.items())
    )


def headline(session: Session, *, today: dt.date, example: PlayedToTheEnd | None = None) -> str:
    """Return the verdict in one sentence, or the countdown, or what there will be to see."""
    if session.reading is not None:
        return verdict(session.reading, today=today)
    if session.drawn is not None:
        design = session.drawn.holdout.design
        counts = [("Drawn", design.eligible), ("Held out", session.drawn.held_out)]
        return countdown(design.name, design.read_on, counts, today=today)
    if example is not None:
        return _banner() + verdict(example.reading, today=today) + _truth(example.reading, example.truth)
    if session.example is not None:
        return reading("A simulated campaign is being played to its end.")
    return empty(
        "No campaign yet. Hold some customers back at random before you send; on the day that is registered, the "
        "order log shows what the campaign really earned."
    )


def verdict(measured: Reading, *, today: dt.date) -> str:
    """Return the sentence of a reading with what it rests on; before the registered day the countdown."""
    if measured.verdict == "too early":
        read_on = dt.date.fromisoformat(measured.campaign["read_on"])
        return countdown(measured.name, read_on, summary.counts_before_the_day(measured), today=today)
    effects = measured.overall.kept is not None
    evidence = ("measured", "assumed") if measured.campaign else ("measured",)
    basis = summary.basis(measured)
    tagged = f" {tags(*evidence, basis=basis)}" if effects else ""
    small = " ".join(filter(None, (f"{basis}." if effects else "", summary.money_counts(measured))))
    return f'<p class="headline">{escape(measured.sentence)}{tagged}</p>' + (
        f'<p class="muted small basis">{escape(small)}</p>' if small else ""
    )


def countdown(name: str, read_on: dt.date, counts: Iterable[tuple[str, int]], *, today: dt.date) -> str:
    """Return how many days are left until the registered day, with counts and without any effect."""
    days = (read_on - today).days
    words = (
        f"{escape(name)} is read on {day_in_words(read_on)}: {count_noun(days, 'day')} to go."
        if days > 0
        else f"{escape(name)} can be read: its day was {day_in_words(read_on)}. Upload the order log below."
    )
    why = (
        "Until then there are counts and no effect: who looks every day and stops when the figures please finds "
        "effects that are not there."
    )
    cards = _cards([(label, f"{count:,}", "", ()) for label, count in counts])
    return f'<p class="headline">{words}</p>{cards}' + (reading(why) if days > 0 else "")


def tiles(measured: Reading) -> str:
    """Return the four tiles, each with its evidence."""
    basis = summary.basis(measured)
    return _cards(
        [(tile.label, tile.figure, tile.note, tile.evidence) for tile in summary.tiles(measured)], basis=basis
    )


def strip(measured: Reading) -> str:
    """Return the health strip: each check with its sign and what was seen."""
    items = "".join(
        f'<li class="{item.severity.replace(" ", "-")}"><b>{_SIGNS[item.severity]} {escape(item.label)}</b>'
        f"<span>{escape(item.sentence)}</span></li>"
        for item in summary.health(measured)
    )
    return f'<ul class="strip" aria-label="Health of the measurement">{items}</ul>' if items else ""


def teaches(measured: Reading | None) -> bool:
    """Return whether rates can be learned from a reading: it is read, valid, and of a campaign of one's own."""
    return (
        measured is not None
        and measured.verdict != "too early"
        and measured.valid
        and measured.rows is not None
        and measured.design is not None
    )


def learned(words: Sequence[str], session: Session) -> str:
    """Say what was learned, and whether the plan of a session rests on it: not once the rates expired."""
    if session.measured is not None:
        return bullets(words) + reading("The plan in the Profit tab rests on these rates now (measured, assumed).")
    offer = session.offers[0]
    why = "never measured" if session.rates is None else session.rates.why_assumed(offer)
    return bullets(words) + reading(f"The plan in the Profit tab stays assumed: {escape(offer.id)}, {why}.")


def tables(measured: Reading) -> str:
    """Return the arms and the segments against control, and the notes."""
    money = "Money a head (measured)" if not measured.campaign else "Profit a head (measured, assumed)"
    parts = [
        _table(title, money, rows)
        for title, rows in (("Arm", summary.arm_rows(measured)), ("Segment", summary.segment_rows(measured)))
        if rows
    ]
    return "".join(parts) + _metrics(metric_rows(measured)) + bullets(measured.notes)


def _metrics(rows: Sequence[MetricRow]) -> str:
    body = "".join(
        f'<tr><td>{escape(row.label)}</td><td class="number">{escape(row.figure)}</td>'
        f'<td class="number">{escape(row.interval)}</td><td class="number">{escape(row.assumed)}</td>'
        f"<td>{tags(*row.evidence)}</td></tr>"
        for row in rows
    )
    if not body:
        return ""
    return (
        '<table class="plain effects"><thead><tr><th>Metric</th><th class="number">Estimate</th>'
        '<th class="number">90% interval</th><th class="number">Assumed</th><th>Rests on</th></tr></thead>'
        f"<tbody>{body}</tbody></table>"
    )


def _truth(measured: Reading, truth: TrueEffect) -> str:
    currency = measured.campaign["profit"]["currency"]
    rate = "" if truth.save_rate is None else f", a save rate of {format_share(truth.save_rate)}"
    return (
        f'<p class="reading truth"><b>The truth:</b> it kept {count_noun(truth.kept, "more customer")}{rate}, and '
        f"earned {in_currency(truth.profit, escape(currency))} (known because the market is simulated; "
        "assumed).</p>"
    )


def _banner() -> str:
    return (
        '<p class="banner"><b>Example.</b> This is a simulated campaign whose truth is known: some customers of '
        "the send list were held back, a month of orders was played, and the log was measured like any other.</p>"
    )


def _table(title: str, money: str, rows: Sequence[EffectRow]) -> str:
    body = "".join(
        f'<tr><td>{escape(row.name)}</td><td class="number">{row.customers}</td>'
        f'<td class="number">{row.held_out}</td><td class="number">{escape(row.kept)}</td>'
        f'<td class="number">{escape(row.money)}</td><td>{escape(row.verdict)}</td></tr>'
        for row in rows
    )
    return (
        f'<table class="plain effects"><thead><tr><th>{title}</th><th class="number">Treated</th>'
        f'<th class="number">Held out</th><th class="number">Kept, points</th><th class="number">{money}</th>'
        f"<th>Verdict</th></tr></thead><tbody>{body}</tbody></table>"
    )


def _cards(figures: Sequence[tuple[str, str, str, tuple[str, ...]]], *, basis: str = "") -> str:
    cells = "".join(
        f'<div class="card"><span class="label">{escape(label)}</span><span class="figure">{escape(figure)}</span>'
        f'<span class="note">{escape(note)}</span>{tags(*evidence, basis=basis)}</div>'
        for label, figure, note, evidence in figures
    )
    return f'<div class="cards">{cells}</div>' if figures else ""


def _left_out(excluded: Iterable[tuple[str, int]]) -> str:
    reasons = [f"{count:,} {_LEFT_OUT.get(reason, reason)}" for reason, count in excluded if count]
    return f'<p class="muted small">Left out before the draw: {escape(", ".join(reasons))}.</p>' if reasons else ""
