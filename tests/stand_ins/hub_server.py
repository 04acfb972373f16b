"""A Hub on loopback, spoken to by the real clients; faults and races can be asked for.

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
from typing import Literal
from urllib.parse import unquote

import uvicorn
import yaml
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.stand_ins.hub_store import Commit, Person, Repo, Store, is_large

__all__ = ["HubServer", "Person"]

_ID = r"(?P<id>[^/]+/[^/]+)"
_KIND = r"(?P<kind>models|datasets|spaces)"
_FILE = rf"/(?:(?P<kind>datasets|spaces)/)?{_ID}"
_FREE = re.compile(r"^/(api/validate-yaml|lfs/)")


@dataclass
class Fault:
    """What goes wrong on the next ``times`` requests that match.

    ``refuse`` answers with ``status``; ``hang`` never answers; ``lose request`` cuts the line before anything
    happened, ``lose answer`` after it has happened, ``cut`` in the middle of the answer's body.
    """

    method: str
    path: str
    how: Literal["refuse", "hang", "lose request", "lose answer", "cut"] = "refuse"
    status: int = 503
    headers: dict[str, str] = field(default_factory=dict)
    body: str = ""
    times: int = 1


class HubServer(Store):
    """The server; its address is ``url``, what it was asked is in ``requests``."""

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
        config = uvicorn.Config(_losing(app), log_level="critical", lifespan="off", ws="none", http="h11")
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

    def fail(self, method: str, path: str, **fault: object) -> None:
        """Let the next request whose path contains ``path`` (a regular expression) go wrong."""
        self.faults.append(Fault(method, path, **fault))

    def asked(self, method: str, path: str) -> int:
        """Return how many requests of a kind there were."""
        return sum(one == method and re.search(path, where) is not None for one, where in self.requests)

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
                return handler(self, _Asked(request, body, self.people.get(token or "")), **parts)
        return _error(404, "Sorry, we can't find the page you are looking for.")

    def _repo(self, kind: str, id: str, asked: "_Asked") -> Repo | Response:
        """Return a repository the person may see."""
        repo = self.repos.get((kind.removesuffix("s"), id))
        if repo is None or (repo.private and not asked.belongs_to(id)):
            return _error(401 if asked.person is None else 404, "Repository not found", "RepoNotFound")
        return repo

    def _commit(self, kind: str, id: str, revision: str, asked: "_Asked") -> tuple[Repo, Commit] | Response:
        repo = self._repo(kind, id, asked)
        if isinstance(repo, Response):
            return repo
        commit = repo.find(revision)
        if commit is None:
            return _error(404, f"Invalid rev id: {revision}", "RevisionNotFound")
        return repo, commit

    def whoami(self, asked: "_Asked") -> Response:
        if asked.person is None:
            return _error(401, "Invalid username or password.")
        role = "write" if asked.person.may_write else "read"
        return JSONResponse(
            {
                "type": "user",
                "name": asked.person.name,
                "orgs": [{"name": name} for name in asked.person.orgs],
                "auth": {"type": "access_token", "accessToken": {"displayName": "test", "role": role}},
            }
        )

    def validate(self, asked: "_Asked") -> Response:
        match = re.match(r"---\n(.*?)\n---\n", asked.json["content"], re.DOTALL)
        if match is None:
            return JSONResponse({"errors": [], "warnings": [{"message": "empty or missing yaml metadata"}]})
        try:
            yaml.safe_load(match[1])
        except yaml.YAMLError as error:
            return JSONResponse({"errors": [{"message": str(error)}], "warnings": []}, 400)
        return JSONResponse({"errors": [], "warnings": []})

    def make(self, asked: "_Asked") -> Response:
        wanted = asked.json
        kind = wanted.get("type") or "model"
        if asked.person is None:
            return _error(401, "Invalid username or password.")
        id = f"{wanted.get('organization') or asked.person.name}/{wanted['name']}"
        if not asked.may_write(id):
            return _error(403, f"You don't have the rights to create a {kind} under this namespace")
        url = f"{self.url}/{'' if kind == 'model' else kind + 's/'}{id}"
        if (kind, id) in self.repos:
            return JSONResponse({"error": f"You already created this {kind} repo", "url": url}, 409)
        self.create(kind, id, private=wanted.get("visibility") == "private")
        return JSONResponse({"url": url})

    def remove(self, asked: "_Asked") -> Response:
        wanted = asked.json
        id = f"{wanted.get('organization') or asked.person.name}/{wanted['name']}"
        if not asked.may_write(id):
            return _error(403, "You don't have the rights to delete this repo")
        self.repos.pop((wanted.get("type") or "model", id), None)
        return JSONResponse({})

    def settings(self, asked: "_Asked", kind: str, id: str) -> Response:
        repo = self._repo(kind, id, asked)
        if isinstance(repo, Repo):
            repo.private = asked.json.get("visibility", "private") == "private"
            return JSONResponse({})
        return repo

    def preupload(self, asked: "_Asked", kind: str, id: str, revision: str) -> Response:
        found = self._commit(kind, id, revision, asked)
        if isinstance(found, Response):
            return found
        if not asked.may_write(id):
            return _error(403, "Forbidden: you may not write to this repo")
        answers = []
        for file in asked.json["files"]:
            known = found[1].entry(file["path"]) if file["path"] in found[1].files else {}
            oid = known.get("lfs", known).get("oid")
            mode = "lfs" if is_large(file["path"]) else "regular"
            answers.append({"path": file["path"], "uploadMode": mode, "shouldIgnore": False, "oid": oid})
        return JSONResponse({"files": answers})

    def add_commit(self, asked: "_Asked", kind: str, id: str, revision: str) -> Response:
        found = self._commit(kind, id, revision, asked)
        if isinstance(found, Response):
            return found
        if not asked.may_write(id):
            return _error(403, "Forbidden: you may not write to this repo")
        repo = found[0]
        if self.before_commit:
            self.before_commit.pop(0)(repo)
        header, *changes = [json.loads(line) for line in asked.body.splitlines()]
        files = dict(repo.head.files)
        for change in changes:
            if not self._apply(files, change["key"], change["value"]):
                return _error(400, f"Cannot apply {change['key']} to {change['value']['path']}")
        parent = header["value"].get("parentCommit")
        if parent is not None and not repo.head.oid.startswith(parent):
            return _error(412, "A commit has happened since. Please refresh and try again.")
        commit = repo.commit(header["value"]["summary"], files)
        return JSONResponse({"commitOid": commit.oid, "commitUrl": f"{self.url}/{id}/commit/{commit.oid}"})

    def _apply(self, files: dict[str, bytes], key: str, value: dict) -> bool:
        """Change the files as one line of a commit says; False where that cannot be done."""
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

    def info(self, asked: "_Asked", kind: str, id: str, revision: str = "main") -> Response:
        found = self._commit(kind, id, revision, asked)
        if isinstance(found, Response):
            return found
        repo, commit = found
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

    def tree(self, asked: "_Asked", kind: str, id: str, revision: str, folder: str = "") -> Response:
        found = self._commit(kind, id, revision, asked)
        if isinstance(found, Response):
            return found
        commit = found[1]
        inside = folder.strip("/") + "/" if folder.strip("/") else ""
        if inside and not any(path.startswith(inside) for path in commit.files):
            return _error(404, f"{folder} does not exist on this revision", "EntryNotFound")
        recursive = asked.request.query_params.get("recursive", "").lower() in {"true", "1"}
        found_paths: dict[str, dict] = {}
        for path in sorted(commit.files):
            if not path.startswith(inside):
                continue
            rest = path[len(inside) :].split("/")
            for depth in range(1, len(rest) if recursive else min(len(rest), 2)):
                name = inside + "/".join(rest[:depth])
                found_paths[name] = {"type": "directory", "path": name, "size": 0, "oid": "0" * 40}
            if recursive or len(rest) == 1:
                found_paths[path] = commit.entry(path)
        return JSONResponse(list(found_paths.values()))

    def paths_info(self, asked: "_Asked", kind: str, id: str, revision: str) -> Response:
        found = self._commit(kind, id, revision, asked)
        if isinstance(found, Response):
            return found
        commit, answers = found[1], []
        for path in asked.form("paths"):
            if path in commit.files:
                answers.append(commit.entry(path))
            elif any(file.startswith(path.rstrip("/") + "/") for file in commit.files):
                answers.append({"type": "directory", "path": path, "size": 0, "oid": "0" * 40})
        return JSONResponse(answers)

    def refs_of(self, asked: "_Asked", kind: str, id: str) -> Response:
        repo = self._repo(kind, id, asked)
        if isinstance(repo, Response):
            return repo
        branch = {"name": "main", "ref": "refs/heads/main", "targetCommit": repo.head.oid}
        tags = [{"name": one, "ref": f"refs/tags/{one}", "targetCommit": oid} for one, oid in repo.refs.items()]
        return JSONResponse({"branches": [branch], "tags": tags, "converts": []})

    def commits_of(self, asked: "_Asked", kind: str, id: str, revision: str) -> Response:
        repo = self._repo(kind, id, asked)
        if isinstance(repo, Response):
            return repo
        date = "2025-01-01T00:00:00.000Z"
        history = [
            {"id": one.oid, "title": one.title, "message": "", "authors": [], "date": date} for one in repo.commits
        ]
        return JSONResponse(history[::-1])

    def name_ref(self, asked: "_Asked", kind: str, id: str, ref: str) -> Response:
        repo = self._repo(kind, id, asked)
        if isinstance(repo, Response):
            return repo
        if asked.request.method == "DELETE":
            repo.refs.pop(ref, None)
        else:
            repo.refs[asked.json.get("tag", ref) if asked.body else ref] = repo.head.oid
        return JSONResponse({})

    def resolve(self, asked: "_Asked", id: str, revision: str, path: str, kind: str = "models") -> Response:
        found = self._commit(kind, id, revision, asked)
        if isinstance(found, Response):
            return found
        commit = found[1]
        headers = {"X-Repo-Commit": commit.oid, "Accept-Ranges": "bytes"}
        if path not in commit.files:
            answer = _error(404, "Entry not found", "EntryNotFound")
            answer.headers.update(headers)
            return answer
        content, entry = commit.files[path], commit.entry(path)
        headers["ETag"] = f'"{entry["oid"]}"'
        if "lfs" in entry:
            headers |= {"X-Linked-Etag": f'"{entry["lfs"]["oid"]}"', "X-Linked-Size": str(len(content))}
        wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", asked.request.headers.get("range", ""))
        if wanted is None:
            return Response(content, headers=headers, media_type="application/octet-stream")
        start, end = int(wanted[1]), int(wanted[2] or len(content) - 1)
        if start >= len(content):
            return Response(b"", 416, headers={"Content-Range": f"bytes */{len(content)}"})
        headers["Content-Range"] = f"bytes {start}-{min(end, len(content) - 1)}/{len(content)}"
        return Response(content[start : end + 1], 206, headers=headers, media_type="application/octet-stream")

    def lfs_batch(self, asked: "_Asked", id: str, kind: str = "models") -> Response:
        repo = self._repo(kind, id, asked)
        if isinstance(repo, Response):
            return repo
        objects = []
        for wanted in asked.json["objects"]:
            one = {"oid": wanted["oid"], "size": wanted["size"]}
            if wanted["oid"] not in self.large:
                href = f"{self.url}/lfs/{wanted['oid']}"
                one["actions"] = {"upload": {"href": href}, "verify": {"href": f"{href}/verify"}}
            objects.append(one)
        return JSONResponse({"transfer": "basic", "objects": objects})

    def lfs_put(self, asked: "_Asked", oid: str) -> Response:
        if hashlib.sha256(asked.body).hexdigest() != oid:
            return _error(400, "The content does not match its hash")
        self.large[oid] = asked.body
        return Response(b"")

    def lfs_verify(self, asked: "_Asked", oid: str) -> Response:
        return Response(b"") if oid in self.large else _error(404, "Not uploaded")


@dataclass(frozen=True)
class _Asked:
    """A request, and who asks."""

    request: Request
    body: bytes
    person: Person | None

    @property
    def json(self) -> dict:
        return json.loads(self.body)

    def form(self, name: str) -> list[str]:
        fields = [part.split("=", 1) for part in self.body.decode().split("&") if "=" in part]
        return [unquote(value.replace("+", " ")) for key, value in fields if key == name]

    def belongs_to(self, id: str) -> bool:
        return self.person is not None and id.partition("/")[0] in {self.person.name, *self.person.orgs}

    def may_write(self, id: str) -> bool:
        return self.belongs_to(id) and self.person is not None and self.person.may_write


def _error(status: int, message: str, code: str | None = None) -> Response:
    headers = {"X-Error-Message": message, **({"X-Error-Code": code} if code else {})}
    return JSONResponse({"error": message}, status, headers=headers)


def _losing(app: Starlette) -> Callable:
    """Cut the line after so many bytes of the answer's body as its X-Lose header says; at 0 before any of it."""

    async def asgi(scope: dict, receive: Callable, send: Callable) -> None:
        left: int | None = None

        async def cutting(message: dict) -> None:
            nonlocal left
            if message["type"] == "http.response.start":
                found = dict(message["headers"]).get(b"x-lose")
                left = None if found is None else int(found)
                if left == 0:
                    send.__self__.transport.abort()
            elif left is not None:
                message = {**message, "body": message["body"][:left], "more_body": True}
            if left != 0:
                await send(message)

        await app(scope, receive, cutting)

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
