"""The send list: what the Offers tab makes of a session, without a screen."""

from dataclasses import replace
from pathlib import Path

import pytest

from retention.customers.table import Customers
from retention.errors import InputError
from retention.ui.session import Session
from retention.ui.tabs.offers import handlers as offers
from retention.ui.tabs.offers import review


def test_everyone_from_the_threshold_on_gets_a_message(trained: Session) -> None:
    """The send list is who reaches the slider's threshold, no more and no fewer."""
    written = offers.write(trained, 0.3)
    assert written.scored and written.message_run
    reached = (written.scored.send_list["churn_probability"] >= 0.3).sum()
    assert written.message_run.message_count == written.scored.contacted == reached


def test_the_send_list_goes_out_as_csv_and_excel(trained: Session, tmp_path: Path) -> None:
    """Both files are named for what they are, and nothing is written before somebody asks."""
    written = offers.write(trained, 0.9)
    for early in (trained, written):
        with pytest.raises(InputError, match="not approved yet"):
            offers.csv(early)
    written = review.approve(written, cool_down_days=14)
    for file, magic in [(offers.csv(written), b"customerID,"), (offers.workbook(written), b"PK")]:
        assert file.name in {"send_list.csv", "send_list.xlsx"}
        file.write(tmp_path / file.name)
        assert magic in (tmp_path / file.name).read_bytes()[:20]


def test_today_is_who_gets_written_to(trained: Session, telecom: Customers) -> None:
    """Where a log tells who is active today, messages go to them and not to the training customers."""
    some = replace(telecom, frame=telecom.frame.head(100))
    written = offers.write(replace(trained, today=some), 0.0)
    assert written.message_run and written.message_run.message_count == 100


def test_switching_the_language_model_off_still_writes_to_everyone(trained: Session) -> None:
    """With a server that refuses every call, all get the library's message and the breaker says why."""
    written = offers.write(trained, 0.3, writer=offers.switchable_writer(False))
    assert written.message_run and written.scored
    assert written.message_run.message_count == written.scored.contacted
    assert written.message_run.by_source == {"backup": written.message_run.message_count}
    assert written.message_run.breaker.state == "open"
    assert written.message_run.breaker.failures > 0
    assert offers.breaker_report(language_model_on=False).state == "open"
    assert offers.breaker_report(language_model_on=True).state == "off"
