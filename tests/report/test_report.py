"""The report shows the numbers of the curve, tags every amount, and is one safe page."""

import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from retention.artifacts import sha256
from retention.churn.drift import Drift
from retention.churn.model import ChurnModel
from retention.cli import main
from retention.customers.audit import Finding, audit
from retention.customers.table import Customers
from retention.errors import InputError
from retention.profit.catalogue import Offer
from retention.profit.economics import PRESETS, Economics
from retention.report import render_report
from retention.targeting import Scored, SendPolicy, offers_at, profit_of_model, score
from retention.wording.money import in_currency
from tests.charts.cases import three_cutoffs
from tests.profit.rates_cases import offer_rates, rates_of

DAY = date(2025, 7, 1)
REALISTIC = PRESETS["realistic"]
ALL_PAY = Economics(offer_cost=0.0, contact_cost=1.0)
NONE_PAYS = Economics(value=40.0, offer_cost=50.0)
NASTY = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'&"
AMOUNT = re.compile(r"₹\d")


@dataclass
class Node:
    """An element of the page: its tag, attributes, parent and children, and the text in it."""

    tag: str
    attributes: dict[str, str | None]
    parent: "Node | None"
    children: list["Node | str"] = field(default_factory=list)

    @property
    def words(self) -> str:
        text = "".join(child if isinstance(child, str) else child.words for child in self.children)
        return " ".join(text.split())

    def below(self) -> Iterator["Node"]:
        for child in self.children:
            if isinstance(child, Node):
                yield child
                yield from child.below()

    def above(self) -> Iterator["Node"]:
        if self.parent is not None:
            yield self.parent
            yield from self.parent.above()

    def has(self, kind: str) -> bool:
        return kind in (self.attributes.get("class") or "").split()

    def all(self, kind: str) -> list["Node"]:
        return [node for node in self.below() if node.has(kind) or node.tag == kind]

    def with_id(self, id: str) -> "Node":
        (node,) = [node for node in self.below() if node.attributes.get("id") == id]
        return node


class Reader(HTMLParser):
    """Parses a page into a tree of nodes."""

    EMPTY = ("meta", "link", "img", "br")

    def __init__(self, page: str) -> None:
        super().__init__()
        self.root = self.at = Node("page", {}, None)
        self.feed(page)
        assert self.at is self.root, "an element is left open"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, dict(attrs), self.at)
        self.at.children.append(node)
        if tag not in self.EMPTY:
            self.at = node

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.at.children.append(Node(tag, dict(attrs), self.at))

    def handle_endtag(self, tag: str) -> None:
        assert self.at.tag == tag
        assert self.at.parent is not None
        self.at = self.at.parent

    def handle_data(self, data: str) -> None:
        self.at.children.append(data)


def read(page: str) -> Node:
    return Reader(page).root


def row(page: Node, name: str) -> list[str]:
    """Return the cells of the table row of this name."""
    (table_row,) = [line for line in page.all("tr") if line.all("th") and line.all("th")[0].words == name]
    return [cell.words for cell in table_row.all("td")]


@pytest.fixture(scope="module")
def scored(telecom: Customers, telecom_model: ChurnModel) -> Scored:
    return score(telecom, telecom_model, SendPolicy(economics=REALISTIC))


@pytest.fixture(scope="module")
def full(telecom: Customers, telecom_model: ChurnModel, scored: Scored) -> str:
    """The page with every section."""
    curve = profit_of_model(telecom_model, REALISTIC)
    return render_report(
        telecom_model, curve, made_at=DAY, source="telecom.csv", findings=audit(telecom), scored=scored
    )


def bare(model: ChurnModel, economics: Economics) -> str:
    """Return the page with only the model and its curve."""
    return render_report(model, profit_of_model(model, economics), made_at=DAY)


def with_values(model: ChurnModel) -> ChurnModel:
    """Return the same model as if its customers had a value column."""
    rows = model.out_of_fold
    assert rows is not None
    value = np.linspace(20.0, 900.0, len(rows.score))
    return replace(model, out_of_fold=replace(rows, value=value), roles=replace(model.roles, value="margin"))


def test_the_earnings_are_those_of_the_curve(telecom_model: ChurnModel, full: str) -> None:
    """Each way to choose whom to contact has the profit that the curve gives."""
    curve, page = profit_of_model(telecom_model, REALISTIC), read(full)
    for name, number in [
        ("from the break-even on", curve.deployed.profit),
        ("from a picked threshold on", curve.profit_best),
        ("everyone", curve.profit_all),
        ("as many at random", curve.deployed.contacted / curve.customers * curve.profit_all),
        ("nobody", 0.0),
        ("only churners (limit)", curve.profit_perfect),
    ]:
        assert row(page, name)[-1] == in_currency(number, "₹")
    answer = page.all("answer")[0].words
    assert f"expect {in_currency(curve.deployed.profit, '₹')}" in answer
    for band in (curve.deployed.gain_band, curve.deployed.band):
        assert f"{in_currency(band.low, '₹')} to {in_currency(band.high, '₹')}" in page.words


def test_the_matrix_is_that_of_the_chosen_threshold(telecom_model: ChurnModel, full: str) -> None:
    """It has four groups in customers and in money, and the sum of saved and wasted."""
    curve, page = profit_of_model(telecom_model, REALISTIC), read(full)
    matrix = curve.matrix()
    for kind in ("saved", "wasted", "lost", "loyal"):
        (cell,) = [node for node in page.all("cell") if node.has(kind)]
        assert cell.all("b")[0].words == in_currency(getattr(matrix, f"{kind}_amount"), "₹")
        assert cell.all("strong")[0].words == f"{getattr(matrix, kind):,}"
    assert f"Saved and wasted make {in_currency(matrix.profit, '₹')}" in page.words
    assert "30% accept" in page.words


def test_the_metrics_are_those_of_held_out_customers(telecom_model: ChurnModel, full: str) -> None:
    """ROC AUC, Brier score and mean probability are out of fold, beside those of a chance model."""
    page, metrics = read(full), telecom_model.metrics
    rate = telecom_model.churn_rate
    assert row(page, "Churned ranked above retained (ROC AUC)") == [f"{metrics.roc_auc:.3f}", "chance: 0.5"]
    assert row(page, "Brier score, 0 is best") == [
        f"{metrics.brier:.3f}", f"one risk for all: {rate * (1 - rate):.3f}"
    ]  # fmt: skip
    assert row(page, "Mean probability") == [f"{metrics.mean_probability:.1%}", f"churned: {rate:.1%}"]
    assert f"Chosen: {telecom_model.chosen}" in page.words


def test_every_money_input_has_its_label_and_its_effect_on_the_profit(telecom_model: ChurnModel) -> None:
    """The six inputs are as typed; a lower save rate earns less, and an input at its limit has a dash."""
    economics = Economics(value=1234567.5, offer_cost=50, save_rate=0.3125, stayer_redemption=1, currency="₹")
    page = read(bare(telecom_model, economics))
    assert row(page, "Margin kept if a customer stays")[0] == "₹12,34,567.50"
    assert row(page, "Cost of an offer when redeemed")[0] == "₹50"
    save_rate = row(page, "Save rate of an offer")
    assert save_rate[0] == "31.25%"
    curve = profit_of_model(telecom_model, replace(economics, save_rate=0.25))
    assert save_rate[1] == in_currency(curve.deployed.profit, "₹")
    assert row(page, "Redemption by retained customers")[0::2] == ["100%", "–"]
    assert row(page, "Harm rate of contacting") == ["0%", "–", "–"]
    assert row(page, "Cost of contacting a customer") == ["₹0", "–", "–"]


@pytest.mark.parametrize("economics", [REALISTIC, ALL_PAY, NONE_PAYS])
def test_every_amount_is_tagged(
    telecom: Customers, telecom_model: ChurnModel, scored: Scored, economics: Economics
) -> None:
    """The tag is beside an amount in a sentence, in the header of a table, and in the caption of a drawing."""
    limited = score(telecom, telecom_model, SendPolicy(economics=REALISTIC, budget=900.0))
    for model, listed in ((telecom_model, scored), (with_values(telecom_model), limited)):
        curve = profit_of_model(model, economics)
        page = read(render_report(model, curve, made_at=DAY, findings=audit(telecom), scored=listed))
        tagged = 0
        for node in page.below():
            if node.tag in {"style", "title"} or not any(
                isinstance(words, str) and AMOUNT.search(words) for words in node.children
            ):
                continue
            tagged += 1
            assert evidence(page, node) <= {"backtested, assumed", "assumed"} and evidence(page, node), node.words
        assert tagged > 20


def evidence(page: Node, node: Node) -> set[str]:
    """Return the tags that belong to the amount in this node."""
    if node.attributes.get("headers"):
        places = [page.with_id(id) for id in str(node.attributes["headers"]).split()]
    else:
        tag_name = "figure" if node.tag == "text" else "span"
        places = [next(place for place in (node, *node.above()) if place.tag == tag_name)]
    return {tag.words for place in places for tag in place.all("evidence")}


def test_inputs_and_expectations_are_assumed_results_are_backtested(full: str) -> None:
    """An input is never tagged as measured, and the send list's profit is an expectation."""
    page = read(full)
    assert page.with_id("setting").all("evidence")[0].words == "assumed"
    for id in ("earned", "swing"):
        assert page.with_id(id).all("evidence")[0].words == "backtested, assumed"
    assert re.search(r"Expected profit ?−?₹[\d,]+ assumed against", page.words)
    for word in ("backtested: ", "assumed: ", "No amount here was measured in a randomised campaign"):
        assert word in page.words


@pytest.mark.parametrize(
    ("economics", "sentence", "advice"),
    [
        (ALL_PAY, "No headroom: sending to everyone earns as much", "send to everyone."),
        (NONE_PAYS, "No headroom: doing nothing earns as much", "Send to nobody."),
        (Economics(save_rate=0.05), "No headroom: doing nothing", "send to nobody."),
    ],
)
def test_the_answer_says_when_there_is_no_headroom(
    telecom_model: ChurnModel, economics: Economics, sentence: str, advice: str
) -> None:
    """Without headroom the answer begins with that, ends with advice, and promises no profit."""
    answer = read(bare(telecom_model, economics)).all("answer")[0]
    assert answer.words.startswith(sentence)
    assert answer.words.endswith(advice)
    assert answer.all("none")
    assert "expect ₹" not in answer.words


def test_the_page_says_why_no_offer_pays(telecom_model: ChurnModel) -> None:
    """The page says that the offer costs more than a customer is worth, and nobody is chosen."""
    page = read(bare(telecom_model, NONE_PAYS))
    assert str(NONE_PAYS.why_no_offer_pays()) in page.words
    assert "chosen: nobody" in page.words
    assert "breaks even at" not in page.words


def test_the_curve_is_drawn_at_the_right_coordinates(telecom_model: ChurnModel) -> None:
    """There is a point a threshold, left to right; the chosen one and the alternatives stand at their profits."""
    curve = profit_of_model(telecom_model, REALISTIC)
    drawing = read(bare(telecom_model, REALISTIC)).all("figure")[0]
    (polyline,) = drawing.all("profit")
    points = [tuple(map(float, pair.split(","))) for pair in str(polyline.attributes["points"]).split()]
    assert len(points) == len(curve.threshold)
    assert [x for x, _ in points] == sorted(x for x, _ in points)
    (dot,) = drawing.all("circle")
    at_deployed = np.searchsorted(curve.threshold, curve.threshold_deployed)
    assert points[at_deployed][1] == pytest.approx(float(str(dot.attributes["cy"])), abs=1)
    assert float(str(dot.attributes["cy"])) >= min(y for _, y in points)
    (send_all,), (send_none,) = drawing.all("all"), drawing.all("none")
    assert float(str(send_all.attributes["y1"])) == points[0][1]
    assert float(str(send_none.attributes["y1"])) == pytest.approx(points[-1][1], abs=0.1)
    (even,), (chosen,) = drawing.all("even"), [mark for mark in drawing.all("chosen") if mark.tag == "line"]
    gap = float(str(even.attributes["x1"])) - float(str(chosen.attributes["x1"]))
    assert curve.threshold_break_even is not None
    assert np.sign(round(gap)) in (0, np.sign(curve.threshold_break_even - curve.threshold_deployed))
    (band,) = drawing.all("band")
    assert len(str(band.attributes["points"]).split()) == 2 * len(points)


@pytest.mark.parametrize("economics", [ALL_PAY, NONE_PAYS, Economics(save_rate=0, stayer_redemption=0)])
def test_the_drawing_stays_within_its_frame(telecom_model: ChurnModel, economics: Economics) -> None:
    """That holds even if all profits are positive, negative or zero."""
    (drawing,) = [svg for svg in read(bare(telecom_model, economics)).all("svg") if svg.attributes.get("role")]
    _, _, width, height = map(float, str(drawing.attributes["viewbox"]).split())
    for node in drawing.below():
        pairs = str(node.attributes.get("points", "")).split()
        across = [float(pair.split(",")[0]) for pair in pairs]
        down = [float(pair.split(",")[1]) for pair in pairs]
        across += [
            float(str(node.attributes[name])) for name in ("x", "x1", "x2", "cx") if name in node.attributes
        ]
        down += [float(str(node.attributes[name])) for name in ("y", "y1", "y2", "cy") if name in node.attributes]
        assert all(0 <= place <= width for place in across)
        assert all(0 <= place <= height for place in down)


def test_text_from_files_is_escaped(telecom: Customers, telecom_model: ChurnModel, scored: Scored) -> None:
    """Markup in names, values and findings is shown as text; a currency cannot hold any."""
    with pytest.raises(InputError, match="currency: must be a sign or letters"):
        Economics(currency="<b>'\"&")
    direction = replace(telecom_model.directions[0], feature=NASTY, effect=f"most churn with {NASTY}")
    model = replace(
        with_values(telecom_model),
        warnings=(NASTY,),
        directions=(direction,),
        roles=replace(telecom_model.roles, label=NASTY, value=NASTY),
    )
    findings = [Finding("warning", "constant", NASTY, 1.0, NASTY)]
    drifted = replace(scored, drift=Drift("severe", (NASTY,)))
    curve = profit_of_model(model, Economics())
    page = render_report(model, curve, made_at=DAY, source=NASTY, findings=findings, scored=drifted)
    plain = render_report(telecom_model, profit_of_model(telecom_model, REALISTIC), made_at=DAY)
    nodes = read(page)
    assert {node.tag for node in nodes.below()} <= {node.tag for node in read(plain).below()} | {"code", "strong"}
    assert not any(name.startswith("on") for node in nodes.below() for name in node.attributes)
    assert nodes.words.count("<script>alert(1)</script>") >= 7


def test_control_characters_and_long_names_are_cleaned(telecom_model: ChurnModel) -> None:
    """A name with line breaks or direction marks is shown on one line, and a long one is cut."""
    findings = [Finding("note", "constant", None, 1.0, "two\nlines\x00 and \u202ebackwards " + "x" * 5000)]
    curve = profit_of_model(telecom_model, REALISTIC)
    page = render_report(telecom_model, curve, made_at=DAY, source="y" * 5000, findings=findings)
    assert "two lines and backwards xxx" in read(page).words
    assert "x" * 181 not in page and "y" * 71 not in page
    assert "\x00" not in page and "\u202e" not in page


def test_many_warnings_are_counted_not_all_listed(telecom_model: ChurnModel) -> None:
    """The most severe come first, and the page says how many more there are."""
    findings = [Finding("error", "leakage", None, 1.0, f"finding number {number}") for number in range(30)]
    curve = profit_of_model(telecom_model, REALISTIC)
    page = read(render_report(telecom_model, curve, made_at=DAY, findings=findings)).words
    shown_findings = page.count("finding number")
    assert 3 <= shown_findings < 30
    assert "finding number 0" in page and f"and {30 - shown_findings} more" in page


def test_an_audit_without_findings_differs_from_no_audit(telecom_model: ChurnModel) -> None:
    """The page says whether the audit found nothing or was not run."""
    curve = profit_of_model(telecom_model, REALISTIC)
    assert "The audit found nothing" in render_report(telecom_model, curve, made_at=DAY, findings=())
    assert "The training data was not audited for this page" in render_report(telecom_model, curve, made_at=DAY)


def test_the_send_list_is_reported_in_sums_without_names(
    telecom: Customers, telecom_model: ChurnModel, scored: Scored, full: str
) -> None:
    """The page has counts, the expected profit of the contacted, and the drift, but no customer's id."""
    page = read(full).words
    rows = scored.send_list[scored.send_list["send"] == "yes"]
    assert f"Get an offer{len(rows):,}, at" in page
    assert f"Expected profit{in_currency(rows['expected_profit'].sum(), '₹')} assumed" in page
    assert not any(str(id) in full for id in telecom.ids)
    assert "The send list" not in bare(telecom_model, REALISTIC)
    drifted = replace(scored, drift=Drift("severe", ("the scores have moved",)))
    curve = profit_of_model(telecom_model, REALISTIC)
    page = read(render_report(telecom_model, curve, made_at=DAY, scored=drifted)).all("cautions")[0].words
    assert page == "Drift: the scores have moved"


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        ({"budget": 900.0, "max_contacts": 40}, "within a budget of ₹900 assumed and 40 contacts"),
        ({"budget": 900.5}, "within a budget of ₹900.50 assumed"),
        ({"max_contacts": 40}, ", within 40 contacts"),
    ],
)
def test_the_limits_of_a_send_list_are_stated(
    telecom: Customers, telecom_model: ChurnModel, limits: dict[str, float], words: str
) -> None:
    """The page names the limits and the expected cost of the offers, not the break-even rule."""
    limited = score(telecom, telecom_model, SendPolicy(economics=REALISTIC, **limits))  # type: ignore[arg-type]
    curve = profit_of_model(telecom_model, REALISTIC)
    page = read(render_report(telecom_model, curve, made_at=DAY, scored=limited)).words
    assert words in page
    assert "from their own break-even on" not in page
    assert limited.spending
    assert f"for {in_currency(limited.spending.spent, '₹')} assumed spent" in page


def test_a_send_list_of_several_offers_is_described(telecom: Customers, telecom_model: ChurnModel) -> None:
    """Without limits, each customer gets the offer that earns most."""
    offers = (
        Offer(id="small", gives={"en": "a little"}, cost=20, save_rate=0.2),
        Offer(id="large", gives={"en": "a lot"}, cost=100, save_rate=0.6),
    )
    several = score(telecom, telecom_model, SendPolicy(economics=REALISTIC, catalogue=offers, every_offer=True))
    curve = profit_of_model(telecom_model, REALISTIC)
    page = read(render_report(telecom_model, curve, made_at=DAY, scored=several)).words
    assert ", the best of several offers each" in page


def test_deciding_by_customer_is_advised_if_it_clearly_earns_more(telecom_model: ChurnModel) -> None:
    """If values differ widely, the advice, profit and band are those of each customer's own break-even."""
    model = with_values(telecom_model)
    curve = profit_of_model(model, Economics(offer_cost=200))
    assert curve.per_customer and curve.per_customer_headroom and curve.bands.per_customer_gain
    answer = read(render_report(model, curve, made_at=DAY)).all("answer")[0].words
    assert answer.startswith("Deciding customer by customer clearly beats")
    assert "Offer to each customer from their own break-even on" in answer
    assert f"expect {in_currency(curve.per_customer.profit, '₹')}" in answer
    low, high = (in_currency(end, "₹") for end in curve.bands.per_customer_gain)
    assert f"90% band {low} to {high}" in answer


def test_the_command_audits_only_the_training_customers(
    telecom_folder: Path, telecom_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With their file the page names it and shows its audit; another file is refused."""
    out = tmp_path / "report.html"
    command = ["report", "--model", str(telecom_folder), "--out", str(out), "--customers"]
    assert main([*command, str(telecom_file)]) == 0
    page = read(out.read_text(encoding="utf-8")).words
    assert telecom_file.name in page
    assert "The data and its audit" in page
    other = tmp_path / "other.csv"
    other.write_bytes(b"\n".join(telecom_file.read_bytes().splitlines()[:-1]))
    assert main([*command, str(other)]) == 2
    assert "holds 1,499 customers, and the model was trained on 1,500" in capsys.readouterr().err


def test_a_value_column_is_reported(telecom_model: ChurnModel) -> None:
    """With a value column there is no common break-even, and deciding by customer has a row."""
    model = with_values(telecom_model)
    curve, page = profit_of_model(model, REALISTIC), read(bare(model, REALISTIC))
    assert curve.per_customer is not None
    assert row(page, "each by own break-even")[-1] == in_currency(curve.per_customer.profit, "₹")
    assert row(page, "Margin kept if a customer stays") == ["column", "–", "–"]
    assert "comes from a column (margin)" in page.words
    assert not page.all("even")


def test_warnings_of_the_model_are_at_the_top(telecom_model: ChurnModel) -> None:
    """They come before any number."""
    model = replace(telecom_model, warnings=("only 61 customers left",))
    page = read(bare(model, REALISTIC))
    assert page.all("cautions")[0].words == "only 61 customers left"
    assert page.words.index("only 61") < page.words.index("What each choice earns")
    assert not read(bare(replace(telecom_model, warnings=()), REALISTIC)).all("cautions")


def test_the_page_names_its_inputs_by_hash(telecom_model: ChurnModel, telecom_folder: Path) -> None:
    """The hashes are those of the saved model, its out-of-fold rows and the economics; the date is that passed."""
    curve = profit_of_model(telecom_model, REALISTIC)
    saved = render_report(ChurnModel.load(telecom_folder), curve, made_at=DAY, folder=telecom_folder)
    page = read(saved).words
    assert sha256((telecom_folder / "manifest.json").read_bytes()) in page
    assert sha256((telecom_folder / "out_of_fold.parquet").read_bytes()) in page
    assert sha256(json.dumps(asdict(REALISTIC), sort_keys=True).encode()) in page
    assert page.count("1 July 2025") == 3
    assert f"model trained {telecom_model.trained_at[:10]}, seed 0" in page


def test_the_same_inputs_give_the_same_bytes(
    telecom: Customers, telecom_model: ChurnModel, telecom_folder: Path, scored: Scored, full: str
) -> None:
    """The page is the same from the saved model; another day changes only the date."""
    curve = profit_of_model(ChurnModel.load(telecom_folder), REALISTIC)

    def again(day: date) -> str:
        return render_report(
            ChurnModel.load(telecom_folder),
            curve,
            made_at=day,
            source="telecom.csv",
            findings=audit(telecom),
            scored=scored,
            folder=telecom_folder,
        )

    assert again(DAY) == full
    assert again(date(2025, 8, 2)) == full.replace("1 July 2025", "2 August 2025")


def test_the_page_is_self_contained(full: str) -> None:
    """It has no script and no URL, and its security policy would refuse a request."""
    nodes = read(full)
    tags = {node.tag for node in nodes.below()}
    assert not tags & {"script", "link", "img", "iframe", "object", "embed", "base", "form", "a", "image", "use"}
    names = {name for node in nodes.below() for name in node.attributes}
    assert not names & {"src", "href", "xlink:href", "srcset", "action", "style", "background"}
    assert not re.search(r"https?:|//[a-z]|url\(|@import|@font-face|javascript:", full, re.IGNORECASE)
    assert "default-src 'none'" in full
    assert full.startswith("<!DOCTYPE html>")
    assert len(full.encode()) < 100_000


def test_the_newest_cutoff_is_compared_with_cross_validation(telecom_model: ChurnModel) -> None:
    """For a model of several cutoffs the page shows the cross-validated metrics and the gap."""
    model = replace(telecom_model, out_of_time=three_cutoffs())
    page = render_report(model, profit_of_model(model, Economics()), made_at=DAY)
    assert "… at 2025-06-30; on the cutoffs before, cross-validated" in page
    assert "gap: -0.020" in page


def test_measured_rates_stand_beside_their_intervals(telecom_model: ChurnModel) -> None:
    """Amounts say backtested, measured and assumed; the table names the intervals, the footer the campaign."""
    offer = offers_at(REALISTIC)[0]
    rates = rates_of(offer_rates(offer, save_rate=(0.4, 0.3, 0.5), redemption=(0.5, 0.4, 0.6)))
    curve = SendPolicy(economics=REALISTIC, rates=rates).profit_curve(telecom_model)
    page = render_report(telecom_model, curve, made_at=DAY)
    assert "backtested, measured, assumed" in page
    assert "40% (30–50%) measured" in page
    assert "(diwali; 3 May 2026, until 30 Oct 2026)" in page
    assert "No amount here was" not in page
    assumed = render_report(telecom_model, profit_of_model(telecom_model, REALISTIC), made_at=DAY)
    assert "No amount here was <b>measured</b> in a\n    randomised campaign" in assumed
    assert "measured, assumed" not in assumed
