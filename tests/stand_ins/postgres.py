"""A real Postgres on loopback, in a folder of its own."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from tests.browser.server import free_port

USER = "shop"
PASSWORD = "p@ss:word/?#canary"  # noqa: S105  opens nothing but this server; awkward on purpose
_PROGRAMS = (Path("/usr/local/bin"), *sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True))


@dataclass(frozen=True)
class PostgresServer:
    """Where the server listens."""

    port: int

    @property
    def url(self) -> str:
        """The address without a password."""
        return f"postgres://{USER}@127.0.0.1:{self.port}/postgres"

    @property
    def secret_url(self) -> str:
        """The address with the password, as an environment variable may hold it."""
        return f"postgres://{USER}:{quote(PASSWORD, safe='')}@127.0.0.1:{self.port}/postgres"


def missing_postgres() -> str | None:
    """Install Postgres where that is possible, and return why it is not here; None where it is."""
    if _programs() is None and os.geteuid() == 0 and shutil.which("apt-get"):
        subprocess.run(["apt-get", "update", "-qq"], check=False, capture_output=True)
        subprocess.run(["apt-get", "install", "-y", "-qq", "postgresql"], check=False, capture_output=True)
    if _programs() is None:
        return "there is no Postgres here, and apt cannot install it"
    if os.geteuid() == 0 and _account() is None:
        return "Postgres does not run as root, and there is no account `postgres` or `nobody`"
    return None


@contextmanager
def running_postgres() -> Iterator[PostgresServer]:
    """Start a server that asks for a password, and stop it at the end."""
    programs = _programs()
    assert programs
    account = _account() if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="postgres-"))
    data, port = folder / "data", free_port()
    password_file = folder / "password"
    password_file.write_text(PASSWORD + "\n", encoding="utf-8")
    if account:
        for path in (folder, password_file):
            os.chown(path, account.pw_uid, account.pw_gid)

    def run(program: str, *arguments: str | Path) -> None:
        """Run one of its programs, as an account that may."""
        subprocess.run(
            [programs / program, *arguments],
            user=account.pw_uid if account else None,
            group=account.pw_gid if account else None,
            extra_groups=[] if account else None,
            cwd=folder,
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    options = f"-p {port} -c listen_addresses=127.0.0.1 -c fsync=off -c shared_buffers=32MB -k {folder}"
    try:
        run(
            "initdb", "-D", data, "-A", "scram-sha-256", "-U", USER, "--pwfile", password_file, "-N", "--no-locale"
        )
        run("pg_ctl", "-D", data, "-w", "-o", options, "-l", folder / "log", "start")
        try:
            yield PostgresServer(port)
        finally:
            run("pg_ctl", "-D", data, "-w", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder)


def _programs() -> Path | None:
    """Return the folder with initdb and pg_ctl."""
    return next(
        (place for place in _PROGRAMS if (place / "initdb").exists() and (place / "pg_ctl").exists()), None
    )


def _account() -> pwd.struct_passwd | None:
    """Return an account that the server can run as, because it refuses to run as root."""
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    return None
