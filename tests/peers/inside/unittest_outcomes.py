"""Runs modules of unittest and writes each test's outcome as JSON: ``REPORT MODULE...``."""

from __future__ import annotations

import json
import sys
import unittest
from importlib import import_module
from pathlib import Path

OUTCOMES: dict[str, str] = {}


class _Result(unittest.TestResult):
    """Keeps the outcome of each test; one with a failed part has failed."""

    def stopTest(self, test: unittest.TestCase) -> None:  # noqa: N802  # the name of unittest
        super().stopTest(test)
        OUTCOMES.setdefault(test.id(), "passed")

    def addSubTest(self, test: unittest.TestCase, subtest: object, err: object) -> None:  # noqa: N802
        super().addSubTest(test, subtest, err)  # type: ignore[arg-type]  # handed on as it came
        if err is not None:
            OUTCOMES[test.id()] = "failure"

    def addError(self, test: unittest.TestCase, err: object) -> None:  # noqa: N802
        super().addError(test, err)  # type: ignore[arg-type]  # handed on as it came
        OUTCOMES[test.id()] = "error"

    def addFailure(self, test: unittest.TestCase, err: object) -> None:  # noqa: N802
        super().addFailure(test, err)  # type: ignore[arg-type]  # handed on as it came
        OUTCOMES[test.id()] = "failure"

    def addSkip(self, test: unittest.TestCase, reason: str) -> None:  # noqa: N802
        super().addSkip(test, reason)
        OUTCOMES[test.id()] = "skipped"


if __name__ == "__main__":
    report, *modules = sys.argv[1:]
    import_module("peers_activation")  # before any test, as an application does
    unittest.defaultTestLoader.loadTestsFromNames(modules).run(_Result())
    Path(report).write_text(json.dumps(OUTCOMES), encoding="utf-8")
