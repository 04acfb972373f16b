"""HTML that several tabs use; all text from a visitor's file is escaped."""

from collections.abc import Iterable
from html import escape

from retention.errors import RetentionError
from retention.profit.evidence import ASSUMED, BACKTESTED, MEASURED, SIMULATED_TRUTH

_MEANING = {
    BACKTESTED: "Computed on past customers that the model had not seen",
    MEASURED: "Rests on rates that a randomised campaign measured",
    ASSUMED: "Rests on the money inputs, which are assumptions",
    SIMULATED_TRUTH: "Computed from what the simulated market was drawn from, which no real market tells",
}


def reading(sentence: str) -> str:
    """Return a sentence beside a chart or a table."""
    return f'<p class="reading">{escape(sentence)}</p>'


def evidence_tags(kinds: Iterable[str]) -> str:
    """Return the tags that say what an amount rests on, as ``assets/desk.js`` writes them."""
    return "".join(f'<span class="tag" title="{escape(_MEANING[kind])}">{escape(kind)}</span>' for kind in kinds)


def picture_buttons(chart: str) -> str:
    """Return the buttons that save a chart, by its ``elem_id``; ``assets/desk.js`` handles them."""
    name = escape(chart.replace("-", " ").replace("_", " "))
    buttons = "".join(
        f'<button type="button" data-picture="{escape(chart)}" data-format="{kind}" '
        f'aria-label="Save the {name} chart as {kind.upper()}">{kind.upper()}</button>'
        for kind in ("png", "svg")
    )
    return f'<p class="pictures">Save as {buttons}</p>'


def problem(error: RetentionError) -> str:
    """Return what is wrong with an input, to show beside it."""
    return f'<p class="finding error" role="alert">{escape(str(error))}</p>'


def tags(*evidence: str, basis: str = "") -> str:
    """Return tags that say what an amount rests on, as ``assets/desk.js`` writes them.

    Parameters
    ----------
    evidence
        ``assumed``, ``backtested``, ``measured``.
    basis
        What stands behind ``measured``: its interval, its campaign and its day.
    """
    if not evidence:
        return ""
    titles = _MEANING | ({MEASURED: f"Measured against customers held out at random: {basis}"} if basis else {})
    shown = "".join(f'<span class="tag" title="{escape(titles[kind])}">{escape(kind)}</span>' for kind in evidence)
    return f'<span class="tags">{shown}</span>'


def cards(figures: Iterable[tuple[str, str, str]]) -> str:
    """Return cards in a row, each with a label, a figure and a note."""
    cells = "".join(
        f'<div class="card"><span class="label">{escape(label)}</span><span class="figure">{escape(figure)}</span>'
        f'<span class="note">{escape(note)}</span></div>'
        for label, figure, note in figures
    )
    return f'<div class="cards">{cells}</div>'


def bullets(sentences: Iterable[str]) -> str:
    """Return a list of sentences; nothing where there are none."""
    items = "".join(f"<li>{escape(sentence)}</li>" for sentence in sentences)
    return f'<ul class="facts">{items}</ul>' if items else ""


def empty(sentence: str) -> str:
    """Return an empty state: a sentence that says what to do."""
    return f'<p class="empty">{escape(sentence)}</p>'
