"""``push``, ``pull`` and ``replay``: models, decisions and campaigns to the Hugging Face Hub and back."""

import argparse
import datetime as dt
import sys
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from retention.cli.command import (
    AddCommand,
    CommandResult,
    add_money_flags,
    add_policy_flags,
    add_role_flags,
    economics_from,
    join_lines,
    read_customers_from,
    send_policy_from,
    show_progress,
)
from retention.errors import Cancelled, InputError

if TYPE_CHECKING:
    from retention.pipeline.customers import Customers
    from retention.pipeline.hub import Hub, PlannedDecision, Release

_KINDS = ("model", "dataset", "campaign")
_POLICY_FLAGS = ("threshold", "top", "catalogue", "every_offer", "budget", "max_contacts")
_FLAGS_OF_KIND = {
    "model": ("with_evaluation", "dataset"),
    "dataset": (
        "model", "model_at", "messages", "id", "label", "positive", "value_column", "exclude", *_POLICY_FLAGS
    ),
    "campaign": ("orders", "outcomes", "as_of"),
}  # fmt: skip


def add(command: AddCommand) -> None:
    """Add the three commands."""
    _add_push_flags(
        command(
            "push", _push, "publish a model, customers under pseudonyms, or a campaign, on the Hugging Face Hub"
        )
    )

    pull = command("pull", _pull, "fetch a model, customers or a campaign from the Hub, every byte checked")
    pull.add_argument("repo", metavar="OWNER/NAME[@commit]", help="repository to fetch")
    pull.add_argument("--kind", choices=_KINDS, help="default: whichever exists under this name")
    pull.add_argument("--out", type=Path, required=True, help="folder to write")

    replay = command("replay", _replay, "replay a published decision or campaign and compare it bit for bit")
    replay.add_argument("repo", metavar="OWNER/NAME@commit", help="a dataset with a decision, or a campaign")


def _add_push_flags(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("source", type=Path, help="a model's folder, a customer file, or a campaign (zip)")
    parser.add_argument("repo", metavar="OWNER/NAME", help="repository to push to")
    parser.add_argument(
        "--kind",
        choices=_KINDS,
        help="default: model for a folder, campaign for a zip, dataset for any other file",
    )
    parser.add_argument("--yes", action="store_true", help="push without asking")
    parser.add_argument("--public", action="store_true", help="let everybody see it; default: private")
    parser.add_argument("--licence", metavar="ID", help="a licence the Hub knows, e.g. mit; default: none")
    add_money_flags(parser)
    model = parser.add_argument_group("for a model")
    model.add_argument("--with-evaluation", action="store_true", help="publish its out-of-fold rows as well")
    model.add_argument("--dataset", metavar="OWNER/NAME", help="where its training customers are published")
    dataset = parser.add_argument_group("for customers")
    dataset.add_argument(
        "--model-at",
        metavar="OWNER/NAME[@commit]",
        help="also publish who gets an offer, decided by this model on the Hub",
    )
    dataset.add_argument(
        "--model",
        type=Path,
        metavar="FOLDER",
        help="the same model on this machine, whose evaluation finds the most profitable threshold",
    )
    dataset.add_argument(
        "--messages", type=Path, metavar="CSV", help="publish the messages of `offers`, without names"
    )
    add_role_flags(dataset)
    add_policy_flags(dataset)
    campaign = parser.add_argument_group(
        "for a campaign", "push it before it is sent, and again with its outcomes to publish the reading"
    )
    campaign.add_argument("--orders", type=Path, metavar="LOG", help="order log, as for `measure`")
    campaign.add_argument("--outcomes", type=Path, metavar="TABLE", help="instead of a log, as for `measure`")
    campaign.add_argument("--as-of", metavar="DATE", help="day of the measurement (YYYY-MM-DD); default: today")


def _push(options: argparse.Namespace) -> CommandResult:
    from retention.pipeline.hub import Hub, push

    kind = options.kind or _kind_of(options.source)
    _check_flags(options, kind)
    hub = Hub.from_environment()
    hub.check_token(options.repo)
    if not options.yes and not sys.stdin.isatty():
        raise InputError(
            "push: asks before it publishes, but there is no terminal to answer at; pass --yes to agree"
        )
    if kind == "model":
        release = _plan_model(options)
    else:
        release = _plan_dataset(options, hub) if kind == "dataset" else _plan_campaign(options, hub)
    if not options.yes:
        _confirm(release)
    pushed = push(release, hub=hub, progress=show_progress)
    show_progress(1.0, "Pushed")
    return {
        "repo": pushed.repo,
        "commit": pushed.commit,
        "kind": kind,
        "private": pushed.private,
        "files": list(pushed.files),
        **release.preview_json(),
    }, join_lines(release.preview_text() if options.yes else "", f"pushed as {pushed.reference}")


def _kind_of(source: Path) -> str:
    if source.is_dir():
        return "model"
    return "campaign" if source.suffix.casefold() == ".zip" else "dataset"


def _check_flags(options: argparse.Namespace, kind: str) -> None:
    """Refuse flags that have no effect on this kind, instead of ignoring them."""
    for other_kind, names in _FLAGS_OF_KIND.items():
        for name in names:
            if other_kind != kind and _is_set(options, name):
                raise InputError(
                    f"--{name.replace('_', '-')}: is for a {other_kind}, and this is a {kind}; leave it out"
                )
    if options.model and not options.model_at:
        raise InputError(
            "--model: a decision is replayed with a model on the Hub; push it, and pass its --model-at"
        )
    if not options.model_at:
        for name in _POLICY_FLAGS:
            if _is_set(options, name):
                raise InputError(f"--{name.replace('_', '-')}: decides who gets an offer; pass --model-at as well")


def _is_set(options: argparse.Namespace, name: str) -> bool:
    value = getattr(options, name)
    return value is not None and value is not False and value != ""


def _confirm(release: "Release") -> None:
    """Show everything that would be published, and raise Cancelled unless the user agrees."""
    print(release.preview_text(), file=sys.stderr)
    print(f"Push this to {release.repo}? [y/N] ", end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip().casefold() not in {"y", "yes"}:
        raise Cancelled(f"{release.repo}: you did not say yes; nothing was pushed")


def _plan_model(options: argparse.Namespace) -> "Release":
    from retention.pipeline.hub import plan_model

    return plan_model(
        options.source,
        repo=options.repo,
        economics=economics_from(options),
        with_evaluation=options.with_evaluation,
        private=not options.public,
        licence=options.licence,
        dataset=options.dataset,
    )


def _plan_dataset(options: argparse.Namespace, hub: "Hub") -> "Release":
    from retention.pipeline.hub import Salt, plan_dataset, planned_decision, read_messages

    decision: AbstractContextManager[PlannedDecision | None] = nullcontext()
    if options.model_at:
        policy = send_policy_from(options)
        decision = planned_decision(policy, model_at=options.model_at, model=options.model, hub=hub)
    with decision as planned:
        customers = _read_customers(options, planned)
        return plan_dataset(
            customers,
            repo=options.repo,
            salt=Salt.from_file(),
            planned=planned,
            messages=None if options.messages is None else read_messages(options.messages, customers),
            private=not options.public,
            licence=options.licence,
        )


def _plan_campaign(options: argparse.Namespace, hub: "Hub") -> "Release":
    from retention.pipeline.hub import plan_campaign_file

    try:
        as_of = None if options.as_of is None else dt.date.fromisoformat(options.as_of)
    except ValueError:
        raise InputError(f"--as-of: {options.as_of!r} is no date; write it as YYYY-MM-DD") from None
    if as_of is not None and options.orders is None and options.outcomes is None:
        raise InputError("--as-of: is the day of a reading; pass --orders or --outcomes as well")
    return plan_campaign_file(
        options.source,
        repo=options.repo,
        hub=hub,
        orders=options.orders,
        outcomes=options.outcomes,
        as_of=as_of,
        private=not options.public,
        licence=options.licence,
        progress=show_progress,
    )


def _read_customers(options: argparse.Namespace, planned: "PlannedDecision | None") -> "Customers":
    """Read the customers with the column kinds that the deciding model was trained with."""
    from retention.pipeline.churn import ChurnModel
    from retention.pipeline.targeting import scoring_kinds

    kinds = None if planned is None else scoring_kinds(ChurnModel.load(planned.model))
    return read_customers_from(argparse.Namespace(**vars(options), customers=options.source), kinds=kinds)


def _pull(options: argparse.Namespace) -> CommandResult:
    from retention.pipeline.hub import Hub, find_kind, pull

    hub = Hub.from_environment()
    kind = options.kind or find_kind(options.repo, hub=hub)
    pulled = pull(options.repo, kind=kind, out=options.out, hub=hub, progress=show_progress)
    show_progress(1.0, "Pulled")
    return {
        "repo": pulled.repo,
        "commit": pulled.commit,
        "kind": kind,
        "out": str(options.out),
        "files": list(pulled.files),
    }, f"{kind} {pulled.reference} in {options.out}: {', '.join(pulled.files)}"


def _replay(options: argparse.Namespace) -> CommandResult:
    from retention.pipeline.hub import Hub, replay

    replayed = replay(options.repo, hub=Hub.from_environment(), progress=show_progress)
    return replayed.as_dict(), replayed.sentence
