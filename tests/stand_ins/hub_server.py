"""A Hub on loopback for the real clients, which can be told to fail, or to let another commit come first.

with HubServer() as hub:
    hub.people["token"] = Person("alice")
    hub.fail("POST", "/commit/", status=503, headers={"Retry-After": "3"})
    ...  # huggingface_hub with endpoint=hub.url, or HF_ENDPOINT in another process
"""

import asyncio
import base64
import hashlib
import json
import re
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import unquote

import uvicorn
import yaml
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tests.stand_ins.hub_store import Commit, Person, Repo, Store, is_large

__all__ = ["HubServer", "Person"]

JSON = dict[str, Any]
"""A JSON object."""

FaultKind = Literal["refuse", "hang", "lose request", "lose answer", "cut"]

_ID = r"(?P<id>[^/]+/[^/]+)"
_KIND = r"(?P<kind>models|datasets|spaces)"
_FILE = rf"/(?:(?P<kind>datasets|spaces)/)?{_ID}"
_FREE = re.compile(r"^/(api/validate-yaml|lfs/)")


@dataclass
class Fault:
    """What goes wrong on the next ``times`` requests that match.

    ``refuse`` answers with ``status``; ``hang`` never answers; ``lose request`` drops the connection before the
    request is handled, ``lose answer`` after it, and ``cut`` in the middle of the answer's body.
    """

    method: str
    path: str
    how: FaultKind = "refuse"
    status: int = 503
    headers: dict[str, str] = field(default_factory=dict)
    body: str = ""
    times: int = 1


class HubServer(Store):
    """The server; its address is ``url``, and ``requests`` records the method and path of every request."""

    def __init__(self) -> None:
        super().__init__()
        self.faults: list[Fault] = []
        self.requests: list[tuple[str, str]] = []
        self.before_commit: list[Callable[[Repo], object]] = []
        # Named as TCP, or asyncio would not set TCP_NODELAY and every answer would take 40 ms longer.
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._socket.bind(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        app = Starlette(
            routes=[Route("/{path:path}", self._answer, methods=["GET", "HEAD", "POST", "PUT", "DELETE"])]
        )
        config = uvicorn.Config(_cut_answers(app), log_level="critical", lifespan="off", ws="none", http="h11")
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._socket]}, daemon=True)

    def __enter__(self) -> "HubServer":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._server.force_exit = True
        self._thread.join()
        self._socket.close()

    def clear(self) -> None:
        """Forget everything: people, repositories, faults, requests."""
        for memory in (self.people, self.repos, self.large, self.faults, self.requests, self.before_commit):
            memory.clear()
        self.now = None

    def fail(
        self,
        method: str,
        path: str,
        *,
        how: FaultKind = "refuse",
        status: int = 503,
        headers: dict[str, str] | None = None,
        body: str = "",
        times: int = 1,
    ) -> None:
        """Let the next ``times`` requests whose path matches ``path`` (a regular expression) go wrong."""
        self.faults.append(Fault(method, path, how, status, headers or {}, body, times))

    def count_requests(self, method: str, path: str) -> int:
        """Return how many requests had this method and a path that matches the regular expression ``path``."""
        return sum(
            request_method == method and re.search(path, request_path) is not None
            for request_method, request_path in self.requests
        )

    async def _answer(self, request: Request) -> Response:
        path = request.scope["raw_path"].decode()
        self.requests.append((request.method, path))
        body = await request.body()
        fault = self._fault(request.method, path)
        if fault is None:
            return self._routed(request, path, body)
        if fault.how == "refuse":
            return Response(fault.body, fault.status, headers=fault.headers)
        if fault.how == "hang":
            await asyncio.Event().wait()
        if fault.how == "lose request":
            return Response(b"", 200, headers={"X-Lose": "0"})
        answer = self._routed(request, path, body)
        answer.headers["X-Lose"] = "0" if fault.how == "lose answer" else str(len(answer.body) // 2)
        return answer

    def _fault(self, method: str, path: str) -> Fault | None:
        for fault in self.faults:
            if fault.times > 0 and fault.method == method and re.search(fault.path, path):
                fault.times -= 1
                return fault
        return None

    def _routed(self, request: Request, path: str, body: bytes) -> Response:
        for method, pattern, handler in _ROUTES:
            match = re.fullmatch(pattern, path)
            if match and request.method in method.split("|"):
                token = request.headers.get("authorization", "").removeprefix("Bearer ") or None
                if token is not None and token not in self.people and not _FREE.search(path):
                    return _error(401, "Invalid credentials in Authorization header")
                parts = {key: unquote(value) for key, value in match.groupdict().items() if value is not None}
                return handler(self, _Call(request, body, self.people.get(token or "")), **parts)
        return _error(404, "Sorry, we can't find the page you are looking for.")

    def _repo(self, kind: str, id: str, call: "_Call") -> Repo | Response:
        """Return a repository that the caller may see."""
        repo = self.repos.get((kind.removesuffix("s"), id))
        if repo is None or (repo.private and not call.belongs_to(id)):
            return _error(401 if call.caller is None else 404, "Repository not found", "RepoNotFound")
        return repo

    def _commit(self, kind: str, id: str, revision: str, call: "_Call") -> tuple[Repo, Commit] | Response:
        repo = self._repo(kind, id, call)
        if isinstance(repo, Response):
            return repo
        commit = repo.find(revision)
        if commit is None:
            return _error(404, f"Invalid rev id: {revision}", "RevisionNotFound")
        return repo, commit

    def _writable_commit(self, kind: str, id: str, revision: str, call: "_Call") -> tuple[Repo, Commit] | Response:
        target = self._commit(kind, id, revision, call)
        if not isinstance(target, Response) and not call.may_write(id):
            return _error(403, "Forbidden: you may not write to this repo")
        return target

    def whoami(self, call: "_Call") -> Response:
        if call.caller is None:
            return _error(401, "Invalid username or password.")
        role = "write" if call.caller.may_write else "read"
        return JSONResponse(
            {
                "type": "user",
                "name": call.caller.name,
                "orgs": [{"name": name} for name in call.caller.orgs],
                "auth": {"type": "access_token", "accessToken": {"displayName": "test", "role": role}},
            }
        )

    def validate(self, call: "_Call") -> Response:
        match = re.match(r"---\n(.*?)\n---\n", call.json["content"], re.DOTALL)
        if match is None:
            return JSONResponse({"errors": [], "warnings": [{"message": "empty or missing yaml metadata"}]})
        try:
            yaml.safe_load(match[1])
        except yaml.YAMLError as error:
            return JSONResponse({"errors": [{"message": str(error)}], "warnings": []}, 400)
        return JSONResponse({"errors": [], "warnings": []})

    def make(self, call: "_Call") -> Response:
        wanted = call.json
        kind = wanted.get("type") or "model"
        if call.caller is None:
            return _error(401, "Invalid username or password.")
        id = f"{wanted.get('organization') or call.caller.name}/{wanted['name']}"
        if not call.may_write(id):
            return _error(403, f"You don't have the rights to create a {kind} under this namespace")
        url = f"{self.url}/{'' if kind == 'model' else kind + 's/'}{id}"
        if (kind, id) in self.repos:
            return JSONResponse({"error": f"You already created this {kind} repo", "url": url}, 409)
        self.create(kind, id, private=wanted.get("visibility") == "private")
        return JSONResponse({"url": url})

    def remove(self, call: "_Call") -> Response:
        wanted = call.json
        if call.caller is None:
            return _error(401, "Invalid username or password.")
        id = f"{wanted.get('organization') or call.caller.name}/{wanted['name']}"
        if not call.may_write(id):
            return _error(403, "You don't have the rights to delete this repo")
        self.repos.pop((wanted.get("type") or "model", id), None)
        return JSONResponse({})

    def settings(self, call: "_Call", kind: str, id: str) -> Response:
        repo = self._repo(kind, id, call)
        if isinstance(repo, Repo):
            repo.private = call.json.get("visibility", "private") == "private"
            return JSONResponse({})
        return repo

    def preupload(self, call: "_Call", kind: str, id: str, revision: str) -> Response:
        target = self._writable_commit(kind, id, revision, call)
        if isinstance(target, Response):
            return target
        _, commit = target
        answers = []
        for file in call.json["files"]:
            entry = commit.entry(file["path"]) if file["path"] in commit.files else {}
            oid = entry.get("lfs", entry).get("oid")
            mode = "lfs" if is_large(file["path"]) else "regular"
            answers.append({"path": file["path"], "uploadMode": mode, "shouldIgnore": False, "oid": oid})
        return JSONResponse({"files": answers})

    def add_commit(self, call: "_Call", kind: str, id: str, revision: str) -> Response:
        target = self._writable_commit(kind, id, revision, call)
        if isinstance(target, Response):
            return target
        repo, _ = target
        if self.before_commit:
            self.before_commit.pop(0)(repo)
        header, *changes = [json.loads(line) for line in call.body.splitlines()]
        files = dict(repo.head.files)
        for change in changes:
            if not self._apply(files, change["key"], change["value"]):
                return _error(400, f"Cannot apply {change['key']} to {change['value']['path']}")
        parent = header["value"].get("parentCommit")
        if parent is not None and not repo.head.oid.startswith(parent):
            return _error(412, "A commit has happened since. Please refresh and try again.")
        commit = repo.commit(header["value"]["summary"], files, self.now)
        return JSONResponse({"commitOid": commit.oid, "commitUrl": f"{self.url}/{id}/commit/{commit.oid}"})

    def _apply(self, files: dict[str, bytes], key: str, value: JSON) -> bool:
        """Apply one operation of a commit to the files; return False if that is not possible."""
        path = value["path"]
        if key == "file":
            files[path] = base64.b64decode(value["content"])
        elif key == "lfsFile":
            if value["oid"] not in self.large:
                return False
            files[path] = self.large[value["oid"]]
        elif key == "deletedFile":
            return files.pop(path, None) is not None
        else:
            for inside in [name for name in files if name.startswith(path)]:
                del files[inside]
        return True

    def info(self, call: "_Call", kind: str, id: str, revision: str = "main") -> Response:
        target = self._commit(kind, id, revision, call)
        if isinstance(target, Response):
            return target
        repo, commit = target
        siblings = []
        for path in sorted(commit.files):
            entry = commit.entry(path)
            sibling = {"rfilename": path, "size": entry["size"], "blobId": entry["oid"]}
            if "lfs" in entry:
                lfs = entry["lfs"]
                sibling["lfs"] = {"sha256": lfs["oid"], "size": lfs["size"], "pointerSize": lfs["pointerSize"]}
            siblings.append(sibling)
        card = repo.card()
        tags = [str(tag) for tag in card.get("tags", [])]
        answer = {"id": id, "sha": commit.oid, "private": repo.private, "siblings": siblings}
        return JSONResponse({**answer, "cardData": card, "tags": tags, "downloads": 0, "likes": 0})

    def tree(self, call: "_Call", kind: str, id: str, revision: str, folder: str = "") -> Response:
        target = self._commit(kind, id, revision, call)
        if isinstance(target, Response):
            return target
        _, commit = target
        inside = folder.strip("/") + "/" if folder.strip("/") else ""
        if inside and not any(path.startswith(inside) for path in commit.files):
            return _error(404, f"{folder} does not exist on this revision", "EntryNotFound")
        recursive = call.request.query_params.get("recursive", "").lower() in {"true", "1"}
        entries: dict[str, JSON] = {}
        for path in sorted(commit.files):
            if not path.startswith(inside):
                continue
            rest = path[len(inside) :].split("/")
            for depth in range(1, len(rest) if recursive else min(len(rest), 2)):
                name = inside + "/".join(rest[:depth])
                entries[name] = {"type": "directory", "path": name, "size": 0, "oid": "0" * 40}
            if recursive or len(rest) == 1:
                entries[path] = commit.entry(path)
        return JSONResponse(list(entries.values()))

    def paths_info(self, call: "_Call", kind: str, id: str, revision: str) -> Response:
        target = self._commit(kind, id, revision, call)
        if isinstance(target, Response):
            return target
        _, commit = target
        answers = []
        for path in call.form("paths"):
            if path in commit.files:
                answers.append(commit.entry(path))
            elif any(file.startswith(path.rstrip("/") + "/") for file in commit.files):
                answers.append({"type": "directory", "path": path, "size": 0, "oid": "0" * 40})
        return JSONResponse(answers)

    def refs_of(self, call: "_Call", kind: str, id: str) -> Response:
        repo = self._repo(kind, id, call)
        if isinstance(repo, Response):
            return repo
        branch = {"name": "main", "ref": "refs/heads/main", "targetCommit": repo.head.oid}
        tags = [{"name": tag, "ref": f"refs/tags/{tag}", "targetCommit": oid} for tag, oid in repo.refs.items()]
        return JSONResponse({"branches": [branch], "tags": tags, "converts": []})

    def commits_of(self, call: "_Call", kind: str, id: str, revision: str) -> Response:
        repo = self._repo(kind, id, call)
        if isinstance(repo, Response):
            return repo
        newest = repo.find(revision)
        if newest is None:
            return _error(404, f"Invalid rev id: {revision}", "RevisionNotFound")
        history = [
            {"id": commit.oid, "title": commit.title, "message": "", "authors": [], "date": commit.date}
            for commit in repo.commits[: repo.commits.index(newest) + 1]
        ]
        return JSONResponse(history[::-1])

    def name_ref(self, call: "_Call", kind: str, id: str, ref: str) -> Response:
        repo = self._repo(kind, id, call)
        if isinstance(repo, Response):
            return repo
        if call.request.method == "DELETE":
            repo.refs.pop(ref, None)
        else:
            repo.refs[call.json.get("tag", ref) if call.body else ref] = repo.head.oid
        return JSONResponse({})

    def resolve(self, call: "_Call", id: str, revision: str, path: str, kind: str = "models") -> Response:
        target = self._commit(kind, id, revision, call)
        if isinstance(target, Response):
            return target
        _, commit = target
        headers = {"X-Repo-Commit": commit.oid, "Accept-Ranges": "bytes"}
        if path not in commit.files:
            answer = _error(404, "Entry not found", "EntryNotFound")
            answer.headers.update(headers)
            return answer
        content, entry = commit.files[path], commit.entry(path)
        headers["ETag"] = f'"{entry["oid"]}"'
        if "lfs" in entry:
            headers |= {"X-Linked-Etag": f'"{entry["lfs"]["oid"]}"', "X-Linked-Size": str(len(content))}
        wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", call.request.headers.get("range", ""))
        if wanted is None:
            return Response(content, headers=headers, media_type="application/octet-stream")
        start, end = int(wanted[1]), int(wanted[2] or len(content) - 1)
        if start >= len(content):
            return Response(b"", 416, headers={"Content-Range": f"bytes */{len(content)}"})
        headers["Content-Range"] = f"bytes {start}-{min(end, len(content) - 1)}/{len(content)}"
        return Response(content[start : end + 1], 206, headers=headers, media_type="application/octet-stream")

    def lfs_batch(self, call: "_Call", id: str, kind: str = "models") -> Response:
        repo = self._repo(kind, id, call)
        if isinstance(repo, Response):
            return repo
        objects = []
        for wanted in call.json["objects"]:
            answer = {"oid": wanted["oid"], "size": wanted["size"]}
            if wanted["oid"] not in self.large:
                href = f"{self.url}/lfs/{wanted['oid']}"
                answer["actions"] = {"upload": {"href": href}, "verify": {"href": f"{href}/verify"}}
            objects.append(answer)
        return JSONResponse({"transfer": "basic", "objects": objects})

    def lfs_put(self, call: "_Call", oid: str) -> Response:
        if hashlib.sha256(call.body).hexdigest() != oid:
            return _error(400, "The content does not match its hash")
        self.large[oid] = call.body
        return Response(b"")

    def lfs_verify(self, call: "_Call", oid: str) -> Response:
        return Response(b"") if oid in self.large else _error(404, "Not uploaded")


@dataclass(frozen=True)
class _Call:
    """A request, and the person whose token it carries; None if it carries none."""

    request: Request
    body: bytes
    caller: Person | None

    @property
    def json(self) -> JSON:
        content: JSON = json.loads(self.body)
        return content

    def form(self, name: str) -> list[str]:
        fields = [part.split("=", 1) for part in self.body.decode().split("&") if "=" in part]
        return [unquote(value.replace("+", " ")) for key, value in fields if key == name]

    def belongs_to(self, id: str) -> bool:
        return self.caller is not None and id.partition("/")[0] in {self.caller.name, *self.caller.orgs}

    def may_write(self, id: str) -> bool:
        return self.belongs_to(id) and self.caller is not None and self.caller.may_write


def _error(status: int, message: str, code: str | None = None) -> Response:
    headers = {"X-Error-Message": message, **({"X-Error-Code": code} if code else {})}
    return JSONResponse({"error": message}, status, headers=headers)


def _cut_answers(app: ASGIApp) -> ASGIApp:
    """Drop the connection after as many bytes of the answer's body as its X-Lose header says; at 0, before it."""

    async def asgi(scope: Scope, receive: Receive, send: Send) -> None:
        body_limit: int | None = None

        async def send_up_to_limit(message: Message) -> None:
            nonlocal body_limit
            if message["type"] == "http.response.start":
                header = dict(message["headers"]).get(b"x-lose")
                body_limit = None if header is None else int(header)
                if body_limit == 0:
                    cycle: Any = getattr(send, "__self__")  # noqa: B009  uvicorn's, a bound method
                    cycle.transport.abort()
            elif body_limit is not None:
                message = {**message, "body": message["body"][:body_limit], "more_body": True}
            if body_limit != 0:
                await send(message)

        await app(scope, receive, send_up_to_limit)

    return asgi


_API = rf"/api/{_KIND}/{_ID}"
_ROUTES: list[tuple[str, str, Callable[..., Response]]] = [
    ("GET", r"/api/whoami-v2", HubServer.whoami),
    ("POST", r"/api/validate-yaml", HubServer.validate),
    ("POST", r"/api/repos/create", HubServer.make),
    ("DELETE", r"/api/repos/delete", HubServer.remove),
    ("PUT", rf"{_API}/settings", HubServer.settings),
    ("POST", rf"{_API}/preupload/(?P<revision>[^/]+)", HubServer.preupload),
    ("POST", rf"{_API}/commit/(?P<revision>[^/]+)", HubServer.add_commit),
    ("GET", _API, HubServer.info),
    ("GET", rf"{_API}/revision/(?P<revision>[^/]+)", HubServer.info),
    ("GET", rf"{_API}/tree/(?P<revision>[^/]+)(?P<folder>/.*)?", HubServer.tree),
    ("POST", rf"{_API}/paths-info/(?P<revision>[^/]+)", HubServer.paths_info),
    ("GET", rf"{_API}/refs", HubServer.refs_of),
    ("GET", rf"{_API}/commits/(?P<revision>[^/]+)", HubServer.commits_of),
    ("POST|DELETE", rf"{_API}/(?:branch|tag)/(?P<ref>[^/]+)", HubServer.name_ref),
    ("HEAD|GET", rf"{_FILE}/resolve/(?P<revision>[^/]+)/(?P<path>.+)", HubServer.resolve),
    ("POST", rf"{_FILE}\.git/info/lfs/objects/batch", HubServer.lfs_batch),
    ("PUT", r"/lfs/(?P<oid>[0-9a-f]{64})", HubServer.lfs_put),
    ("POST", r"/lfs/(?P<oid>[0-9a-f]{64})/verify", HubServer.lfs_verify),
]
