"""Asks poetry-core what constraints mean; a process of its own.

poetry-core puts the libraries that it carries in front of the installed ones as soon as it is
imported. Reads questions from the standard input and writes answers to the standard output, both
as JSON: pairs of a constraint and a version, then pairs of a constraint on Python and a marker
environment.
"""

from __future__ import annotations

import json
import sys

from poetry.core.constraints.version import Version, parse_constraint
from poetry.core.factory import Factory


def allows(constraint: str, version: str) -> bool:
    """Return whether a version meets a constraint."""
    return parse_constraint(constraint).allows(Version.parse(version))


def is_needed(python: str, environment: dict[str, str]) -> bool:
    """Return whether a dependency with that key ``python`` is needed in an environment."""
    dependency = Factory.create_dependency("sample", {"version": "*", "python": python})
    return dependency.marker.validate(environment)


def main() -> None:
    """Answer all questions."""
    questions = json.load(sys.stdin)
    answers = {
        "allows": [allows(*pair) for pair in questions["allows"]],
        "is_needed": [is_needed(*pair) for pair in questions["is_needed"]],
    }
    json.dump(answers, sys.stdout)


if __name__ == "__main__":
    main()
