"""The same steps as the app, on the command line.

Exit codes: 0 done; 2 the input or the request was wrong, with one line on stderr; 1 a bug.
With ``--json`` one object goes to stdout; progress and words always go to stderr.
"""

import argparse
import datetime as dt
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Literal, NoReturn

from retention.errors import InputError, RetentionError
from retention.profit.economics import PRESETS, Economics

Outcome = tuple[dict[str, Any], str]
"""What a command found: the JSON object, and the same in words."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    try:
        options = _parser().parse_args(arguments)
        found, words = options.command(options)
    except RetentionError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return 2
    except OSError as error:
        if error.filename is None:
            raise
        print(f"error: {error.filename}: {error.strerror}; check the path", file=sys.stderr)
        return 2
    print(json.dumps(found, ensure_ascii=False, allow_nan=False) if options.json else words)
    return 0


def _simulate(options: argparse.Namespace) -> Outcome:
    from retention.customers.export import write_csv
    from retention.customers.simulate import simulate

    market = simulate(options.customers, seed=options.seed)
    write_csv(market.orders, options.out)
    files = [str(options.out)]
    if options.truth:
        write_csv(market.truth, options.truth)
        files.append(str(options.truth))
    found = {"customers": options.customers, "orders": len(market.orders), "files": files}
    return found, f"{found['orders']:,} orders of {options.customers:,} customers in {options.out}"


def _snapshot(options: argparse.Namespace) -> Outcome:
    from retention.customers.export import write_csv
    from retention.customers.orders import read_orders, snapshot, stack_snapshots

    if options.today and options.periods != 1:
        raise InputError("--today takes customers as they stand at the end of the log; leave out --periods")
    orders = read_orders(options.orders, customer=options.customer, time=options.time, amount=options.amount)
    asked = {"active_days": options.active_days, "quiet_gaps": options.quiet_gaps}
    if options.periods == 1:
        horizon_days = None if options.today else options.horizon_days
        customers = snapshot(orders, cutoff=options.cutoff, horizon_days=horizon_days, **asked)
    else:
        customers = stack_snapshots(
            orders, newest=options.cutoff, periods=options.periods, horizon_days=options.horizon_days, **asked
        )
    write_csv(customers.frame, options.out)
    newest = customers.newest()
    found = {
        "customers": len(newest),
        "churn_rate": None if newest.label is None else float(newest.label.mean()),
        "features": len(customers.feature_names),
        "cutoff": customers.cutoff,
        "cutoffs": list(customers.cutoffs) or [customers.cutoff],
        "rows": len(customers),
    }
    return found, _lines(
        f"{len(newest):,} customers in {options.out}"
        + (f" at {customers.cutoff}, {len(customers):,} rows with earlier cutoffs" if customers.cutoffs else ""),
        *customers.notes,
    )


def _audit(options: argparse.Namespace) -> Outcome:
    from retention.customers.audit import audit

    findings = audit(_customers(options))
    found = {"findings": [asdict(finding) for finding in findings]}
    return found, _lines(*(f"{f.severity}: {f.sentence}" for f in findings)) or "nothing looks wrong"


def _train(options: argparse.Namespace) -> Outcome:
    from retention.pipeline import train

    customers = _customers(options)
    model = train(
        customers, scale_pos_weight=_weight(options.scale_pos_weight), seed=options.seed, progress=_progress
    )
    model.save(options.out)
    metrics = asdict(model.metrics)
    found = {
        "model": str(options.out),
        "customers": model.customers,
        "churn_rate": model.churn_rate,
        "chosen": model.chosen,
        "candidates": [asdict(candidate) for candidate in model.candidates],
        "metrics": metrics,
        "warnings": list(model.warnings),
        "out_of_time": model.out_of_time and model.out_of_time.as_dict(),
    }
    return found, _lines(
        *customers.notes,
        f"{options.out}: {model.chosen}, trained on {len(customers):,} "
        + (f"rows of {len(customers.cutoffs)} cutoffs; at the newest " if model.out_of_time else "customers; ")
        + f"{model.churn_rate:.1%} left",
        f"on customers it had not seen: AUC {metrics['roc_auc']:.3f}, Brier {metrics['brier']:.4f}, "
        f"mean probability {metrics['mean_probability']:.1%}",
        model.out_of_time.words if model.out_of_time else "",
        *model.warnings,
    )


def _score(options: argparse.Namespace) -> Outcome:
    from retention.churn.model import ChurnModel
    from retention.send_list import offers_at, score_file

    economics = _economics(options)
    summary = score_file(
        options.customers,
        options.out,
        ChurnModel.load(options.model),
        economics,
        threshold=options.threshold,
        top=options.top,
        catalogue=offers_at(economics, options.catalogue),
        every_offer=options.every_offer,
        budget=options.budget,
        max_contacts=options.max_contacts,
        id=options.id,
        label=options.label,
        value=options.value_column,
        exclude=_excluded(options),
        progress=_progress,
    )
    found = {"scored": str(options.out), **summary.as_dict()}
    return found, _lines(
        f"{summary.customers:,} customers in {options.out}, {summary.contacted:,} of them on the send list",
        *summary.in_words(),
    )


def _profit(options: argparse.Namespace) -> Outcome:
    from retention.churn.model import ChurnModel
    from retention.profit.verdict import in_words
    from retention.send_list import profit

    curve = profit(ChurnModel.load(options.model), _economics(options))
    found = curve.as_dict(threshold=options.threshold)
    return found, in_words(curve, options.threshold)


def _offers(options: argparse.Namespace) -> Outcome:
    from retention.customers.export import write_csv
    from retention.offers.batch import write_offers
    from retention.offers.ledger import Ledger
    from retention.offers.writer import writer_from_settings
    from retention.send_list import offers_at, read_send_list
    from retention.settings import settings

    rows = read_send_list(options.scored)
    economics = _economics(options)
    if options.offer_cost is None and "offer_cost" in rows and len(rows):
        economics = replace(economics, offer_cost=float(rows["offer_cost"].iloc[0]))
    ledger = Ledger(options.ledger) if options.ledger else None
    writer = writer_from_settings(settings())
    try:
        campaign = write_offers(
            rows,
            id=str(rows.columns[0]),
            offers=offers_at(economics, options.catalogue),
            currency=economics.currency,
            writer=writer,
            ledger=ledger,
            run=options.run,
            everyone=options.everyone,
            progress=_progress,
        )
    finally:
        for resource in (writer, ledger):
            if resource is not None:
                resource.close()
    write_csv(campaign.messages, options.out)
    found = {
        "customers": campaign.customers,
        "messages": campaign.written,
        "held_back": campaign.held_back,
        "by_source": dict(campaign.by_source),
        "seconds": round(campaign.seconds, 3),
        "breaker": asdict(campaign.breaker),
    }
    return found, _lines(
        f"{campaign.written:,} messages in {options.out}, {campaign.held_back:,} customers held back",
        "written by: " + (", ".join(f"{source} {n:,}" for source, n in campaign.by_source.items()) or "nobody"),
        f"circuit breaker {campaign.breaker.state}: {campaign.breaker.reason}",
    )


def _report(options: argparse.Namespace) -> Outcome:
    from retention.artifacts import write_file
    from retention.churn.model import ChurnModel
    from retention.report import report
    from retention.send_list import profit

    model = ChurnModel.load(options.model)
    curve = profit(model, _economics(options))
    made_at = dt.datetime.now(dt.UTC).date()
    write_file(options.out, report(model, curve, made_at=made_at, folder=options.model).encode())
    return {"report": str(options.out)}, f"report in {options.out}"


def _demo(options: argparse.Namespace) -> Outcome:
    from retention.offers.writer import writer_from_settings
    from retention.pipeline import demo
    from retention.profit.verdict import in_words
    from retention.settings import settings

    made = demo(
        options.out,
        customers=options.customers,
        seed=options.seed,
        economics=_economics(options),
        writer=writer_from_settings(settings()),
        progress=_progress,
    )
    found = made.curve.as_dict()
    found = {
        "profit_model": found["profit_best"],
        "profit_all": found["profit_all"],
        "profit_none": found["profit_none"],
        "customers": len(made.scored.send_list),
        "messages": made.campaign.written,
        "files": [str(file) for file in made.files],
        "evidence": {f"profit_{name}": found["evidence"][f"profit_{key}"] for name, key in
                     [("model", "best"), ("all", "all"), ("none", "none")]},
    }  # fmt: skip
    return found, _lines(
        in_words(made.curve),
        f"{made.campaign.written:,} messages for today's send list of {len(made.scored.send_list):,} customers",
        f"files in {options.out}: " + ", ".join(file.name for file in made.files),
    )


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="python -m retention", description="Find who is about to leave, and whom an offer pays for."
    )
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND", parser_class=_Parser)

    def command(name: str, run: Callable[[argparse.Namespace], Outcome], words: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=words, description=words)
        added.set_defaults(command=run)
        added.add_argument("--json", action="store_true", help="print one JSON object on stdout")
        return added

    simulate = command(
        "simulate", _simulate, "simulate a food-delivery market: an order log, and the truth behind it"
    )
    _market_flags(simulate)
    simulate.add_argument("--out", type=Path, required=True, help="order log (CSV) to write")
    simulate.add_argument("--truth", type=Path, help="write who would have stayed, with and without an offer")

    snapshot = command(
        "snapshot", _snapshot, "order log -> one row a customer: features before the cutoff, label after"
    )
    snapshot.add_argument("orders", type=Path)
    snapshot.add_argument("--out", type=Path, required=True)
    for role in ("customer", "time", "amount"):
        snapshot.add_argument(f"--{role}", metavar="COLUMN", help=f"column with the {role}; guessed by its name")
    snapshot.add_argument("--cutoff", help="last day that counts as past (YYYY-MM-DD)")
    snapshot.add_argument(
        "--horizon-days", type=int, default=30, help="days after the cutoff that decide who left"
    )
    snapshot.add_argument("--active-days", type=int, help="score those who ordered within this many days")
    snapshot.add_argument(
        "--periods", type=int, default=1, metavar="N", help="stack N cutoffs a horizon apart, to train over time"
    )
    snapshot.add_argument(
        "--quiet-gaps", type=float, metavar="K", help="left means: silent for K times one's own mean gap"
    )
    snapshot.add_argument("--today", action="store_true", help="no label: everything in the log is past")

    audit = command("audit", _audit, "what looks wrong in a customer file")
    _customer_flags(audit)

    train = command("train", _train, "fit a churn model and measure it on customers it has not seen")
    _customer_flags(train)
    train.add_argument("--out", type=Path, required=True, help="model folder to write")
    train.add_argument("--seed", type=int, default=0)
    train.add_argument(
        "--scale-pos-weight",
        metavar="W",
        help="weight leavers by W or 'balanced'; undone before money is computed",
    )

    _score_flags(command("score", _score, "probabilities, reasons and the send list"))

    profit = command("profit", _profit, "what an offer campaign earns at each threshold")
    profit.add_argument("--model", type=Path, required=True)
    _money_flags(profit)
    profit.add_argument("--threshold", type=float, help="show this threshold; default: the best one")

    offers = command("offers", _offers, "a message for every customer on the send list")
    offers.add_argument("scored", type=Path)
    offers.add_argument("--out", type=Path, required=True)
    offers.add_argument("--ledger", type=Path, help="durable record (SQLite); makes a run resumable")
    offers.add_argument("--run", metavar="NAME", help="name of the run; default: a hash of the input")
    offers.add_argument("--everyone", action="store_true", help="write to all rows, not just send = yes")
    _money_flags(offers)
    offers.add_argument("--catalogue", type=Path, help="offers to use (TOML); default: the packaged ones")

    report = command("report", _report, "one page for a manager, ready to print")
    report.add_argument("--model", type=Path, required=True)
    report.add_argument("--out", type=Path, required=True, help="HTML file to write")
    _money_flags(report)

    demo = command("demo", _demo, "all of the above on simulated customers")
    demo.add_argument("--out", type=Path, required=True, help="folder to write")
    _market_flags(demo)
    _money_flags(demo)
    return parser


class _Parser(argparse.ArgumentParser):
    """An argument parser whose errors are one line, like all others."""

    def error(self, message: str) -> NoReturn:
        raise InputError(f"{message}; see {self.prog} --help")


def _market_flags(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--customers", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=7)


def _customer_flags(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("customers", type=Path, help="CSV or Parquet, one row a customer")
    parser.add_argument("--id", metavar="COLUMN", help="who the row is about; guessed by its name")
    parser.add_argument("--label", metavar="COLUMN", help="who left; guessed by its name")
    parser.add_argument("--positive", metavar="VALUE", help="the label's value for those who left")
    parser.add_argument("--value-column", metavar="COLUMN", help="margin kept if the customer stays")
    parser.add_argument("--exclude", metavar="A,B", default="", help="columns no model may use")


def _money_flags(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--preset", choices=sorted(PRESETS), default="original", help="money inputs to start from")
    for flag, words in [
        ("value", "margin kept over the horizon if a customer stays"),
        ("offer-cost", "cost of an offer when redeemed"),
        ("contact-cost", "cost of contacting one customer"),
        ("save-rate", "share of leavers whom the offer keeps (0 to 1)"),
        ("stayer-redemption", "share of stayers who redeem it anyway (0 to 1)"),
        ("harm-rate", "share of stayers whom contact drives away (0 to 1)"),
    ]:
        parser.add_argument(f"--{flag}", type=float, metavar="X", help=words)
    parser.add_argument("--currency", metavar="SIGN")


def _score_flags(parser: argparse.ArgumentParser) -> None:
    _customer_flags(parser)
    _money_flags(parser)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--threshold", type=float, help="send from this probability on; default: the best one")
    parser.add_argument("--top", type=int, metavar="N", help="send to N customers at the most")
    parser.add_argument("--catalogue", type=Path, help="the offers there are (TOML); default: the packaged ones")
    parser.add_argument(
        "--every-offer", action="store_true", help="give each customer the offer that earns most, not the first"
    )
    parser.add_argument("--budget", type=float, metavar="X", help="what the offers may be expected to cost")
    parser.add_argument("--max-contacts", type=int, metavar="N", help="contact N at the most, those who earn most")


def _customers(options: argparse.Namespace) -> Any:
    from retention.customers.intake import read_customers

    return read_customers(
        options.customers,
        id=options.id,
        label=options.label,
        positive=options.positive,
        value=options.value_column,
        exclude=_excluded(options),
    )


def _excluded(options: argparse.Namespace) -> tuple[str, ...]:
    return tuple(column.strip() for column in options.exclude.split(",") if column.strip())


def _economics(options: argparse.Namespace) -> Economics:
    names = ("value", "offer_cost", "contact_cost", "save_rate", "stayer_redemption", "harm_rate", "currency")
    given = {name: getattr(options, name) for name in names if getattr(options, name) is not None}
    return replace(PRESETS[options.preset], **given)


def _weight(text: str | None) -> float | Literal["balanced"] | None:
    if text is None:
        return None
    if text == "balanced":
        return "balanced"
    try:
        return float(text)
    except ValueError:
        raise InputError(f"--scale-pos-weight: {text!r} is no number; pass one, or 'balanced'") from None


def _progress(share: float, words: str) -> None:
    if sys.stderr.isatty():
        print(f"\r\033[K{share:4.0%} {words}", end="" if share < 1 else "\n", file=sys.stderr, flush=True)


def _lines(*sentences: str) -> str:
    return "\n".join(sentence for sentence in sentences if sentence)
