"""A file that cannot be scored is refused with the same sentence, whether streamed or read as a whole."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from retention.churn.model import ChurnModel
from retention.errors import InputError, ModelError, RetentionError
from retention.targeting import SendPolicy, score, score_file
from tests.files import write
from tests.targeting.cases import as_text, table_of, today, whole_and_streamed

BAD_FILES: dict[str, Callable[[pd.DataFrame], bytes]] = {
    "an id twice, far apart": lambda table: as_text(table, customerID=[*table["customerID"][:-1], "0000-ABCDE"]),
    "one id throughout": lambda table: as_text(table, customerID="me"),
    "blank ids": lambda table: as_text(table, customerID=[*table["customerID"][:-20], *["", " "] * 10]),
    "a word in the last row": lambda table: as_text(table, tenure=[*map(str, table["tenure"][:-1]), "abc"]),
    "infinity": lambda table: as_text(table, tenure=[*map(str, table["tenure"][:-1]), "inf"]),
    "text for numbers": lambda table: as_text(table, tenure=["long", "short"] * 30),
    "nothing but words for blanks": lambda table: as_text(table, tenure="NA"),
    "a row too long": lambda table: as_text(table) + b"1,2,3\n",
    "a NUL": lambda table: as_text(table) + b"\0",
    "an open quote": lambda table: as_text(table) + b'9999,"Ana\n\n',
    "no rows": lambda table: as_text(table[:0]),
    "values without a name": lambda table: as_text(table).replace(b"customerID,", b"customerID,,").replace(
        b"-ABCDE,", b"-ABCDE,x,"
    ),
    "a name twice": lambda table: as_text(table).replace(b"gender", b"name", 1),
    "no id": lambda table: as_text(table.drop(columns="customerID")),
    "a column missing": lambda table: as_text(table.drop(columns="tenure")),
    "two cutoffs": lambda table: as_text(table, cutoff="2025-06-30", customerID=table["customerID"].str[:3]),
}  # fmt: skip


@pytest.mark.parametrize(
    ("values", "reason"),
    [([*[1] * 50, *[0] * 10], "is 0"), ([*[1] * 59, None], "is blank"), (["high", "low"] * 30, "is not a plain")],
)
def test_a_value_that_does_not_fit_is_refused_only_if_asked_for(
    telecom_model: ChurnModel, tmp_path: Path, values: list[Any], reason: str
) -> None:
    """A column that only has the name of a value column is not used, with a warning, streamed or not."""
    path = write(tmp_path / "today.csv", as_text(today(), value=values))
    whole, streamed, summary = whole_and_streamed(path, telecom_model)
    assert streamed == whole
    assert "column 'value' is not used as the customers' value" in summary.warnings[0]
    assert reason in summary.warnings[0]
    for read in (
        lambda: table_of(path, telecom_model, value="value"),
        lambda: score_file(path, path, telecom_model, SendPolicy(), rows_at_once=7, value="value"),
    ):
        with pytest.raises(InputError, match=reason):
            read()


@pytest.mark.parametrize("kind", BAD_FILES)
def test_a_bad_file_gets_the_sentence_of_the_whole_table(
    telecom_model: ChurnModel, tmp_path: Path, kind: str
) -> None:
    """The fault is reported with its row, whichever part it is in, and the older result stays."""
    path = write(tmp_path / "bad.csv", BAD_FILES[kind](today()))
    out = write(tmp_path / "scored.csv", "the older one")
    with pytest.raises(RetentionError) as whole:
        score(table_of(path, telecom_model), telecom_model, SendPolicy())
    with pytest.raises(RetentionError) as streamed:
        score_file(path, out, telecom_model, SendPolicy(), rows_at_once=7)
    assert (type(streamed.value), str(streamed.value)) == (type(whole.value), str(whole.value))
    assert isinstance(streamed.value, InputError | ModelError)
    assert out.read_text() == "the older one"
    assert {file.name for file in tmp_path.iterdir()} == {"bad.csv", "scored.csv"}
