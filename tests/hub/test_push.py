"""Pushing writes one commit on top of the repository, or raises one clear sentence and changes nothing."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from retention.errors import PublishError
from retention.hub.connection import Hub
from retention.hub.publish import push
from retention.hub.release import Release
from tests.hub.conftest import TOKEN, MakeRelease, small_release
from tests.stand_ins.hub_server import Fault, FaultKind, HubServer, Person
from tests.stand_ins.hub_store import Repo

COMMIT = "/commit/main"


def files(server: HubServer, kind: str = "model", repo: str = "alice/churn") -> dict[str, bytes]:
    """What stands on the Hub, without what the Hub itself puts there."""
    return {path: text for path, text in server.repos[kind, repo].head.files.items() if path != ".gitattributes"}


def commits(server: HubServer, repo: str = "alice/churn") -> list[str]:
    return [commit.title for commit in server.repos["model", repo].commits]


def refused(release: Release, hub: Hub) -> str:
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
    """The repository is public if the release is."""
    assert not push(release(private=False), hub=hub).private
    assert not server.repos["model", "alice/churn"].private


def test_an_organisation_can_own_a_repository(server: HubServer, hub: Hub, release: MakeRelease) -> None:
    """A member may push under the organisation's name."""
    push(release(repo="acme/churn"), hub=hub)
    assert ("model", "acme/churn") in server.repos


def test_pushing_the_same_release_again_changes_nothing(server: HubServer, hub: Hub, release: MakeRelease) -> None:
    """The second push makes no commit and returns the same result."""
    assert push(release(), hub=hub) == push(release(), hub=hub)
    assert len(commits(server)) == 2


def test_a_newer_release_removes_the_files_of_the_older_one(
    server: HubServer, hub: Hub, release: MakeRelease
) -> None:
    """The same commit removes evaluation rows that are no longer shared; other files stay."""
    push(release({"model.json": b"{}", "out_of_fold.parquet": b"PAR1rows"}), hub=hub)
    repo = server.repos["model", "alice/churn"]
    repo.commit("by hand", {**repo.head.files, "LICENSE": b"mine", "notes/ideas.txt": b"try trees"})
    newer = release()
    push(newer, hub=hub)
    assert files(server) == {**newer.content, "LICENSE": b"mine", "notes/ideas.txt": b"try trees"}
    assert len(commits(server)) == 4


@pytest.mark.parametrize("status", [500, 503, 429])
def test_a_temporary_failure_is_retried(
    server: HubServer, hub: Hub, release: MakeRelease, waits: list[float], status: int
) -> None:
    """The commit is repeated after as long as the Hub says, or a little longer each time."""
    server.fail("POST", COMMIT, status=status, headers={"Retry-After": "7"})
    server.fail("POST", COMMIT, status=status)
    push(release(), hub=hub)
    assert waits == [7.0, 2.0]
    assert len(commits(server)) == 2


def test_a_lasting_failure_is_reported_and_nothing_is_written(
    server: HubServer, hub: Hub, release: MakeRelease, waits: list[float]
) -> None:
    """After five attempts an error is raised, and the repository is unchanged."""
    server.fail("POST", COMMIT, status=503, times=99)
    assert "the Hub has a problem (503); try again later" in refused(release(), hub)
    assert files(server) == {}
    assert waits == [1.0, 2.0, 4.0, 8.0, 0.0]


def test_an_exhausted_rate_limit_is_waited_for(
    server: HubServer, hub: Hub, release: MakeRelease, waits: list[float]
) -> None:
    """The Hub says in a header of its own when the window ends."""
    server.fail("POST", COMMIT, status=429, headers={"RateLimit": '"api";r=0;t=12'})
    push(release(), hub=hub)
    assert waits == [12.0]


def test_a_long_wait_is_reported_instead(
    server: HubServer, hub: Hub, release: MakeRelease, waits: list[float]
) -> None:
    """If the Hub wants a wait of ten minutes, an error is raised at once."""
    server.fail("POST", COMMIT, status=429, headers={"Retry-After": "600"}, times=99)
    assert "try again in 600 seconds" in refused(release(), hub)
    assert max(waits) == 0.0
    assert files(server) == {}


def test_a_connection_lost_before_the_commit_is_retried(server: HubServer, hub: Hub, release: MakeRelease) -> None:
    """Nothing had arrived, so the commit is sent again."""
    server.fail("POST", COMMIT, how="lose request")
    planned = release()
    push(planned, hub=hub)
    assert files(server) == planned.content
    assert len(commits(server)) == 2


def test_an_answer_lost_after_the_commit_causes_no_second_commit(
    server: HubServer, hub: Hub, release: MakeRelease
) -> None:
    """Reading the repository shows that the commit was written."""
    server.fail("POST", COMMIT, how="lose answer")
    pushed = push(release(), hub=hub)
    assert pushed.commit == server.repos["model", "alice/churn"].head.oid
    assert len(commits(server)) == 2


def test_a_connection_that_stays_lost_is_reported_and_nothing_is_published(
    server: HubServer, hub: Hub, release: MakeRelease
) -> None:
    """Files were uploaded, but no commit shows any of them."""
    server.fail("POST", COMMIT, how="lose request", times=99)
    assert "the connection to the Hub was lost; check the network and try again" in refused(release(), hub)
    assert files(server) == {}


@pytest.mark.slow
def test_a_connection_lost_while_uploading_is_retried(server: HubServer, hub: Hub, release: MakeRelease) -> None:
    """A large file whose upload breaks off is sent again, before any commit."""
    server.fail("PUT", "/lfs/", how="lose request")
    planned = release({"model.json": b"{}", "out_of_fold.parquet": b"PAR1" * 1000})
    push(planned, hub=hub)
    assert files(server) == planned.content


def test_a_failed_upload_is_reported_and_publishes_nothing(
    server: HubServer, hub: Hub, release: MakeRelease
) -> None:
    """An error that the client wraps into its own still becomes one sentence."""
    server.fail("PUT", "/lfs/", status=403, times=99)
    planned = release({"model.json": b"{}", "out_of_fold.parquet": b"PAR1" * 1000})
    assert "may not do that under alice" in refused(planned, hub)
    assert files(server) == {}


def test_a_concurrent_change_of_another_file_is_kept(server: HubServer, hub: Hub, release: MakeRelease) -> None:
    """If somebody adds a licence during the push, the release goes on top of it."""
    server.before_commit.append(lambda repo: repo.commit("licence", {**repo.head.files, "LICENSE": b"MIT"}))
    planned = release()
    push(planned, hub=hub)
    assert files(server) == {**planned.content, "LICENSE": b"MIT"}
    assert commits(server) == ["initial commit", "licence", "Release a churn model"]


def test_a_concurrent_release_is_reported_and_never_overwritten(
    server: HubServer, hub: Hub, release: MakeRelease
) -> None:
    """If somebody else releases during the push, theirs stays and the error names its commit."""
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


def test_a_conflict_without_a_change_is_retried(server: HubServer, hub: Hub, release: MakeRelease) -> None:
    """The Hub answers 412 or 409 though nothing changed, as it does under load."""
    server.fail("POST", COMMIT, status=412)
    server.fail("POST", COMMIT, status=409)
    push(release(), hub=hub)
    assert len(commits(server)) == 2


def test_without_a_token_no_request_is_sent(server: HubServer, stranger: Hub, release: MakeRelease) -> None:
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


def test_a_push_reports_no_progress_after_its_commit(hub: Hub, release: MakeRelease) -> None:
    """A job is stopped at a progress report, and must not be stopped as unchanged after the commit."""
    reports: list[str] = []
    push(release(), hub=hub, progress=lambda share, words: reports.append(words))
    assert reports[-1] == "Writing the commit"


def test_a_token_the_hub_does_not_know_is_reported(server: HubServer, release: MakeRelease) -> None:
    """An expired token is not mistaken for a missing repository."""
    sentence = refused(release(), Hub(SecretStr("hf_expired"), server.url))
    assert "does not accept the token" in sentence
    assert server.repos == {}


def test_a_read_only_token_is_reported(server: HubServer, release: MakeRelease) -> None:
    """No repository is created with it."""
    server.people["hf_reader"] = Person("alice", may_write=False)
    assert "may not do that under alice" in refused(release(), Hub(SecretStr("hf_reader"), server.url))
    assert server.repos == {}


def test_a_foreign_owner_is_reported(server: HubServer, hub: Hub, release: MakeRelease) -> None:
    """Alice cannot push as Bob."""
    assert "bob/churn: the token may not do that under bob" in refused(release(repo="bob/churn"), hub)


def test_a_name_with_other_files_is_taken(server: HubServer, hub: Hub, release: MakeRelease) -> None:
    """A repository that holds other files is not changed."""
    repo = server.create("model", "alice/churn", private=True)
    repo.commit("weights", {**repo.head.files, "model.safetensors": b"weights"})
    before = dict(repo.head.files)
    assert "the name is taken and holds files of something else" in refused(release(), hub)
    assert repo.head.files == before


def test_a_name_with_another_artifact_is_taken(server: HubServer, hub: Hub, release: MakeRelease) -> None:
    """A snapshot is not replaced by a model, even in a model repository."""
    repo = server.create("model", "alice/churn", private=True)
    repo.commit("snapshot", {"manifest.json": b'{"kind": "customer-snapshot", "files": {}}'})
    assert "the name is taken and holds a customer-snapshot" in refused(release(), hub)


def test_a_name_that_cannot_be_created_is_taken(server: HubServer, hub: Hub, release: MakeRelease) -> None:
    """The Hub says that the name exists but shows no such model: another kind of repository or owner has it."""
    server.fail("POST", "/api/repos/create", status=409)
    assert "taken by a repository of another kind" in refused(release(), hub)


def test_a_private_release_is_never_pushed_to_a_public_repository(
    server: HubServer, hub: Hub, release: MakeRelease
) -> None:
    """A release planned as private is not published because the repository happens to be public."""
    server.create("model", "alice/churn", private=False)
    assert "is public, and this release is private" in refused(release(), hub)
    assert files(server) == {}


def test_a_repository_with_only_a_card_can_be_used(server: HubServer, hub: Hub, release: MakeRelease) -> None:
    """A repository made on the website, with its first README, can be pushed to."""
    repo = server.create("model", "alice/churn", private=True)
    repo.commit("readme", {**repo.head.files, "README.md": b"# soon"})
    push(release(), hub=hub)
    assert len(commits(server)) == 3


def test_an_unreachable_hub_is_reported(release: MakeRelease, waits: list[float]) -> None:
    """If nothing answers at the address, the sentence names the network and HF_ENDPOINT."""
    nowhere = Hub(SecretStr(TOKEN), "http://127.0.0.1:9", waits.append)
    assert "the Hub cannot be reached; check the network, or HF_ENDPOINT" in refused(release(), nowhere)
    assert waits == [1.0, 2.0, 4.0, 8.0]


LOSSES: tuple[FaultKind, ...] = ("lose request", "lose answer")
FAULTS = st.one_of(
    st.sampled_from(LOSSES).map(lambda how: Fault("POST", COMMIT, how=how)),
    st.sampled_from([403, 409, 412, 429, 500, 503]).map(lambda status: Fault("POST", COMMIT, status=status)),
)


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(faults=st.lists(FAULTS, max_size=7))
def test_no_fault_leaves_a_partial_release(running_server: HubServer, faults: list[Fault]) -> None:
    """A push that returns has written the whole release once; a push that fails has changed nothing."""
    running_server.clear()
    running_server.people[TOKEN] = Person("alice")
    hub = Hub(SecretStr(TOKEN), running_server.url, lambda seconds: None)
    planned = small_release()
    running_server.faults.extend(faults)
    try:
        pushed = push(planned, hub=hub)
    except PublishError:
        assert files(running_server) == {}
    else:
        assert files(running_server) == planned.content
        assert pushed.commit == running_server.repos["model", "alice/churn"].head.oid
        assert len(commits(running_server)) == 2
