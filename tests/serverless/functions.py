"""Runs a function's folder as its cloud does, in an image that brings more than the function."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener

from tests.engines.cells import Inbox
from tests.engines.processes import free_port, is_listening, started, wait_for
from tests.serverless.runtime_api import offering

AWS = ("awslambdaric==4.2.2", "boto3==1.44.8")
GOOGLE = ("functions-framework==3.10.2",)


@dataclass(frozen=True, kw_only=True, slots=True)
class Function:
    """A function's folder, the name of its handler, and the event with which it fails."""

    python: Path
    folder: Path
    handler: str
    event: Mapping[str, object]


def run_in_lambda(function: Function, inbox: Inbox, log: Path, **more: str) -> None:
    """Have AWS's runtime call the handler, until the event is there."""
    with offering(function.event) as settings:
        command = (function.python, "-m", "awslambdaric", function.handler)
        more = {**settings, **more, "SENTRY_DSN": inbox.dsn}
        with started(*command, log=log, folder=function.folder, more=more):
            wait_for(inbox.is_filled, log)


def run_in_framework(function: Function, inbox: Inbox, log: Path, **more: str) -> None:
    """Have Google's framework call the function over HTTP, until the event is there."""
    port = free_port()
    command = (function.python, "-m", "functions_framework", "--target", function.handler)
    more = {**more, "SENTRY_DSN": inbox.dsn, "PORT": str(port)}
    with started(*command, log=log, folder=function.folder, more=more):
        wait_for(lambda: is_listening(port), log)
        headers = {"Content-Type": "application/json"}
        body = json.dumps(dict(function.event)).encode()
        request = Request(f"http://127.0.0.1:{port}/", body, headers)
        with suppress(HTTPError):  # the function fails
            build_opener(ProxyHandler({})).open(request, timeout=60).close()
        wait_for(inbox.is_filled, log)
