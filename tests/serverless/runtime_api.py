"""What AWS Lambda offers to a runtime on loopback: one invocation, and a place for its result.

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any


class _Api(ThreadingHTTPServer):
    """Hands out one event, and keeps who asks for another waiting until it closes."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, event: Any) -> None:
        super().__init__(("127.0.0.1", 0), _Request)
        self.events = [event]
        self.is_closing = Event()


class _Request(BaseHTTPRequestHandler):
    server: _Api

    def do_GET(self) -> None:
        """Answer who asks for the next invocation."""
        if not self.server.events:
            self.server.is_closing.wait()
            return
        deadline = int((time.time() + 60) * 1000)
        headers = {
            "Lambda-Runtime-Aws-Request-Id": "8476a536-e9f4-11e8-9739-2dfe598c3fcd",
            "Lambda-Runtime-Deadline-Ms": str(deadline),
            "Lambda-Runtime-Invoked-Function-Arn": "arn:aws:lambda:eu-west-1:0:function:tally",
            "Content-Type": "application/json",
        }
        self._answer(200, json.dumps(self.server.events.pop()).encode(), headers)

    def do_POST(self) -> None:
        """Take a result, or an error."""
        self.rfile.read(int(self.headers["Content-Length"] or 0))
        self._answer(202, b"{}", {})

    def _answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Log nothing."""


@contextmanager
def offering(event: Any) -> Iterator[dict[str, str]]:
    """Offer one invocation; return what the runtime has to find in its environment."""
    with _Api(event) as api:
        Thread(target=api.serve_forever, daemon=True).start()
        try:
            host, port = "127.0.0.1", api.server_address[1]
            yield {
                "AWS_LAMBDA_FUNCTION_NAME": "tally",
                "AWS_LAMBDA_FUNCTION_VERSION": "1",
                "AWS_LAMBDA_RUNTIME_API": f"{host}:{port}",
                "AWS_REGION": "eu-west-1",
            }
        finally:
            api.is_closing.set()
            api.shutdown()
