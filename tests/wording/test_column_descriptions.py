"""Every feature has one label, meaning and unit, and other columns keep their own names."""

import pytest

from retention.wording.column_descriptions import ORDER_FEATURES, column_meaning, feature_labels


@pytest.mark.parametrize(
    ("column", "words", "unit"),
    [
        ("orders_30d", "orders in the last 30 days up to the cutoff", "orders"),
        ("late_minutes_last", "late minutes of the latest order", "minutes"),
        ("coupon_share", "share of orders with coupon", "0 to 1"),
        ("city_usual", "most frequent city", ""),
        ("reason_2", "reason number 2, in words", ""),
        ("days_away", "", "days"),
        ("Contract", "", ""),
    ],
)
def test_a_name_has_a_meaning_and_a_unit(column: str, words: str, unit: str) -> None:
    """The endings that snapshots use have a meaning, and a unit in the name is read."""
    assert column_meaning(column) == (words, unit)


def test_a_feature_is_described_in_one_row_of_the_table() -> None:
    """Label, meaning and unit of a snapshot's feature come from the same row."""
    labels = feature_labels(ORDER_FEATURES)
    for name, description in ORDER_FEATURES.items():
        assert labels[name] == description.label
        assert column_meaning(name) == (description.meaning, description.unit)


def test_labels_are_unique() -> None:
    """No two features of a snapshot look the same in a chart."""
    names = [*ORDER_FEATURES, "orders_30d", "delivery_minutes_mean", "delivery_minutes_last", "cuisine_kinds"]
    assert len(set(feature_labels(names).values())) == len(names)
