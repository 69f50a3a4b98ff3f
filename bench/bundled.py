"""The application that ``bench.bundle`` bundles: it starts, sends one event to nowhere, and ends.

Prints a JSON object: how many modules the event carried, and what ``capture_message`` took in
microseconds of this thread on a processor.
"""

from __future__ import annotations

import json
import time
from typing import Any

import flask
import httpx
import sentry_sdk
import sqlalchemy
from sentry_sdk.transport import Transport

USED = (flask.Flask, httpx.Client, sqlalchemy.select)


class Keeping(Transport):
    """Keeps the events that it is given."""

    events: list[Any] = []  # noqa: RUF012 - for the one client that there is

    def capture_envelope(self, envelope: Any) -> None:
        """Keep the event of an envelope."""
        self.events.append(envelope.get_event())


sentry_sdk.init("https://key@sentry.example.org/1", transport=Keeping)
start = time.thread_time()
sentry_sdk.capture_message("started")
took = time.thread_time() - start
(event,) = Keeping.events
print(json.dumps({"modules": len(event.get("modules") or {}), "first event": took * 1e6}))
