"""Real database servers for tests, each in a process and a folder of its own: Chroma and PostgreSQL.

Knows nothing about what is kept in them.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.servers import CLEAN, free_port

_DEBIAN = Path("/usr/lib/postgresql")


class ChromaServer:
    """A `chroma run` that can go away and come back at the same address."""

    def __init__(self, folder: Path) -> None:
        self._folder, self.port = folder, free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, seconds: float = 30) -> None:
        program = Path(sys.executable).with_name("chroma")
        if not program.is_file():
            pytest.skip("there is no `chroma` beside this Python")
        command = [str(program), "run", "--path", str(self._folder), "--port", str(self.port)]
        self._process = subprocess.Popen(
            command, env=CLEAN, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            try:
                if httpx.get(f"{self.url}/api/v2/heartbeat", timeout=1).status_code == 200:
                    return
            except httpx.HTTPError:
                time.sleep(0.05)
        self.stop()
        pytest.skip(f"`chroma run` did not answer within {seconds} s")

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(timeout=15)
            self._process = None


@contextmanager
def chroma_server(folder: Path) -> Iterator[ChromaServer]:
    """A Chroma server over `folder`, for the length of the block."""
    server = ChromaServer(folder)
    server.start()
    try:
        yield server
    finally:
        server.stop()


@contextmanager
def postgres_server() -> Iterator[str]:
    """The `postgresql+asyncpg://` address of an empty database in a new cluster, for the length of the block.

    The programs are those of the wheel `pgserver`, else Debian's.
    """
    programs, port, user = _postgres_programs(), free_port(), _plain_user()
    # Not below pytest's folders, which are their owner's alone: PostgreSQL may have to be another user.
    with tempfile.TemporaryDirectory(prefix="shopper-postgres-", ignore_cleanup_errors=True) as folder:
        if user:
            shutil.chown(folder, user)
        cluster = f"{folder}/cluster"
        made = [programs / "initdb", "-D", cluster, "-U", "shopper", "-A", "trust", "-E", "UTF8", "--no-sync"]
        _as(user, made)
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off"
        _as(user, [programs / "pg_ctl", "-D", cluster, "-w", "-l", f"{folder}/log", "-o", options, "start"])
        try:
            yield f"postgresql+asyncpg://shopper@127.0.0.1:{port}/postgres"
        finally:
            _as(user, [programs / "pg_ctl", "-D", cluster, "-m", "immediate", "-w", "stop"])


def _postgres_programs() -> Path:
    wheel = importlib.util.find_spec("pgserver")
    if wheel is not None and wheel.origin is not None:
        return Path(wheel.origin).parent / "pginstall" / "bin"
    found = sorted(_DEBIAN.glob("*/bin/initdb"))
    if not found:
        pytest.skip("there is no PostgreSQL: neither the wheel `pgserver` nor Debian's")
    return found[-1].parent


def _plain_user() -> str | None:
    """Whom PostgreSQL runs as: it refuses to run as root."""
    if os.geteuid() != 0:
        return None
    import pwd

    for name in ("postgres", "nobody"):
        try:
            pwd.getpwnam(name)
        except KeyError:
            continue
        return name
    pytest.skip("PostgreSQL doesn't run as root, and there is no other user")


def _as(user: str | None, command: list[object]) -> None:
    try:
        done = subprocess.run(
            [str(part) for part in command],
            user=user,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    except PermissionError:
        pytest.skip(f"{user} may not run {command[0]}")
    if done.returncode:
        raise RuntimeError(f"{command[0]} ended with {done.returncode}: {done.stdout}{done.stderr}")
