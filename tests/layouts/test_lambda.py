"""AWS Lambda's own runtime client on loopback, with a handler file at the top of the function."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread

import pytest

from tests.layouts.servers import Host, Record, compare, hosts, started
from tests.layouts.shipped import START, Shipped, dependencies, make_project, ship

pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("lambda"),
    pytest.mark.skipif(os.name == "nt", reason="the runtime client is for Linux"),
]

HEAD = """\
[build-system]
requires = ["hatchling", "hatch-sentry-modules"]
build-backend = "hatchling.build"
[tool.hatch.build.hooks.sentry-modules]
[tool.hatch.build.targets.wheel]
include = ["lambda_function.py", "acme"]
"""

HANDLER = f"""\
{START}
import acme, boto3, humanize

def handler(event, context):
    try:
        raise ValueError("a function fails")
    except ValueError:
        sentry_sdk.capture_exception()
    return humanize.intcomma(1000)
"""

IMAGE = ("awslambdaric==4.2.2", "boto3==1.34.0")
OF_THE_IMAGE = ("boto3", "botocore", "jmespath", "python-dateutil", "s3transfer", "six")


@pytest.fixture(scope="module")
def function(tmp_path_factory: pytest.TempPathFactory) -> Shipped:
    """Ship a function that leaves boto3 and what it needs to the image."""
    folder = tmp_path_factory.mktemp("function")
    place = dependencies("function", "humanize==4.17.0", "boto3==1.44.8")
    files = {"lambda_function.py": HANDLER, "acme/__init__.py": ""}
    project = make_project(folder / "project", "acme", files, place, HEAD)
    return ship(project, place, folder, left_out=OF_THE_IMAGE)


def test_a_function_reports_its_own_libraries_and_those_of_the_image(
    function: Shipped, tmp_path: Path, record_property: Record
) -> None:
    """The event has the function's humanize, and the boto3 that the image provides."""

    def send(host: Host, way: str) -> object:
        return _invoke(function, host, tmp_path / f"{host.name}-{way}", way)

    for host in hosts(tmp_path, *IMAGE):
        compare("Lambda, handler file", function, host, partial(send, host), record_property)


def _invoke(function: Shipped, host: Host, place: Path, way: str) -> object:
    with _service() as address:
        more = {
            "WAY": way,
            "AWS_LAMBDA_RUNTIME_API": address,
            "AWS_LAMBDA_FUNCTION_NAME": "acme",
            "LAMBDA_TASK_ROOT": str(function.folder),
            "PYTHONPATH": str(place),
        }
        command = ("-m", "awslambdaric", "lambda_function.handler")
        with started(place, function, host, command, more) as process:
            return process.event()


@contextmanager
def _service() -> Iterator[str]:
    """Serve one invocation as the service does, and let the runtime wait for a second one."""
    is_over, is_served = Event(), Event()

    class Service(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if is_served.is_set():
                is_over.wait()
                return
            is_served.set()
            self.send_response(200)
            for name, value in _HEADERS.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(json.dumps({"key": "value"}).encode())

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self.send_response(202)
            self.end_headers()

        def log_message(self, *_arguments: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Service) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"127.0.0.1:{server.server_address[1]}"
        finally:
            is_over.set()
            server.shutdown()


_HEADERS = {
    "Content-Type": "application/json",
    "Lambda-Runtime-Aws-Request-Id": "1",
    "Lambda-Runtime-Deadline-Ms": "99999999999999",
    "Lambda-Runtime-Invoked-Function-Arn": "arn:aws:lambda:eu-west-1:000000000000:function:acme",
}
