"""The layout of the section that selects customers: by the slider, or by each customer's profit within limits."""

from dataclasses import dataclass
from typing import Any

import gradio as gr

from retention.ui.send_choice import EVERY, FIRST, SLIDER

_WAYS = [
    ("One threshold for all (the slider)", SLIDER),
    ("Customer by customer, the first offer", FIRST),
    ("Customer by customer, any offer of the table", EVERY),
]


@dataclass(frozen=True)
class BudgetSection:
    """The components of the section."""

    how: gr.Radio
    budget: gr.Number
    max_contacts: gr.Number
    problem: gr.HTML
    result: gr.HTML

    @property
    def limits(self) -> list[Any]:
        """The boxes that are blank where there is no limit."""
        return [self.budget, self.max_contacts]

    @property
    def inputs(self) -> list[Any]:
        """What a visitor sets."""
        return [self.how, *self.limits]

    @property
    def components(self) -> list[Any]:
        """All of them."""
        return [*self.inputs, self.problem, self.result]

    def show(self, result: str) -> dict[Any, Any]:
        """Return the updates that show the result of a choice."""
        return {self.problem: "", self.result: result}


def build() -> BudgetSection:
    """Lay the section out."""
    with gr.Column(elem_id="choosing"):
        with gr.Row():
            how = gr.Radio(
                _WAYS, value=SLIDER, label="Who gets an offer", scale=3, min_width=320, elem_id="how",
                info="The Offers tab writes to those who are chosen here",
            )  # fmt: skip
            budget = gr.Number(
                None, label="Budget", placeholder="none", scale=1, min_width=140,
                info="Expected cost; blank for no limit",
            )  # fmt: skip
            max_contacts = gr.Number(
                None, label="Most contacts", placeholder="none", scale=1, min_width=140,
                info="Customers; blank for no limit",
            )  # fmt: skip
        problem = gr.HTML(elem_id="choosing-trouble")
        result = gr.HTML(elem_id="outcome")
    return BudgetSection(how, budget, max_contacts, problem, result)
