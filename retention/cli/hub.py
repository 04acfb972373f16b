"""``push``, ``pull`` and ``replay``: models and decisions to the Hugging Face Hub and back."""

import argparse
import sys
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from retention.cli.command import (
    AddCommand,
    Outcome,
    decision_flags,
    economics_of,
    lines,
    money_flags,
    policy_of,
    progress,
    read_customers_of,
    role_flags,
)
from retention.errors import Cancelled, InputError

if TYPE_CHECKING:
    import pandas as pd

    from retention.customers.table import Customers
    from retention.hub.connection import Hub
    from retention.hub.planned_decision import PlannedDecision
    from retention.hub.release import Release

_KINDS = ("model", "dataset")
_DECIDE = ("threshold", "top", "catalogue", "every_offer", "budget", "max_contacts")
_ONLY = {
    "model": ("with_evaluation", "dataset"),
    "dataset": ("model", "model_at", "messages", "id", "label", "positive", "value_column", "exclude", *_DECIDE),
}


def add(command: AddCommand) -> None:
    """Add the three commands."""
    _push_flags(command("push", _push, "share a model, or customers under pseudonyms, on the Hugging Face Hub"))

    pull = command("pull", _pull, "fetch a model or customers from the Hub, every byte checked")
    pull.add_argument("repo", metavar="OWNER/NAME[@commit]")
    pull.add_argument("--kind", choices=_KINDS, help="default: whichever there is under this name")
    pull.add_argument("--out", type=Path, required=True, help="folder to write")

    replay = command("replay", _replay, "make a shared decision again and compare it bit for bit")
    replay.add_argument("repo", metavar="OWNER/NAME@commit", help="a dataset with a decision")


def _push_flags(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("source", type=Path, help="a model's folder, or a file of customers")
    parser.add_argument("repo", metavar="OWNER/NAME")
    parser.add_argument("--kind", choices=_KINDS, help="default: model for a folder, dataset for a file")
    parser.add_argument("--yes", action="store_true", help="push without asking")
    parser.add_argument("--public", action="store_true", help="let everybody see it; default: private")
    parser.add_argument("--licence", metavar="ID", help="a licence the Hub knows, e.g. mit; default: none")
    money_flags(parser)
    model = parser.add_argument_group("for a model")
    model.add_argument("--with-evaluation", action="store_true", help="share its out-of-fold rows as well")
    model.add_argument("--dataset", metavar="OWNER/NAME", help="where its training customers are shared")
    dataset = parser.add_argument_group("for customers")
    dataset.add_argument(
        "--model-at", metavar="OWNER/NAME[@commit]", help="share who gets an offer too, decided by this model"
    )
    dataset.add_argument(
        "--model",
        type=Path,
        metavar="FOLDER",
        help="the same model here, whose evaluation finds the best threshold",
    )
    dataset.add_argument("--messages", type=Path, metavar="CSV", help="share what `offers` wrote, without names")
    role_flags(dataset)
    decision_flags(dataset)


def _push(options: argparse.Namespace) -> Outcome:
    from retention.hub.connection import Hub
    from retention.hub.publish import push

    kind = options.kind or ("model" if options.source.is_dir() else "dataset")
    _check_flags(options, kind)
    hub = Hub.from_environment()
    hub.check_token(options.repo)
    if not options.yes and not sys.stdin.isatty():
        raise InputError("push: shows what it would share and asks, but nobody is at the terminal; pass --yes")
    release = _planned_model(options) if kind == "model" else _planned_dataset(options, hub)
    if not options.yes:
        _ask(release)
    pushed = push(release, hub=hub, progress=progress)
    progress(1.0, "Pushed")
    found = {
        "repo": pushed.repo,
        "commit": pushed.commit,
        "kind": kind,
        "private": pushed.private,
        "files": list(pushed.files),
        **release.preview_json(),
    }
    return found, lines(release.preview_text() if options.yes else "", f"pushed as {pushed.reference}")


def _check_flags(options: argparse.Namespace, kind: str) -> None:
    """Refuse flags that mean nothing for this kind, rather than let them be overlooked."""
    other = "dataset" if kind == "model" else "model"
    for name in _ONLY[other]:
        if _given(options, name):
            raise InputError(f"--{name.replace('_', '-')}: is for a {other}, and this is a {kind}; leave it out")
    if options.model and not options.model_at:
        raise InputError(
            "--model: a decision is replayed with a model on the Hub; push it, and pass its --model-at"
        )
    if not options.model_at:
        for name in _DECIDE:
            if _given(options, name):
                raise InputError(f"--{name.replace('_', '-')}: decides who gets an offer; pass --model-at as well")


def _given(options: argparse.Namespace, name: str) -> bool:
    value = getattr(options, name)
    return value is not None and value is not False and value != ""


def _ask(release: "Release") -> None:
    """Show a person all that would be shared, and go on if they agree."""
    print(release.preview_text(), file=sys.stderr)
    print(f"Push this to {release.repo}? [y/N] ", end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip().casefold() not in {"y", "yes"}:
        raise Cancelled(f"{release.repo}: you did not say yes; nothing was pushed")


def _planned_model(options: argparse.Namespace) -> "Release":
    from retention.hub.model_release import plan_model

    return plan_model(
        options.source,
        repo=options.repo,
        economics=economics_of(options),
        with_evaluation=options.with_evaluation,
        private=not options.public,
        licence=options.licence,
        dataset=options.dataset,
    )


def _planned_dataset(options: argparse.Namespace, hub: "Hub") -> "Release":
    from retention.hub.dataset_release import plan_dataset
    from retention.hub.planned_decision import planned_decision
    from retention.hub.pseudonyms import Salt

    decision: AbstractContextManager[PlannedDecision | None] = nullcontext()
    if options.model_at:
        decision = planned_decision(policy_of(options), model_at=options.model_at, model=options.model, hub=hub)
    with decision as planned:
        customers = _customers(options, planned)
        return plan_dataset(
            customers,
            repo=options.repo,
            salt=Salt.from_file(),
            planned=planned,
            messages=_messages(options.messages, customers),
            private=not options.public,
            licence=options.licence,
        )


def _customers(options: argparse.Namespace, planned: "PlannedDecision | None") -> "Customers":
    """Read the customers, with the columns of the model that decides as it knows them."""
    from retention.churn.model import ChurnModel
    from retention.targeting import known_kinds

    kinds = None if planned is None else known_kinds(ChurnModel.load(planned.model))
    return read_customers_of(argparse.Namespace(**vars(options), customers=options.source), kinds=kinds)


def _messages(path: Path | None, customers: "Customers") -> "pd.DataFrame | None":
    if path is None:
        return None
    from retention.tabular.files import Limits
    from retention.tabular.tables import read_table

    text = {customers.roles.id, "name", "message", "message_source", "message_note"}
    return read_table(path, limits=Limits.from_settings(), text_columns=text).frame


def _pull(options: argparse.Namespace) -> Outcome:
    from retention.hub.connection import Hub
    from retention.hub.publish import pull
    from retention.hub.repository import find_kind

    hub = Hub.from_environment()
    kind = options.kind or find_kind(options.repo, hub=hub)
    pulled = pull(options.repo, kind=kind, out=options.out, hub=hub, progress=progress)
    progress(1.0, "Pulled")
    found = {
        "repo": pulled.repo,
        "commit": pulled.commit,
        "kind": kind,
        "out": str(options.out),
        "files": list(pulled.files),
    }
    return found, f"{kind} {pulled.reference} in {options.out}: {', '.join(pulled.files)}"


def _replay(options: argparse.Namespace) -> Outcome:
    from retention.hub.connection import Hub
    from retention.hub.replay import replay

    replayed = replay(options.repo, hub=Hub.from_environment(), progress=progress)
    found = replayed.as_dict()
    where = f"{replayed.repo}@{replayed.commit}, decided by {replayed.model}"
    if replayed.identical:
        return found, f"identical: the send list of {replayed.customers:,} customers in {where}"
    columns = ", ".join(f"{name} ({rows:,} rows)" for name, rows in replayed.different.items())
    return found, f"NOT identical: {columns} differ in {where}"
