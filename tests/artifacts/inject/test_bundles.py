"""Command lines from the package index, bundled by real tools, report what was injected.

Nothing in them, nor in what starts them, knows of this project.
"""

from __future__ import annotations

import gzip
import json
import threading
import zipapp
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from demo.bundles import bare_python
from demo.cache import kept_python
from demo.commands import run as start
from hatch_sentry_modules import runtime_package
from tests.command_line import refused, run

Sender: TypeAlias = Callable[..., tuple[str, dict[str, Any]]]

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("injected bundles")]

TOOLS = ("pip", "shiv==1.0.8", "pex==2.105.2")

PINS = {
    "certifi": "2026.10.18",
    "cowsay": "6.1",
    "pyfiglet": "1.0.4",
    "sentry-sdk": "2.75.0",
    "urllib3": "2.8.0",
}

CROWD = ("certifi==2024.2.2", "cowsay==5.0", "six==1.16.0", "urllib3==1.26.18")
"""What a host holds that is full of others: wrong versions, and one name that is foreign."""

REPORT = """
import os, sys
import sentry_sdk

sentry_sdk.init(os.environ["SENTRY_DSN"])

def cow():
    from cowsay.__main__ import cli
    report(cli)

def banner():
    from pyfiglet import main
    report(main)

def report(command):
    try:
        command()
        1 / 0
    except ZeroDivisionError as error:
        sentry_sdk.capture_exception(error)
        sentry_sdk.flush()
"""


class Listener(ThreadingHTTPServer):
    """Keeps the events that are sent to it."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.events: list[dict[str, Any]] = []

    @property
    def dsn(self) -> str:
        """Where to send events."""
        return f"http://key@127.0.0.1:{self.server_address[1]}/1"


class _Handler(BaseHTTPRequestHandler):
    server: Listener

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        documents = [json.loads(line) for line in body.splitlines() if line.startswith(b"{")]
        self.server.events += [d for d in documents if "exception" in d]
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it
        """Keep the tests' output free of requests."""


@pytest.fixture(scope="module")
def listener() -> Iterator[Listener]:
    """Listen for events."""
    with Listener() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the command lines and the SDK into a folder."""
    folder = tmp_path_factory.mktemp("bundles") / "site"
    pins = [f"{name}=={version}" for name, version in PINS.items()]
    start(tools(), "-m", "pip", "install", "-q", "--no-deps", "--target", folder, *pins)
    (folder / "acme_report.py").write_text(REPORT, encoding="utf-8")
    return folder


def tools() -> Path:
    """Return the interpreter of an environment that holds the bundlers."""
    return kept_python("injected-bundles", *TOOLS)


@pytest.fixture(params=["bare", "crowded"])
def host(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Return a Python that holds nothing, and one that holds others."""
    is_crowded = request.param == "crowded"
    return kept_python("crowded-host", *CROWD) if is_crowded else bare_python(tmp_path / "bare")


@pytest.fixture
def send(listener: Listener, tmp_path: Path, host: Path) -> Sender:
    """Return what runs a bundle on a host, and returns output and event."""

    def run_bundle(bundle: Path, *arguments: str) -> tuple[str, dict[str, Any]]:
        listener.events.clear()
        roots = {"SHIV_ROOT": str(tmp_path / "shiv"), "PEX_ROOT": str(tmp_path / "pex")}
        more = {**roots, "SENTRY_DSN": listener.dsn}
        output = start(host, bundle, *arguments, more=more)
        (event,) = listener.events
        return output, event

    return run_bundle


LISTED = {**PINS, "sentry-modules": runtime_package.distribution().version}


def test_a_stripped_zipapp_reports_what_its_lock_file_says(
    site: Path, tmp_path: Path, send: Sender
) -> None:
    """It reports what is on the host at first, and exactly what was locked afterwards."""
    lines = "".join(f"{name}=={version}\n" for name, version in PINS.items())
    (tmp_path / "requirements.txt").write_text(lines, encoding="utf-8")
    path = tmp_path / "cow.pyz"
    zipapp.create_archive(
        site, path, main="acme_report:cow", filter=lambda p: ".dist-info" not in str(p)
    )
    plain, before = send(path, "-t", "hello")
    listed = before.get("modules") or {}
    assert listed == {} or (listed["six"], listed["cowsay"]) == ("1.16.0", "5.0")
    result = run(
        "inject",
        "--activate",
        "--source",
        tmp_path / "requirements.txt",
        path,
        "-o",
        tmp_path / "o",
    )
    assert result.exit_code == 0, result.output
    output, event = send(tmp_path / "o", "-t", "hello")
    assert event["modules"] == LISTED
    assert output == plain
    assert "hello" in output


def test_a_shiv_that_checks_its_files_reports_what_it_holds(
    site: Path, tmp_path: Path, send: Sender
) -> None:
    """What shiv unpacked before, and checks by its hashes, is left alone."""
    path = tmp_path / "banner.pyz"
    options = ("--site-packages", site, "-e", "acme_report:banner", "--no-modify", "-o", path)
    start(tools(), "-m", "shiv", *options, "--no-deps", "cowsay==6.1")
    plain, _ = send(path, "hello")
    assert run("inject", "--activate", path).exit_code == 0
    output, event = send(path, "hello")
    assert event["modules"] == LISTED
    assert output == plain
    assert run("verify", path).exit_code == 0


@pytest.mark.parametrize("layout", ["zipapp", "loose", "packed"])
def test_a_pex_that_is_unpacked_already_reports_what_it_holds(
    layout: str, tmp_path: Path, send: Sender
) -> None:
    """It is unpacked anew, since its hashes are others."""
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "acme_report.py").write_text(REPORT, encoding="utf-8")
    path = tmp_path / "cow.pex"
    pins = [f"{name}=={version}" for name, version in PINS.items()]
    source = ("-D", tmp_path / "src", "-e", "acme_report:cow")
    start(tools(), "-m", "pex", *pins, *source, "--layout", layout, "-o", path)
    _, before = send(path, "-t", "hello")
    assert before["modules"] == PINS  # a pex shuts the host out
    if layout == "packed":  # when it was run, pex linked its files into its cache
        assert "has another hard link" in refused("inject", "--activate", path)
        path, packed = tmp_path / "copy.pex", path
        assert run("inject", "--activate", packed, "--output", path).exit_code == 0
    else:
        assert run("inject", "--activate", path).exit_code == 0
    output, event = send(path, "-t", "hello")
    assert event["modules"] == LISTED
    assert "hello" in output
