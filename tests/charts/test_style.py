"""What all charts have in common."""

import json
import re
from typing import Any

import pytest

from retention.charts import reading, style
from retention.charts.style import apply_style, mark_position

BACKGROUNDS = ("#ffffff", "#1e293b")


def luminance(colour: str) -> float:
    """Relative luminance of a hex colour (WCAG 2)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(text: str, background: str) -> float:
    darker, lighter = sorted([luminance(text), luminance(background)])
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("background", BACKGROUNDS)
@pytest.mark.parametrize("colour", [style.ACCENT, style.GREY, style.RED, *style.SERIES])
def test_every_colour_shows_on_light_and_on_dark(colour: str, background: str) -> None:
    """Lines and bars have a contrast of at least 3 against either background."""
    assert contrast(colour, background) >= 3


def test_the_text_on_tiles_is_legible(gallery: dict[str, Any]) -> None:
    """The heat map's text has a contrast of at least 4.5 at both ends of its colours."""
    tiles = gallery["recency and frequency"].data[0]
    text_colour = re.search(r"color:(#\w{6})", tiles.texttemplate)
    assert text_colour is not None
    assert all(contrast(text_colour[1], colour) >= 4.5 for _, colour in tiles.colorscale)


def test_every_chart_carries_one_sentence(gallery: dict[str, Any]) -> None:
    """The sentence is one line, ends with a full stop, and is part of the figure's JSON."""
    for name, figure in gallery.items():
        sentence = reading(figure)
        assert sentence.endswith(".") and "\n" not in sentence and "nan" not in sentence, name
        assert len(sentence) <= 200, name
        assert json.loads(figure.to_json())["layout"]["meta"]["reading"] == sentence


def test_every_chart_is_small(gallery: dict[str, Any]) -> None:
    """No chart costs a visitor more than 60 KB, and no line has more than 300 points."""
    for name, figure in gallery.items():
        assert 1_000 < len(figure.to_json()) < 60_000, name
        assert all(len(trace.x) <= 300 for trace in figure.data), name


def test_every_chart_has_the_common_style(gallery: dict[str, Any]) -> None:
    """A height, a transparent background, axes that do not zoom on touch, and a named horizontal axis."""
    for name, figure in gallery.items():
        layout = figure.layout
        assert 100 <= layout.height <= 600, name
        assert layout.paper_bgcolor == layout.plot_bgcolor == "rgba(0,0,0,0)", name
        assert layout.xaxis.fixedrange and layout.yaxis.fixedrange and layout.dragmode is False, name
        assert layout.xaxis.title.text, name
        assert len(layout.title.text or "") <= 52, name


def test_a_chart_with_money_says_what_it_rests_on(gallery: dict[str, Any]) -> None:
    """It stands below the title, so that a saved picture has it too; charts without money have none."""
    for name, figure in gallery.items():
        expected = (
            "backtested, assumed" if "₹" in json.dumps(figure.to_dict(), default=str, ensure_ascii=False) else ""
        )
        assert figure.layout.title.subtitle.text == expected, name


def test_charts_use_plain_colours_only(gallery: dict[str, Any]) -> None:
    """Only hex and rgba colours, which every version of plotly.js draws."""
    for name, figure in gallery.items():
        assert not re.search(r"oklch|hsl\(|color-mix", figure.to_json()), name


def test_no_chart_names_a_customer(gallery: dict[str, Any]) -> None:
    """Ids stay out of what is sent to a browser."""
    for name, figure in gallery.items():
        assert "secret-" not in figure.to_json(), name


def test_a_label_at_a_mark_gets_room_above_the_plot() -> None:
    """A chart with a mark keeps a line free for its label."""
    import plotly.graph_objects as go

    bare = apply_style(go.Figure(), reading="Nothing.", x_title="x", title="y", height=200)
    marked = go.Figure()
    mark_position(marked, 0.3, "here", to_left=True)
    apply_style(marked, reading="Nothing.", x_title="x", title="y", height=200)
    assert marked.layout.margin.t > bare.layout.margin.t
    assert marked.layout.annotations[0].xanchor == "right"
