"""Reading a send list back: messages give the offers, costs and currency that were priced."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from retention.churn.model import ChurnModel
from retention.errors import InputError
from retention.messages.batch import write_messages
from retention.profit.economics import Economics
from retention.targeting import SendPolicy, currency_of, offers_at, offers_priced, read_send_list, score_file
from tests.files import write
from tests.targeting.cases import CATALOGUE, as_text, run, today


def test_messages_give_what_was_priced(telecom_model: ChurnModel, tmp_path: Path) -> None:
    """With several offers in a file, each message gives its own, at the cost of the scoring."""
    catalogue, economics = write(tmp_path / "offers.toml", CATALOGUE), Economics(offer_cost=75, save_rate=0.5)
    path = write(tmp_path / "today.csv", as_text(today()))
    policy = SendPolicy(economics=economics, every_offer=True, catalogue=offers_at(economics, catalogue))
    score_file(path, tmp_path / "scored.csv", telecom_model, policy)
    rows = read_send_list(tmp_path / "scored.csv")
    sent = rows[rows["send"] == "yes"].sort_values("offer", ascending=False)
    assert sent["offer"].iloc[0] == "delivery"  # the first row's cost is not the first offer's
    offers = offers_priced(sent, Economics(), catalogue)
    assert [(offer.id, offer.cost) for offer in offers] == [("cash_75", 75), ("delivery", 20)]
    messages = write_messages(sent, id="customerID", offers=offers).messages_frame
    gives = np.where(messages["offer"] == "cash_75", "₹75 off", "free delivery")
    assert all(offered in text for offered, text in zip(gives, messages["message"], strict=True))
    cheaper = write(tmp_path / "offers.toml", CATALOGUE.replace("cost = 20", "cost = 30"))
    with pytest.raises(InputError, match="priced at 20 with an offer that costs 30"):
        offers_priced(sent, Economics(), cheaper)


def test_messages_use_the_currency_that_was_priced(
    capsys: pytest.CaptureFixture[str], telecom_folder: Path, telecom_file: Path, tmp_path: Path
) -> None:
    """The list carries it from `score` to `offers`; a flag overrides it; two in one list are refused."""
    scored, out = tmp_path / "scored.csv", tmp_path / "messages.csv"
    run(capsys, "score", telecom_file, "--model", telecom_folder, "--out", scored, "--top", 3, "--currency", "€")
    rows = read_send_list(scored)
    assert set(rows["currency"]) == {"€"} == {currency_of(rows)}
    run(capsys, "offers", scored, "--out", out)
    assert pd.read_csv(out)["message"].str.contains("€50").all()
    run(capsys, "offers", scored, "--out", out, "--currency", "$")
    assert pd.read_csv(out)["message"].str.contains("$50", regex=False).all()
    mixed = pd.DataFrame({"id": ["a", "b", "c"], "currency": ["€", "", "$"]})
    with pytest.raises(InputError, match="'€' and '\\$'"):
        currency_of(mixed)
    assert currency_of(mixed[["id"]]) is None
    assert currency_of(mixed[1:2]) is None


def test_a_list_without_prices_takes_the_economics(tmp_path: Path) -> None:
    """A hand-made file may name offers only; an `offer_cost` that is text is refused."""
    hand_made = pd.DataFrame({"id": ["a"], "offer": ["cash_60"]})
    assert offers_priced(hand_made, Economics(offer_cost=60))[0].id == "cash_60"
    with pytest.raises(InputError, match="'offer_cost' must hold numbers"):
        offers_priced(hand_made.assign(offer_cost="sixty"), Economics())
