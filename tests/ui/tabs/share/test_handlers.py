"""What the Share tab does, without a screen, against a Hub on loopback."""

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from retention.errors import InputError, PublishError, RetentionError
from retention.hub.connection import Hub
from retention.profit.economics import PRESETS
from retention.ui.session import Session
from retention.ui.tabs.offers import handlers as offers
from retention.ui.tabs.share import handlers as share
from retention.ui.tabs.share import views as hub_views
from retention.ui.tabs.share.handlers import CUSTOMERS, DECISION, MODEL, Plan, Published
from tests.stand_ins.hub_server import HubServer
from tests.ui.conftest import TOKEN


def preview(session: Session, what: str, hub: Hub, **how: Any) -> Plan:
    changes = {"repo": f"alice/{what}", "private": True, "threshold": 0.3, **how}
    return share.preview(session, what, changes.pop("repo"), hub=hub, **changes)


def push(session: Session, what: str, hub: Hub, **how: Any) -> tuple[Session, Published]:
    shared = share.publish_plan(preview(session, what, hub, **how), hub=hub)
    return share.with_published_model(session, shared), shared


def test_looking_at_a_model_sends_nothing(trained: Session, stranger: Hub, server: HubServer) -> None:
    """Files, sizes and columns are known before anybody is asked anything, signed in or not."""
    plan = preview(trained, MODEL, stranger)
    assert [file.path for file in plan.release.files if not file.path.startswith("figures/")] == [
        "README.md", "booster.json", "manifest.json", "model.json",
    ]  # fmt: skip
    assert server.requests == []
    words = hub_views.plan(plan)
    assert "Nothing has been sent yet" in words
    assert "model.json" in words and "Contract" in words and "private" in words
    assert "out_of_fold.parquet: scores and labels of 1,500 training customers" in words


def test_evaluation_rows_go_along_only_if_asked(trained: Session, hub: Hub) -> None:
    """They are rows about customers, ids or not."""
    assert "out_of_fold.parquet" not in preview(trained, MODEL, hub).release.content
    assert "out_of_fold.parquet" in preview(trained, MODEL, hub, with_evaluation=True).release.content


def test_exactly_what_was_previewed_is_published(trained: Session, hub: Hub, server: HubServer) -> None:
    """Byte for byte, as a private repository, and the session knows where its model is."""
    plan = preview(trained, MODEL, hub)
    shared = share.publish_plan(plan, hub=hub)
    repo = server.repos["model", "alice/model"]
    assert {path: content for path, content in repo.head.files.items() if path != ".gitattributes"} == dict(
        plan.release.content
    )
    assert repo.private
    assert share.with_published_model(trained, shared).model_at == f"alice/model@{repo.head.oid}"
    assert shared.page == f"{server.url}/alice/model/tree/{repo.head.oid}"
    words = hub_views.published(shared)
    assert f"python -m retention pull alice/model@{repo.head.oid} --out model" in words
    assert "Churn model tab, From the Hub" in words


def test_another_model_trained_meanwhile_is_not_the_one_on_the_hub(trained: Session, hub: Hub) -> None:
    """A push takes a while; what it returns is about the model that was pushed."""
    _, shared = push(trained, MODEL, hub)
    retrained = replace(trained, model=replace(trained.model, seed=1) if trained.model else None)
    assert share.with_published_model(retrained, shared) is retrained


def test_other_prices_keep_the_model_and_another_training_does_not(trained: Session, hub: Hub) -> None:
    """The reference is about the model's bytes."""
    at_hub, _ = push(trained, MODEL, hub)
    assert at_hub.priced(PRESETS["realistic"]).model_at == at_hub.model_at
    assert at_hub.model is not None
    assert at_hub.with_model(at_hub.model).model_at is None


@pytest.mark.slow
def test_a_decision_comes_out_the_same(trained: Session, hub: Hub) -> None:
    """Model first, then customers with their send list and messages; the replay says yes."""
    at_hub, _ = push(trained, MODEL, hub)
    written = offers.write(at_hub, 0.4)
    _, shared = push(written, DECISION, hub, with_messages=True)
    assert {path.split("/")[0] for path in shared.pushed.files} == {
        "README.md", "data", "manifest.json", "messages", "send_list",
    }  # fmt: skip
    result = share.replay(shared.pushed.reference, hub=hub)
    assert result.identical
    assert "yes, bit for bit" in hub_views.replayed(result)
    assert f"python -m retention replay {shared.pushed.reference}" in hub_views.published(shared)


@pytest.mark.slow
def test_the_decision_is_the_one_that_was_written_to(trained: Session, hub: Hub) -> None:
    """Messages were written from 0.4 on; where the slider went since does not matter. Without messages it does."""
    at_hub, _ = push(trained, MODEL, hub)
    for session, threshold in ((offers.write(at_hub, 0.4), 0.4), (at_hub, 0.3)):
        plan = preview(session, DECISION, hub)
        assert f'"threshold": {threshold}' in plan.release.content["manifest.json"].decode()


def test_customers_go_under_pseudonyms_that_stay_the_same(trained: Session, hub: Hub, home: Path) -> None:
    """The salt is kept by whoever runs the app, and the plan says where."""
    first, second = (preview(trained, CUSTOMERS, hub).release.content for _ in range(2))
    assert first == second
    assert (home / ".config" / "retention" / "salt").is_file()
    words = hub_views.plan(preview(trained, CUSTOMERS, hub))
    assert "pseudonymised, HMAC-SHA256 with your salt" in words
    assert "identifies customers: kept on this machine" in words


def test_on_a_space_no_salt_is_kept(
    trained: Session, hub: Hub, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A visitor's secret would lie among other people's things: it is made for one release and thrown away."""
    monkeypatch.setenv("SPACE_ID", "acme/desk")
    first, second = (preview(trained, CUSTOMERS, hub) for _ in range(2))
    assert first.release.content != second.release.content
    assert not home.exists()
    assert "made for this release and deleted" in hub_views.plan(first)


ELSEWHERE = {"model_at": "alice/gone@" + "0" * 40}


@pytest.mark.parametrize(
    ("change", "arguments", "words"),
    [
        ({}, {"what": DECISION}, "this model is not on the Hub; publish it first"),
        (ELSEWHERE, {"what": DECISION, "with_messages": True}, "no messages yet"),
        (ELSEWHERE, {"what": DECISION}, "there is no model of this name"),
        ({"model": None}, {"what": MODEL}, "no model yet; train one"),
        ({"customers": None}, {"what": CUSTOMERS}, "no customers yet"),
        ({}, {"what": MODEL, "repo": "churn"}, "'churn': not a repository of the Hub; pass OWNER/NAME"),
        ({}, {"what": CUSTOMERS, "repo": ""}, "not a repository of the Hub"),
    ],
)
def test_what_is_missing_is_reported(
    trained: Session, hub: Hub, change: dict[str, Any], arguments: dict[str, Any], words: str
) -> None:
    """One sentence says what, and what to do."""
    with pytest.raises(RetentionError, match=words) as error:
        preview(replace(trained, **change), hub=hub, **arguments)
    assert "\n" not in str(error.value)


def test_nothing_is_published_without_a_preview(hub: Hub, server: HubServer) -> None:
    """A direct call of the button finds no plan."""
    with pytest.raises(InputError, match="press Preview"):
        share.publish_plan(None, hub=hub)
    assert server.requests == []


def test_a_replay_needs_a_commit(hub: Hub, server: HubServer) -> None:
    """What is the newest today is another thing tomorrow."""
    with pytest.raises(InputError, match="alice/data: does not say which commit"):
        share.replay(" alice/data ", hub=hub)
    assert server.requests == []


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (("POST", "/commit/", {"status": 403}), "use one that may write there"),
        (("POST", "/commit/", {"status": 429, "headers": {"Retry-After": "600"}}), "in 600 seconds"),
        (("POST", "/commit/", {"how": "lose request"}), "the connection to the Hub was lost"),
        (("GET", "/api/models/", {"status": 401}), "does not accept the token"),
        (("GET", "/api/models/", {"status": 503}), "the Hub has a problem"),
        (("POST", "/repos/create", {"status": 409}), "the name is taken"),
    ],
    ids=str,
)
def test_a_push_that_fails_is_reported_and_writes_nothing(
    trained: Session, hub: Hub, server: HubServer, fault: tuple[str, str, dict[str, Any]], words: str
) -> None:
    """One sentence without the token, and the repository is as empty as it was."""
    method, path, how = fault
    server.fail(method, path, times=99, **how)
    with pytest.raises(PublishError, match=words) as error:
        share.publish_plan(preview(trained, MODEL, hub), hub=hub)
    assert "\n" not in str(error.value)
    assert TOKEN not in str(error.value)
    assert all(set(repo.head.files) == {".gitattributes"} for repo in server.repos.values())


def test_a_conflict_is_reported_and_overwrites_nothing(trained: Session, hub: Hub, server: HubServer) -> None:
    """Somebody else releases while we push: theirs stands."""
    push(trained, MODEL, hub)
    server.before_commit.append(
        lambda repo: repo.commit("theirs", {**repo.head.files, "model.json": b'{"theirs": 1}'})
    )
    plan = preview(trained.priced(PRESETS["realistic"]), MODEL, hub)
    with pytest.raises(PublishError, match="somebody else changed it meanwhile"):
        share.publish_plan(plan, hub=hub)
    assert server.repos["model", "alice/model"].head.files["model.json"] == b'{"theirs": 1}'


def test_without_a_token_a_push_is_refused(trained: Session, stranger: Hub, server: HubServer) -> None:
    """Looking is free, pushing takes somebody."""
    with pytest.raises(PublishError, match="pushing takes a token"):
        share.publish_plan(preview(trained, MODEL, stranger), hub=stranger)
    assert server.requests == []


@pytest.mark.slow
def test_nothing_is_left_in_temporary_folders(
    trained: Session, hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The model lies on disk only while it is planned, also where that fails."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    at_hub, _ = push(trained, MODEL, hub)
    push(at_hub, DECISION, hub)
    with pytest.raises(PublishError):
        preview(replace(at_hub, model_at="alice/gone@" + "0" * 40), DECISION, hub)
    assert [path.name for path in tmp_path.iterdir() if path.name != "home"] == []


def test_the_token_is_in_nothing_that_is_kept(trained: Session, hub: Hub, home: Path) -> None:
    """Neither in what a session holds, nor on screen, nor in a file."""
    at_hub, shared = push(trained, MODEL, hub)
    stored = repr(at_hub) + repr(shared) + repr(hub) + hub_views.published(shared) + hub_views.plan(shared.plan)
    stored += "".join(content.decode("latin-1") for content in shared.plan.release.content.values())
    stored += "".join(path.read_text() for path in home.rglob("*") if path.is_file())
    assert TOKEN not in stored


@pytest.mark.parametrize(
    ("name", "on_space", "signed_in", "words"),
    [
        ("vera<b>", True, True, "signed in as <b>vera&lt;b&gt;</b>"),
        (None, True, False, "You are not signed in"),
        (None, False, True, "This machine's token is used"),
        (None, False, False, "hf auth login"),
    ],
)
def test_a_person_sees_who_they_are(name: str | None, on_space: bool, signed_in: bool, words: str) -> None:
    """And what to do where they are nobody."""
    assert words in hub_views.account(name, on_space=on_space, signed_in=signed_in)


def test_what_a_plan_shows_is_escaped(trained: Session, hub: Hub) -> None:
    """A column's name may hold anything."""
    assert trained.customers is not None
    odd = trained.customers.frame.rename(columns={"Contract": "<img src=x>"})
    plan = preview(
        replace(trained, customers=replace(trained.customers, frame=odd)), CUSTOMERS, hub, private=False
    )
    assert "<img" not in hub_views.plan(plan)
    assert "everybody will see it" in hub_views.plan(plan)
