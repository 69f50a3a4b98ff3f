"""Serves the JSON schema of ``[tool.sentry-modules]`` to validate-pyproject."""

import json
from importlib import resources
from typing import Any


def tool_schema(tool_name: str) -> dict[str, Any]:  # noqa: ARG001 - validate-pyproject's signature
    """Return the schema for ``[tool.sentry-modules]``, as this tool's own checks have it.

    https://validate-pyproject.readthedocs.io/en/latest/dev-guide.html#plugins
    """
    text = resources.files("hatch_sentry_modules").joinpath("schema.json").read_text("utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema
