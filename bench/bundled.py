"""The application that ``bench.bundle`` bundles: it starts, sends one event nowhere, and ends."""

from __future__ import annotations

from typing import Any

import flask
import httpx
import sentry_sdk
import sqlalchemy
from sentry_sdk.transport import Transport

USED = (flask.Flask, httpx.Client, sqlalchemy.select)


class Nowhere(Transport):
    """Takes the event that it is given."""

    def capture_envelope(self, envelope: Any) -> None:
        """Do nothing."""


sentry_sdk.init("https://key@sentry.example.org/1", transport=Nowhere)
sentry_sdk.capture_message("started")
