"""The names of the money inputs."""

from dataclasses import fields

from retention.profit.economics import Economics
from retention.wording.money_inputs import MONEY_INPUTS


def test_every_money_input_has_a_label_and_a_short_name() -> None:
    """No field name reaches the screen."""
    assert set(MONEY_INPUTS) == {field.name for field in fields(Economics)} - {"currency"}
    assert all(names.label and names.short for names in MONEY_INPUTS.values())
