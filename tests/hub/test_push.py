"""Pushing: one commit, on top of what was there, or one clear sentence and nothing changed."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from retention.errors import PublishError
from retention.hub.connection import Hub
from retention.hub.publish import push
from tests.hub.conftest import TOKEN, MakeRelease, small_release
from tests.stand_ins.hub_server import HubServer, Person
from tests.stand_ins.hub_store import Repo

COMMIT = "/commit/main"


def files(server: HubServer, kind: str = "model", repo: str = "alice/churn") -> dict[str, bytes]:
    """What stands on the Hub, without what the Hub itself puts there."""
    return {path: text for path, text in server.repos[kind, repo].head.files.items() if path != ".gitattributes"}


def commits(server: HubServer, repo: str = "alice/churn") -> list[str]:
    return [commit.title for commit in server.repos["model", repo].commits]


def refused(release: object, hub: Hub) -> str:
    """The sentence a push ends with."""
    with pytest.raises(PublishError) as error:
        push(release, hub=hub)
    assert "\n" not in str(error.value)
    return str(error.value)


def test_a_release_is_one_commit_in_a_private_repository(
    server: HubServer, hub: Hub, release: MakeRelease
) -> None:
    """Every file appears at once, in a repository that only its owner sees."""
    planned = release()
    pushed = push(planned, hub=hub)
    assert files(server) == planned.content
    assert commits(server) == ["initial commit", "Release a churn model"]
    assert server.repos["model", "alice/churn"].private
    assert pushed.commit == server.repos["model", "alice/churn"].head.oid
    assert pushed.files == ("README.md", "booster.json", "manifest.json", "model.json")
    assert pushed.private


def test_a_public_release_makes_a_public_repository(server: HubServer, hub: Hub, release: MakeRelease) -> None:
    """Public is what was asked for, so public it is."""
    assert not push(release(private=False), hub=hub).private
    assert not server.repos["model", "alice/churn"].private


def test_an_organisation_is_an_owner_too(server: HubServer, hub: Hub, release: MakeRelease) -> None:
    """A member may push under the organisation's name."""
    push(release(repo="acme/churn"), hub=hub)
    assert ("model", "acme/churn") in server.repos


def test_pushing_the_same_release_again_changes_nothing(server: HubServer, hub: Hub, release: MakeRelease) -> None:
    """The second push finds its work done."""
    assert push(release(), hub=hub) == push(release(), hub=hub)
    assert len(commits(server)) == 2


def test_a_newer_release_leaves_nothing_of_the_older_one(
    server: HubServer, hub: Hub, release: MakeRelease
) -> None:
    """Evaluation rows shared once are gone with a release without them, in the same commit; other files stay."""
    push(release({"model.json": b"{}", "out_of_fold.parquet": b"PAR1rows"}), hub=hub)
    repo = server.repos["model", "alice/churn"]
    repo.commit("by hand", {**repo.head.files, "LICENSE": b"mine", "notes/ideas.txt": b"try trees"})
    newer = release()
    push(newer, hub=hub)
    assert files(server) == {**newer.content, "LICENSE": b"mine", "notes/ideas.txt": b"try trees"}
    assert len(commits(server)) == 4


@pytest.mark.parametrize("status", [500, 503, 429])
def test_a_passing_trouble_is_waited_out(
    server: HubServer, hub: Hub, release: MakeRelease, waits: list[float], status: int
) -> None:
    """The commit is tried again, after as long as the Hub asks for or a little longer each time."""
    server.fail("POST", COMMIT, status=status, headers={"Retry-After": "7"})
    server.fail("POST", COMMIT, status=status)
    push(release(), hub=hub)
    assert waits == [7.0, 2.0]
    assert len(commits(server)) == 2


def test_a_lasting_trouble_is_told_and_nothing_is_written(
    server: HubServer, hub: Hub, release: MakeRelease, waits: list[float]
) -> None:
    """After five attempts the person hears of it; the repository is as it was."""
    server.fail("POST", COMMIT, status=503, times=99)
    assert "the Hub has a problem (503); try again later" in refused(release(), hub)
    assert files(server) == {}
    assert waits == [1.0, 2.0, 4.0, 8.0, 0.0]


def test_a_used_up_rate_limit_is_waited_out(
    server: HubServer, hub: Hub, release: MakeRelease, waits: list[float]
) -> None:
    """The Hub says in a header of its own when the window ends."""
    server.fail("POST", COMMIT, status=429, headers={"RateLimit": '"api";r=0;t=12'})
    push(release(), hub=hub)
    assert waits == [12.0]


def test_a_long_wait_is_told_instead_of_waited(
    server: HubServer, hub: Hub, release: MakeRelease, waits: list[float]
) -> None:
    """Nobody sits through ten minutes."""
    server.fail("POST", COMMIT, status=429, headers={"Retry-After": "600"}, times=99)
    assert "try again in 600 seconds" in refused(release(), hub)
    assert max(waits) == 0.0
    assert files(server) == {}


def test_a_line_lost_before_the_commit_is_tried_again(server: HubServer, hub: Hub, release: MakeRelease) -> None:
    """Nothing had arrived, so it is sent once more."""
    server.fail("POST", COMMIT, how="lose request")
    planned = release()
    push(planned, hub=hub)
    assert files(server) == planned.content
    assert len(commits(server)) == 2


def test_an_answer_lost_after_the_commit_makes_no_second_one(
    server: HubServer, hub: Hub, release: MakeRelease
) -> None:
    """The commit had been made, which a look at the repository shows."""
    server.fail("POST", COMMIT, how="lose answer")
    pushed = push(release(), hub=hub)
    assert pushed.commit == server.repos["model", "alice/churn"].head.oid
    assert len(commits(server)) == 2


def test_a_line_that_stays_lost_is_told_and_nothing_is_half_written(
    server: HubServer, hub: Hub, release: MakeRelease
) -> None:
    """Files were uploaded, but no commit shows any of them."""
    server.fail("POST", COMMIT, how="lose request", times=99)
    assert "the connection to the Hub was lost; check the network and try again" in refused(release(), hub)
    assert files(server) == {}


@pytest.mark.slow
def test_a_line_lost_while_uploading_is_picked_up_again(server: HubServer, hub: Hub, release: MakeRelease) -> None:
    """A large file whose upload breaks off is sent again, before any commit."""
    server.fail("PUT", "/lfs/", how="lose request")
    planned = release({"model.json": b"{}", "out_of_fold.parquet": b"PAR1" * 1000})
    push(planned, hub=hub)
    assert files(server) == planned.content


def test_a_failed_upload_is_told_and_shows_nothing(server: HubServer, hub: Hub, release: MakeRelease) -> None:
    """What the client wraps into an error of its own is still one sentence."""
    server.fail("PUT", "/lfs/", status=403, times=99)
    planned = release({"model.json": b"{}", "out_of_fold.parquet": b"PAR1" * 1000})
    assert "may not do that under alice" in refused(planned, hub)
    assert files(server) == {}


def test_a_change_elsewhere_meanwhile_is_kept(server: HubServer, hub: Hub, release: MakeRelease) -> None:
    """Somebody adds a licence while we push: the release goes on top of it."""
    server.before_commit.append(lambda repo: repo.commit("licence", {**repo.head.files, "LICENSE": b"MIT"}))
    planned = release()
    push(planned, hub=hub)
    assert files(server) == {**planned.content, "LICENSE": b"MIT"}
    assert commits(server) == ["initial commit", "licence", "Release a churn model"]


def test_a_stale_parent_is_told_and_never_overwritten(server: HubServer, hub: Hub, release: MakeRelease) -> None:
    """Somebody else releases while we push: theirs stands, and we are told which commit it is."""
    theirs = release({"model.json": b'{"theirs": 1}'})

    def race(repo: Repo) -> None:
        repo.commit("theirs", {**repo.head.files, **theirs.content})

    server.before_commit.append(race)
    sentence = refused(release(), hub)
    assert (
        f"somebody else changed it meanwhile (commit {server.repos['model', 'alice/churn'].head.oid[:8]})"
        in sentence
    )
    assert files(server) == theirs.content


def test_a_conflict_without_a_change_is_tried_again(server: HubServer, hub: Hub, release: MakeRelease) -> None:
    """The Hub says 412 or 409 though nothing moved, as it does under load."""
    server.fail("POST", COMMIT, status=412)
    server.fail("POST", COMMIT, status=409)
    push(release(), hub=hub)
    assert len(commits(server)) == 2


def test_without_a_token_nothing_is_even_asked(server: HubServer, stranger: Hub, release: MakeRelease) -> None:
    """The sentence says how to sign in."""
    assert "sign in with `hf auth login` or set HF_TOKEN" in refused(release(), stranger)
    assert server.requests == []


def test_on_a_space_the_sentence_points_to_its_button(
    server: HubServer, stranger: Hub, release: MakeRelease, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A visitor has no terminal there, and the Space may only write where it made the repository."""
    monkeypatch.setenv("SPACE_ID", "acme/desk")
    assert "pushing takes a token; sign in on the Share tab" in refused(release(), stranger)
    server.people["hf_visitor"] = Person("vera", may_write=False)
    visitor = Hub(SecretStr("hf_visitor"), server.url)
    assert "this Space may only write under vera where it made" in refused(release(repo="vera/churn"), visitor)


def test_a_push_says_nothing_after_its_commit(hub: Hub, release: MakeRelease) -> None:
    """A job that is stopped hears of it at a report, and must not be told then that nothing was changed."""
    reports: list[str] = []
    push(release(), hub=hub, progress=lambda share, words: reports.append(words))
    assert reports[-1] == "Writing the commit"


def test_a_token_the_hub_does_not_know_is_told(server: HubServer, release: MakeRelease) -> None:
    """An expired token is not mistaken for a missing repository."""
    sentence = refused(release(), Hub(SecretStr("hf_expired"), server.url))
    assert "does not accept the token" in sentence
    assert server.repos == {}


def test_a_token_that_may_only_read_is_told(server: HubServer, release: MakeRelease) -> None:
    """Nothing is made with it."""
    server.people["hf_reader"] = Person("alice", may_write=False)
    assert "may not do that under alice" in refused(release(), Hub(SecretStr("hf_reader"), server.url))
    assert server.repos == {}


def test_another_owner_is_told(server: HubServer, hub: Hub, release: MakeRelease) -> None:
    """Alice cannot push as Bob."""
    assert "bob/churn: the token may not do that under bob" in refused(release(repo="bob/churn"), hub)


def test_a_name_with_other_files_is_taken(server: HubServer, hub: Hub, release: MakeRelease) -> None:
    """A repository of something else is left alone."""
    repo = server.create("model", "alice/churn", private=True)
    repo.commit("weights", {**repo.head.files, "model.safetensors": b"weights"})
    before = dict(repo.head.files)
    assert "the name is taken and holds files of something else" in refused(release(), hub)
    assert repo.head.files == before


def test_a_name_with_another_artifact_is_taken(server: HubServer, hub: Hub, release: MakeRelease) -> None:
    """A snapshot is not replaced by a model, whatever repository it lies in."""
    repo = server.create("model", "alice/churn", private=True)
    repo.commit("snapshot", {"manifest.json": b'{"kind": "customer-snapshot", "files": {}}'})
    assert "the name is taken and holds a customer-snapshot" in refused(release(), hub)


def test_a_name_that_cannot_be_made_is_taken(server: HubServer, hub: Hub, release: MakeRelease) -> None:
    """The Hub says the name exists, yet shows no model of it: a repository of another kind or owner."""
    server.fail("POST", "/api/repos/create", status=409)
    assert "taken by a repository of another kind" in refused(release(), hub)


def test_a_private_release_never_lands_in_a_public_repository(
    server: HubServer, hub: Hub, release: MakeRelease
) -> None:
    """What was planned as private is not shown to everybody because the repository happens to be public."""
    server.create("model", "alice/churn", private=False)
    assert "is public, and this release is private" in refused(release(), hub)
    assert files(server) == {}


def test_a_repository_with_a_card_only_is_free(server: HubServer, hub: Hub, release: MakeRelease) -> None:
    """One made on the website, with its first README, can be used."""
    repo = server.create("model", "alice/churn", private=True)
    repo.commit("readme", {**repo.head.files, "README.md": b"# soon"})
    push(release(), hub=hub)
    assert len(commits(server)) == 3


def test_a_hub_out_of_reach_is_told(release: MakeRelease, waits: list[float]) -> None:
    """Nobody answers at the address; the sentence names network and HF_ENDPOINT."""
    nowhere = Hub(SecretStr(TOKEN), "http://127.0.0.1:9", waits.append)
    assert "the Hub cannot be reached; check the network, or HF_ENDPOINT" in refused(release(), nowhere)
    assert waits == [1.0, 2.0, 4.0, 8.0]


FAULTS = st.one_of(
    st.sampled_from(["lose request", "lose answer"]).map(lambda how: {"how": how}),
    st.sampled_from([403, 409, 412, 429, 500, 503]).map(lambda status: {"status": status}),
)


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(faults=st.lists(FAULTS, max_size=7))
def test_whatever_happens_nothing_is_half_written(
    running_server: HubServer, faults: list[dict[str, object]]
) -> None:
    """A push that returns has its release there whole and once; one that fails has changed nothing."""
    running_server.clear()
    running_server.people[TOKEN] = Person("alice")
    hub = Hub(SecretStr(TOKEN), running_server.url, lambda seconds: None)
    planned = small_release()
    for fault in faults:
        running_server.fail("POST", COMMIT, **fault)
    try:
        pushed = push(planned, hub=hub)
    except PublishError:
        assert files(running_server) == {}
    else:
        assert files(running_server) == planned.content
        assert pushed.commit == running_server.repos["model", "alice/churn"].head.oid
        assert len(commits(running_server)) == 2
