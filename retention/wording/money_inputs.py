"""What the money inputs are called on screen, in charts, in the report and on the model card."""

from typing import Final, NamedTuple


class MoneyInput(NamedTuple):
    """The names of one money input.

    Attributes
    ----------
    label
        As a row of a table or a box to fill in.
    short
        As an axis or a sentence has room for it, in lower case.
    """

    label: str
    short: str


MONEY_INPUTS: Final = {
    "value": MoneyInput("Margin kept if a customer stays", "value of a customer"),
    "offer_cost": MoneyInput("Cost of an offer when redeemed", "offer cost"),
    "save_rate": MoneyInput("Save rate of an offer", "save rate"),
    "stayer_redemption": MoneyInput("Redemption by retained customers", "redemption if retained"),
    "harm_rate": MoneyInput("Harm rate of contacting", "harm rate"),
    "contact_cost": MoneyInput("Cost of contacting a customer", "contact cost"),
}
"""Field of :class:`retention.profit.economics.Economics` -> its names."""
