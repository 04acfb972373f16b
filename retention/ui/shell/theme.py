"""How the app looks: gradio's variables set once, for light and dark."""

import gradio as gr
from gradio.themes.utils import fonts

_TEAL = gr.themes.Color(
    name="teal",
    c50="#f0fdfa",
    c100="#ccfbf1",
    c200="#99f6e4",
    c300="#5eead4",
    c400="#2dd4bf",
    c500="#0f766e",
    c600="#0f766e",
    c700="#115e59",
    c800="#134e4a",
    c900="#104340",
    c950="#042f2e",
)


def theme() -> gr.themes.Base:
    """Return the theme: one accent, a font that is served locally, and greys of readable contrast."""
    return gr.themes.Default(
        primary_hue=_TEAL,
        secondary_hue=_TEAL,
        neutral_hue=gr.themes.colors.slate,
        radius_size=gr.themes.sizes.radius_lg,
        spacing_size=gr.themes.sizes.spacing_md,
        # Only 400 and 700 exist as usable files of this family.
        font=(fonts.LocalFont("IBM Plex Sans", weights=(400, 700)), "system-ui", "sans-serif"),
        font_mono=(fonts.LocalFont("IBM Plex Mono", weights=(400, 600)), "ui-monospace", "monospace"),
    ).set(
        body_background_fill="*neutral_50",
        body_text_color_subdued="*neutral_600",
        body_text_color_subdued_dark="*neutral_300",
        block_label_text_color="*neutral_600",
        block_label_text_color_dark="*neutral_300",
        block_title_text_weight="400",
        block_info_text_color="*neutral_600",
        block_info_text_color_dark="*neutral_300",
        button_large_text_weight="700",
        button_secondary_background_fill="*background_fill_primary",
        button_secondary_background_fill_hover="*neutral_100",
        button_secondary_background_fill_dark="*neutral_800",
        button_secondary_background_fill_hover_dark="*neutral_700",
        button_secondary_border_color="*neutral_300",
        button_secondary_border_color_dark="*neutral_600",
        button_border_width="1px",
        button_border_width_dark="1px",
        color_accent="*primary_600",
        # A box or circle that is not ticked must be seen as well.
        checkbox_border_color="*neutral_500",
        checkbox_border_color_dark="*neutral_400",
        input_border_color="*neutral_300",
        input_border_color_dark="*neutral_600",
    )
