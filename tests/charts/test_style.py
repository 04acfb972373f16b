"""What all figures have in common."""

import json
import re
from typing import Any

import pytest

from retention import charts as figures
from retention.charts import style
from retention.charts.style import apply_style, mark_position, money_axis, round_numbers

GROUNDS = ("#ffffff", "#1e293b")


def luminance(colour: str) -> float:
    """Relative luminance of a hex colour (WCAG 2)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted([luminance(one), luminance(other)])
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("colour", [style.ACCENT, style.GREY, style.RED, *style.SERIES])
def test_every_colour_shows_on_light_and_on_dark(colour: str, ground: str) -> None:
    """Lines and bars have a contrast of at least 3 against either ground."""
    assert contrast(colour, ground) >= 3


def test_tiles_bring_ink_that_reads_on_them(gallery: dict[str, Any]) -> None:
    """The heat map's text has a contrast of at least 4.5 at both ends of its colours."""
    tiles = gallery["recency and frequency"].data[0]
    ink = re.search(r"color:(#\w{6})", tiles.texttemplate)
    assert ink is not None
    assert all(contrast(ink[1], colour) >= 4.5 for _, colour in tiles.colorscale)


def test_every_figure_reads_itself_in_one_sentence(gallery: dict[str, Any]) -> None:
    """The reading is one line, ends with a full stop, and travels inside the figure's JSON."""
    for name, figure in gallery.items():
        words = figures.reading(figure)
        assert words.endswith(".") and "\n" not in words and "nan" not in words, name
        assert len(words) <= 200, name
        assert json.loads(figure.to_json())["layout"]["meta"]["reading"] == words


def test_every_figure_is_small(gallery: dict[str, Any]) -> None:
    """No figure costs a visitor more than 60 KB, and no line has more than 300 points."""
    for name, figure in gallery.items():
        assert 1_000 < len(figure.to_json()) < 60_000, name
        assert all(len(trace.x) <= 300 for trace in figure.data), name


def test_every_figure_has_the_style(gallery: dict[str, Any]) -> None:
    """A height, no ground of its own, axes that do not zoom under a finger, and a named horizontal axis."""
    for name, figure in gallery.items():
        layout = figure.layout
        assert 100 <= layout.height <= 600, name
        assert layout.paper_bgcolor == layout.plot_bgcolor == "rgba(0,0,0,0)", name
        assert layout.xaxis.fixedrange and layout.yaxis.fixedrange and layout.dragmode is False, name
        assert layout.xaxis.title.text, name
        assert len(layout.title.text or "") <= 52, name


def test_a_figure_with_money_says_what_it_rests_on(gallery: dict[str, Any]) -> None:
    """It stands below the title, so that a saved picture has it too; figures without money have none."""
    for name, figure in gallery.items():
        expected = (
            "backtested, assumed" if "₹" in json.dumps(figure.to_dict(), default=str, ensure_ascii=False) else ""
        )
        assert figure.layout.title.subtitle.text == expected, name


def test_figures_use_plain_colours_only(gallery: dict[str, Any]) -> None:
    """Only hex and rgba colours, which every version of plotly.js draws."""
    for name, figure in gallery.items():
        assert not re.search(r"oklch|hsl\(|color-mix", figure.to_json()), name


def test_no_figure_names_a_customer(gallery: dict[str, Any]) -> None:
    """Ids stay out of what is sent to a browser."""
    for name, figure in gallery.items():
        assert "secret-" not in figure.to_json(), name


def test_words_at_a_mark_get_room_above_the_plot() -> None:
    """A figure with a mark keeps a line free for its words."""
    import plotly.graph_objects as go

    bare = apply_style(go.Figure(), reading="Nothing.", x_title="x", title="y", height=200)
    marked = go.Figure()
    mark_position(marked, 0.3, "here", to_left=True)
    apply_style(marked, reading="Nothing.", x_title="x", title="y", height=200)
    assert marked.layout.margin.t > bare.layout.margin.t
    assert marked.layout.annotations[0].xanchor == "right"


def test_amounts_are_grouped_as_their_readers_do() -> None:
    """Lakhs for rupees, thousands for others, the minus before the sign."""
    assert money_axis(-200_000, 200_000, "₹")["ticktext"] == [
        "−₹2,00,000",
        "−₹1,00,000",
        "₹0",
        "₹1,00,000",
        "₹2,00,000",
    ]
    assert money_axis(0, 200_000, "$", most=3)["ticktext"] == ["$0", "$100,000", "$200,000"]


@pytest.mark.parametrize(("low", "high"), [(0, 0), (-1e9, 3e9), (0, 1e-9), (99.9, 100.1), (-7, -3)])
def test_round_numbers_are_few_and_in_between(low: float, high: float) -> None:
    """One to six numbers inside the range, whatever its size."""
    numbers = round_numbers(low, high)
    assert 1 <= len(numbers) <= 6
    assert all(low - 1e-9 * abs(low) <= number <= high + 1e-9 * abs(high) for number in numbers)
