"""A disk that is full, read-only or forbidden: the old result stays, and one line says why."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections import Counter
from functools import partial
from pathlib import Path

import pytest

from tests.conftest import Tally
from tests.faults import entrances, mounts, processes
from tests.faults.entrances import COMMANDS, ENTRANCES, IN_PLACE, OURS
from tests.faults.processes import Ended

pytestmark = pytest.mark.skipif(os.name == "nt", reason="its disks have no such limits and modes")

EVERY = entrances.params(ENTRANCES)


def limit_files(longest: int) -> None:
    """Let no file of this process grow beyond some bytes, as the system does on a full disk."""
    import resource

    resource.setrlimit(resource.RLIMIT_FSIZE, (longest, longest))


@pytest.mark.parametrize("name", EVERY)
def test_a_file_that_cannot_grow(name: str, tmp_path: Path, tally: Tally) -> None:
    """Wherever writing ends, the old result is there, or the new one whole, and nothing else."""
    folder = entrances.lay_out(tmp_path / "w", name)
    before = entrances.results(folder)
    counts = Counter({"half-written": 0})
    for longest in (0, 1, 200, 500, 2000, 5000, 20_000, 10_000_000):
        entrances.begin(folder, name)
        ended = processes.Job(name, folder, partial(limit_files, longest)).wait()
        is_refused = ended.status != 0
        counts["refused" if is_refused else "done"] += 1
        if is_refused and name not in IN_PLACE:
            assert entrances.results(folder) == before
            assert not entrances.left_over(folder)
            if name in COMMANDS:
                check_line(name, ended)
    assert counts["done"]
    assert counts["refused"]
    assert entrances.results(folder) != before
    tally("writes to a file that cannot grow", counts)


def check_line(name: str, ended: Ended) -> None:
    """Hold that a refusal is one line that says what cannot be written; commands end with 2."""
    assert "\n" not in ended.said, ended.said
    assert "cannot be written (" in ended.said
    assert ended.status == (2 if name in COMMANDS else 1)


@pytest.mark.parametrize("room", [0, 4096, 16_384])
@pytest.mark.parametrize("name", entrances.params(OURS))
def test_a_full_disk(name: str, room: int, tmp_path: Path, tally: Tally) -> None:
    """A real one, with hardly any room for the result."""
    folder = entrances.lay_out(tmp_path / "w", name)
    before = entrances.results(folder)
    ended = processes.start_anew(
        name,
        folder,
        before=mounts.full(folder / "out", room),
        environment={"TMPDIR": str(folder / "tmp")},
    )
    assert not entrances.left_over(folder)
    if ended.status == 0:
        assert room
        assert entrances.results(folder) != before
    else:
        check_line(name, ended)
        assert "(No space left on device)" in ended.said or "Errno 28" in ended.said
        assert entrances.results(folder) == before
    tally("writes to a full disk", {"refused" if ended.status else "done": 1, "half-written": 0})


@pytest.mark.parametrize("name", EVERY)
def test_a_read_only_disk(name: str, tmp_path: Path, tally: Tally) -> None:
    """Nothing changes, and whoever writes says so."""
    folder = entrances.lay_out(tmp_path / "w", name)
    before = entrances.results(folder)
    prefix = mounts.read_only(str(folder / "out"))
    ended = processes.start_anew(name, folder, before=prefix)
    assert entrances.results(folder) == before
    if name in OURS:
        check_line(name, ended)
        assert "(Read-only file system)" in ended.said
    assert ended.status != 0
    tally("writes to a read-only disk", {"refused": 1})


@pytest.mark.parametrize("name", EVERY)
def test_a_folder_that_is_forbidden(name: str, tmp_path: Path, tally: Tally) -> None:
    """The same for a user who may not write there; root gives its rights up for this."""
    folder = entrances.lay_out(tmp_path / "w", name)
    before = entrances.results(folder)
    prefix: list[str] = []
    if os.geteuid() == 0:
        if shutil.which("setpriv") is None:
            pytest.skip("root may write everywhere")
        prefix = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"]
    paths = [folder / "out", *(folder / "out").rglob("*")]
    for path in paths:
        path.chmod(0o500)
    ended = processes.start_anew(name, folder, before=prefix)
    for path in paths:
        path.chmod(0o700)
    if name not in IN_PLACE:
        assert entrances.results(folder) == before
    if name in OURS:
        check_line(name, ended)
        assert "(Permission denied)" in ended.said
    assert ended.status != 0
    tally("writes to a forbidden folder", {"refused": 1})


@pytest.mark.parametrize(
    "arguments", ["freeze", "inspect .", "diff . uv.lock --format json", "--help"]
)
def test_an_output_that_is_full(arguments: str, tmp_path: Path) -> None:
    """What is printed can be lost too, and then the status says it."""
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    folder = entrances.lay_out(tmp_path / "w", "freeze")
    with Path("/dev/full").open("wb") as nowhere:
        done = subprocess.run(
            [sys.executable, "-m", "hatch_sentry_modules", *arguments.split()],
            cwd=folder / "p",
            stdout=nowhere,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    line = "standard output: cannot be written (No space left on device).\n"
    assert (done.returncode, done.stderr) == (2, line)


def test_a_device_is_written_to_and_stays(tmp_path: Path) -> None:
    """Root could put a file in place of ``/dev/null``."""
    folder = entrances.lay_out(tmp_path / "w", "freeze")
    os.mkfifo(tmp_path / "pipe")
    command = [sys.executable, "-m", "hatch_sentry_modules", "freeze", str(folder / "p"), "-o"]
    with subprocess.Popen([*command, str(tmp_path / "pipe")]) as process:
        text = (tmp_path / "pipe").read_text(encoding="ascii")
    assert process.returncode == 0
    assert "MANIFEST = " in text
    assert (tmp_path / "pipe").is_fifo()


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    """Its target is replaced."""
    folder = entrances.lay_out(tmp_path / "w", "freeze")
    target = folder / "target.py"
    (folder / "out" / "_sentry_modules.py").rename(target)
    (folder / "out" / "_sentry_modules.py").symlink_to(target)
    assert processes.Job("freeze", folder).wait() == Ended(0, "")
    assert (folder / "out" / "_sentry_modules.py").is_symlink()
    assert "MANIFEST = " in target.read_text(encoding="ascii")
