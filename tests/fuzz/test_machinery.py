"""The fuzzing finds what there is to be found: each check can fail, and each limit is one."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from fuzz import contract, parts, watch
from fuzz.findings import Findings
from hatch_sentry_modules.errors import FreezeError

ROOT = Path(__file__).parents[2]

on_unix = pytest.mark.skipif(sys.platform == "win32", reason="the limits are Unix means")


def test_a_message_that_shows_too_much_is_a_finding(tmp_path: Path) -> None:
    """A second line, an address, or a path of this machine may not be in a message."""
    with pytest.raises(contract.BrokenError):
        contract.check_sentence("two\nlines", tmp_path)
    for fault in ("https://user:word@host.example.org", f"in {tmp_path}", "x" * 5000):
        with pytest.raises(contract.BrokenError):
            contract.check_error(FreezeError(file="uv.lock", fault=fault), tmp_path)
    contract.check_error(
        FreezeError(file="uv.lock", place="package[0]", fault="is missing"), tmp_path
    )


def test_a_finding_is_kept_once_with_the_smallest_input(tmp_path: Path) -> None:
    """The place tells findings apart, and the traceback stands beside the input."""
    findings = Findings(tmp_path)
    for data in (b"long", b"s", b"longer"):
        with pytest.raises(contract.BrokenError) as caught:
            contract.check(False, "fault")
        findings.add(caught.value, data)
    (name,) = findings.names()
    assert name.startswith("BrokenError-test_machinery-")
    assert (tmp_path / name).read_bytes() == b"s"
    assert "fault" in (tmp_path / f"{name}.txt").read_text(encoding="utf-8")


@on_unix
def test_what_takes_too_long_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    """So it is where the product itself catches whatever is raised."""
    from fuzz import limits

    monkeypatch.setattr(limits, "SECONDS", 0.1)
    with pytest.raises(limits.LimitError), limits.limited():
        _never_end()


def _never_end() -> None:
    with suppress(BaseException):  # as the run-time side does
        while True:
            pass


@on_unix
def test_what_takes_too_much_memory_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    """More than any input before took is told from the process itself."""
    from fuzz import limits

    monkeypatch.setattr(limits, "KIBIBYTES", 10 << 10)
    with pytest.raises(limits.LimitError), limits.limited():
        len(b"x" * ((limits.peak() << 10) + (64 << 20)))


def test_what_is_touched_outside_is_seen(tmp_path: Path) -> None:
    """Reading, listing and writing inside is nothing, anything outside is told."""
    inside, outside = tmp_path / "inside", tmp_path / "outside"
    inside.mkdir()
    seen: list[str] = []
    with watch.only_inside(seen, inside):
        (inside / "a").write_bytes(b"")
        list(inside.iterdir())
    assert seen == []
    with watch.only_inside(seen, inside):
        outside.mkdir()
        list(outside.iterdir())
        (inside / "a").replace(outside / "b")
        (outside / "b").read_bytes()
    assert [line.partition(" ")[0] for line in seen] == [
        "os.mkdir",
        "os.listdir" if sys.version_info < (3, 13) else seen[1].partition(" ")[0],
        "os.rename",
        "open",
    ]


def test_files_of_an_input() -> None:
    """Joined they are one input, and split again they are the same; none leaves the folder."""
    files = {"uv.lock": b"version = 1\n", "a/pyproject.toml": b"\xff\n"}
    assert parts.split(parts.join(files)) == files
    assert parts.split(b"--- ../evil\nx\n--- /evil\nx\n") == {}


@pytest.mark.slow
def test_a_run_of_the_whole(tmp_path: Path) -> None:
    """It counts what it tried, and ends with status 0 where nothing is found."""
    pytest.importorskip("atheris", reason="it is installed by make fuzz")
    options = ["--seconds", "20", "--folder", str(tmp_path), "renderer"]
    done = subprocess.run(
        [sys.executable, "-m", "fuzz", *options],
        check=False,
        cwd=ROOT,
        capture_output=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout
    status = json.loads((tmp_path / "renderer" / "status.json").read_text(encoding="utf-8"))
    assert status["executions"] > 0
    assert f"{status['executions']:>12}".encode() in done.stdout
