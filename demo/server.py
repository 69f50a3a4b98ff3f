"""A real error tracker on this machine: Bugsink, which takes events from Sentry's SDKs.

It lives in a virtual environment of its own: its wheel installs top-level packages such as
``events`` and ``files``. Running it is all that is done with it (PolyForm Shield licence).
"""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import ProxyHandler, Request, build_opener

from demo.cache import keep, kept_python
from demo.commands import CommandError, environment, run

REQUIREMENTS = ("bugsink==2.6.1", "gunicorn==26.2.0")
USER, PASSWORD = "admin@example.org", "admin"

# The address is known when the server starts; the strict mode stores only what agrees with
# Sentry's event schema.
_CONFIGURATION = """
import os
BUGSINK.update({
    "BASE_URL": os.environ["BUGSINK_ADDRESS"],
    "INGEST_STORE_BASE_DIR": os.path.abspath("ingestion"),
    "PHONEHOME": False,
    "VALIDATE_ON_DIGEST": "strict",
})
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Project:
    """Where one application sends its events."""

    id: str
    dsn: str


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredEvent:
    """An event as the server holds it, and the page that shows it to a person."""

    data: Mapping[str, Any]
    page: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Server:
    """A running server."""

    address: str
    token: str
    team: str

    def add_project(self, name: str) -> Project:
        """Make a project, with a name that no other has."""
        made = _ask(self.address, self.token, "projects/", {"name": name, "team": self.team})
        found = _ask(self.address, self.token, f"projects/{made['id']}/")
        return Project(id=made["id"], dsn=found["dsn"])

    def events(self, project: Project) -> list[StoredEvent]:
        """Return all that the server stored for a project.

        It answers 200 to an event that it then refuses, so only this proves that one arrived.
        """
        issues = _ask(self.address, self.token, f"issues/?project={project.id}")["results"]
        return [event for issue in issues for event in self._events_of(issue["id"])]

    def _events_of(self, issue: str) -> Iterator[StoredEvent]:
        for listed in _ask(self.address, self.token, f"events/?issue={issue}")["results"]:
            event = _ask(self.address, self.token, f"events/{listed['id']}/")
            page = f"{self.address}/issues/issue/{issue}/event/{listed['id']}/details/#modules"
            yield StoredEvent(data=event["data"], page=page)


@contextmanager
def running() -> Iterator[Server]:
    """Start a server with an empty database on a free port of loopback, and stop it at the end."""
    python = kept_python("bugsink", *REQUIREMENTS)
    prepared = keep("bugsink-database", REQUIREMENTS, _prepare)
    with tempfile.TemporaryDirectory(prefix="bugsink-") as work:
        folder = shutil.copytree(prepared, Path(work) / "server")
        with socket.create_server(("127.0.0.1", 0)) as listener:
            address = "http://{}:{}".format(*listener.getsockname())
            process = _start(python, folder, listener.fileno(), address)
        try:
            token = (folder / "token").read_text(encoding="utf-8").strip()
            team = _ask(address, token, "teams/", {"name": "Demo"})["id"]
            yield Server(address=address, token=token, team=team)
        finally:
            process.terminate()
            process.wait()


def event_schema() -> Any:
    """Return the event schema of Sentry that the server judges by, as JSON Schema's draft 7."""
    python = kept_python("bugsink", *REQUIREMENTS)
    (path,) = python.parents[1].glob("**/site-packages/api/event.schema.json")
    return json.loads(path.read_text(encoding="utf-8"))


def _start(python: Path, folder: Path, listener: int, address: str) -> subprocess.Popen[bytes]:
    """Start the server on a socket that listens already: who asks early waits, nobody polls."""
    options = ("--bind", f"fd://{listener}", "--workers", "1", "--threads", "4")
    with (folder / "server.log").open("wb") as log:
        return subprocess.Popen(
            [python, "-m", "gunicorn", *options, "--no-control-socket", "bugsink.wsgi"],
            cwd=folder,
            env=environment({"PYTHONPATH": str(folder), "BUGSINK_ADDRESS": address}),
            pass_fds=[listener],
            stdout=log,
            stderr=log,
        )


def _prepare(folder: Path) -> None:
    """Fill a folder with the configuration, the migrated databases and an access token."""
    python = kept_python("bugsink", *REQUIREMENTS)
    create = "from bugsink.scripts.create_conf import main; main()"
    run(python, "-c", create, "--template", "local", folder=folder)
    with (folder / "bugsink_conf.py").open("a", encoding="utf-8") as configuration:
        configuration.write(_CONFIGURATION)
    more = {
        "PYTHONPATH": str(folder),
        "BUGSINK_ADDRESS": "http://127.0.0.1",
        "CREATE_SUPERUSER": f"{USER}:{PASSWORD}",
    }
    manage = (python, "-m", "bugsink.scripts.manage")
    run(*manage, "migrate", "-v0", more=more, folder=folder)
    run(*manage, "migrate", "snappea", "--database=snappea", "-v0", more=more, folder=folder)
    run(*manage, "prestart", more=more, folder=folder)
    token = run(*manage, "create_auth_token", more=more, folder=folder)
    (folder / "token").write_text(token, encoding="utf-8")


def _ask(address: str, token: str, path: str, send: Mapping[str, str] | None = None) -> Any:
    """Ask the server's API, past any proxy; with something to send it is a POST.

    Raises CommandError when the server does not answer, or refuses.
    """
    request = Request(  # noqa: S310 - the address is the server's own, on loopback
        f"{address}/api/canonical/0/{path}",
        data=None if send is None else json.dumps(send).encode(),
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
    )
    try:
        with build_opener(ProxyHandler({})).open(request, timeout=60) as answer:
            return json.load(answer)
    except OSError as error:
        raise CommandError(f"the server did not answer {path}: {error}") from error
