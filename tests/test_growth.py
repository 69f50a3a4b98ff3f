"""Time and memory stay in proportion to a lock file, and what is no file is refused."""

from __future__ import annotations

import json
import os
import sys
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from hatch_sentry_modules import pipeline, project, reading
from hatch_sentry_modules.config import Config
from hatch_sentry_modules.errors import FreezeError, SourceError

PROJECT = '[project]\nname = "acme"\nversion = "1.0"\n'
REGISTRY = 'source = { registry = "https://index.example.org/simple" }\n'


def uv_conflicts(folder: Path, count: int) -> None:
    """Let an extra be active under many alternatives, and a package be needed where it is not."""
    pairs = "".join(
        f'    {{ name = "a{i}", marker = "platform_machine == \'m{i}\'" }},\n' for i in range(count)
    )
    text = (
        'version = 1\nrequires-python = ">=3.9"\n'
        'conflicts = [[{ package = "p", extra = "x" }, { package = "p", extra = "y" }]]\n\n'
        '[[package]]\nname = "acme"\nversion = "1.0"\nsource = { virtual = "." }\n'
        f'dependencies = [\n{pairs}    {{ name = "q", marker = "extra != \'extra-1-p-x\'" }},\n]\n'
    )
    for i in range(count):
        marker = f"platform_system == 's{i}'"
        text += f'[[package]]\nname = "a{i}"\nversion = "1.0"\n{REGISTRY}'
        text += f'dependencies = [{{ name = "p", extra = ["x"], marker = "{marker}" }}]\n'
    for name in "pq":
        text += f'[[package]]\nname = "{name}"\nversion = "1.0"\n{REGISTRY}'
        text += "[package.optional-dependencies]\nx = []\ny = []\n" if name == "p" else ""
    (folder / "pyproject.toml").write_text(PROJECT, encoding="utf-8")
    (folder / "uv.lock").write_text(text, encoding="utf-8")


def uv_extras(folder: Path, count: int) -> None:
    """Let each extra require the next one, and each of many packages the first."""
    names = [f"a{i}" for i in range(count)]
    text = 'version = 1\n[[package]]\nname = "acme"\nversion = "1.0"\n'
    wanted = ", ".join(f'{{ name = "{name}" }}' for name in names)
    text += f'source = {{ virtual = "." }}\ndependencies = [{wanted}]\n'
    for name in names:
        text += f'[[package]]\nname = "{name}"\nversion = "1.0"\n{REGISTRY}'
        text += 'dependencies = [{ name = "p", extra = ["e0"] }]\n'
    text += f'[[package]]\nname = "p"\nversion = "1.0"\n{REGISTRY}[package.optional-dependencies]\n'
    text += "".join(f'e{i} = [{{ name = "p", extra = ["e{i + 1}"] }}]\n' for i in range(count))
    (folder / "pyproject.toml").write_text(PROJECT, encoding="utf-8")
    (folder / "uv.lock").write_text(f"{text}e{count} = []\n", encoding="utf-8")


def uv_active(folder: Path, count: int) -> None:
    """Let many extras that exclude others be active, and as many markers ask for one each."""
    extras = [f"e{i}" for i in range(count)]
    sets = ", ".join(
        f'[{{ package = "p", extra = "{each}" }}, {{ package = "p", extra = "no-{each}" }}]'
        for each in extras
    )
    entries = [f'{{ name = "p", extra = {json.dumps(extras)} }}']
    entries += [f'{{ name = "q", marker = "extra == \'extra-1-p-{each}\'" }}' for each in extras]
    text = f'version = 1\nconflicts = [{sets}]\n[[package]]\nname = "acme"\nversion = "1.0"\n'
    text += f'source = {{ virtual = "." }}\ndependencies = [{", ".join(entries)}]\n'
    for name in "pq":
        text += f'[[package]]\nname = "{name}"\nversion = "1.0"\n{REGISTRY}'
        if name == "p":
            text += "[package.optional-dependencies]\n"
            text += "".join(f"{each} = []\nno-{each} = []\n" for each in extras)
    (folder / "pyproject.toml").write_text(PROJECT, encoding="utf-8")
    (folder / "uv.lock").write_text(text, encoding="utf-8")


def pex_extras(folder: Path, count: int) -> None:
    """Let each extra require the next one."""
    requires = [f"p[e{i + 1}]; extra == 'e{i}'" for i in range(count)]
    locked = {"project_name": "p", "version": "1", "requires_dists": requires, "artifacts": []}
    resolve = {"marker": None, "locked_requirements": [locked]}
    asked = {"style": "universal", "requirements": ["p[e0]"], "requires_python": []}
    text = json.dumps({**asked, "locked_resolves": [resolve]})
    (folder / "pyproject.toml").write_text(PROJECT, encoding="utf-8")
    (folder / "pex.lock").write_text(text, encoding="utf-8")


def poetry_extras(folder: Path, count: int) -> None:
    """Lock a package with many optional dependencies, an extra of each, and who asks for it."""
    head = 'version = "1.0"\noptional = false\npython-versions = "*"\n'
    text = f'[[package]]\nname = "p"\n{head}[package.dependencies]\n'
    text += "".join(f'x{i} = {{version = "*", optional = true}}\n' for i in range(count))
    text += "[package.extras]\n" + "".join(f'e{i} = ["x{i}"]\n' for i in range(count))
    for i in range(count):
        text += f'[[package]]\nname = "x{i}"\n{head}[[package]]\nname = "a{i}"\n{head}'
        text += f'[package.dependencies]\np = {{version = "*", extras = ["e{i}"]}}\n'
    text += '[metadata]\nlock-version = "2.0"\npython-versions = ">=3.5"\ncontent-hash = "x"\n'
    needs = "".join(f'a{i} = "*"\n' for i in range(count))
    table = f'[tool.poetry]\nname = "acme"\nversion = "1.0"\n[tool.poetry.dependencies]\n{needs}'
    (folder / "pyproject.toml").write_text(table, encoding="utf-8")
    (folder / "poetry.lock").write_text(text, encoding="utf-8")


def poetry_forks(folder: Path, count: int) -> None:
    """Lock many versions of one name, all of which each of many packages allows."""
    names = [f"a{i}" for i in range(count)]
    text = "".join(
        f'[[package]]\nname = "f"\nversion = "{i}.0"\noptional = false\n'
        f'python-versions = ">=3.{i % 30 + 5}"\n\n'
        for i in range(count)
    )
    for i, name in enumerate(names):
        text += f'[[package]]\nname = "{name}"\nversion = "1.0"\noptional = false\n'
        text += 'python-versions = "*"\n[package.dependencies]\n'
        text += f'f = {{version = ">=0", markers = "platform_machine == \'m{i}\'"}}\n\n'
    text += '[metadata]\nlock-version = "2.0"\npython-versions = ">=3.5"\ncontent-hash = "x"\n'
    needs = "".join(f'{name} = "*"\n' for name in names)
    table = f'[tool.poetry]\nname = "acme"\nversion = "1.0"\n[tool.poetry.dependencies]\n{needs}'
    (folder / "pyproject.toml").write_text(table, encoding="utf-8")
    (folder / "poetry.lock").write_text(text, encoding="utf-8")


def uv_forks(folder: Path, count: int) -> None:
    """Lock many versions of one name, each of which one of as many packages needs."""
    names = [f"a{i}" for i in range(count)]
    wanted = ", ".join(f'{{ name = "{name}" }}' for name in names)
    text = 'version = 1\n[[package]]\nname = "acme"\nversion = "1.0"\n'
    text += f'source = {{ virtual = "." }}\ndependencies = [{wanted}]\n'
    for i, name in enumerate(names):
        text += f'[[package]]\nname = "f"\nversion = "{i}"\n{REGISTRY}'
        text += f'[[package]]\nname = "{name}"\nversion = "1.0"\n{REGISTRY}'
        text += f'dependencies = [{{ name = "f", version = "{i}" }}]\n'
    (folder / "pyproject.toml").write_text(PROJECT, encoding="utf-8")
    (folder / "uv.lock").write_text(text, encoding="utf-8")


def pdm_forks(folder: Path, count: int) -> None:
    """Lock many versions of one name, each of which one of as many packages needs."""
    text = '[metadata]\ngroups = ["default"]\nlock_version = "4.5"\n'
    text += 'strategy = ["cross_platform"]\n'
    for i in range(count):
        text += f'[[package]]\nname = "f"\nversion = "{i}"\n'
        text += f'[[package]]\nname = "a{i}"\nversion = "1.0"\ndependencies = ["f=={i}"]\n'
    wanted = json.dumps([f"a{i}" for i in range(count)])
    project = f"{PROJECT}dependencies = {wanted}\n"
    (folder / "pyproject.toml").write_text(project, encoding="utf-8")
    (folder / "pdm.lock").write_text(text, encoding="utf-8")


def long_member(folder: Path, count: int) -> None:
    """Write a project in a folder whose file is as long as what names it that often."""
    (folder / "m").mkdir(exist_ok=True)
    keys = "".join(f"a{i} = 1\n" for i in range(count))
    (folder / "m" / "pyproject.toml").write_text(f"{keys}{PROJECT}", encoding="utf-8")
    (folder / "pyproject.toml").write_text(PROJECT, encoding="utf-8")


def uv_members(folder: Path, count: int) -> None:
    """Let many packages be the project in one folder."""
    long_member(folder, count)
    wanted = ", ".join(f'{{ name = "a{i}" }}' for i in range(count))
    text = 'version = 1\n[[package]]\nname = "acme"\nversion = "1.0"\n'
    text += f'source = {{ virtual = "." }}\ndependencies = [{wanted}]\n'
    for i in range(count):
        text += f'[[package]]\nname = "a{i}"\nsource = {{ editable = "m" }}\n'
    (folder / "uv.lock").write_text(text, encoding="utf-8")


def pylock_members(folder: Path, count: int) -> None:
    """Let many packages be the project in one folder, which reads in many ways."""
    long_member(folder, count)
    text = 'lock-version = "1.0"\ncreated-by = "uv"\n'
    for i in range(count):
        path = "./" * (i % 9) + "m"
        text += f'[[packages]]\nname = "a{i}"\n[packages.directory]\npath = "{path}"\n'
    (folder / "pylock.toml").write_text(text, encoding="utf-8")


def requirements_members(folder: Path, count: int) -> None:
    """Let many lines name one folder."""
    long_member(folder, count)
    lines = "".join(f"-e ./m; platform_machine == 'm{i}'\n" for i in range(count))
    (folder / "requirements.txt").write_text(lines, encoding="utf-8")


def requirements_limits(folder: Path, count: int) -> None:
    """Leave one name open in many lines, and limit it in many constraints."""
    lines = "".join(f"a>=1; platform_machine == 'm{i}'\n" for i in range(count))
    limits = "".join(f"a=={i}; platform_system == 's{i}'\n" for i in range(count))
    (folder / "pyproject.toml").write_text(PROJECT, encoding="utf-8")
    (folder / "requirements.txt").write_text(f"-c c.txt\n{lines}", encoding="utf-8")
    (folder / "c.txt").write_text(limits, encoding="utf-8")


def pex_requires(folder: Path, count: int) -> None:
    """Let a distribution have many extras, of which each requires another distribution."""
    names = [f"a{i}" for i in range(count)]
    locked = [{"project_name": name, "version": "1", "artifacts": []} for name in names]
    requires = [f"{name}; extra == 'r{i}'" for i, name in enumerate(names)]
    own = {"project_name": "p", "version": "1", "requires_dists": requires, "artifacts": []}
    resolve = {"marker": None, "locked_requirements": [own, *locked]}
    wanted = [f"p[{','.join(f'r{i}' for i in range(count))}]"]
    asked = {"style": "universal", "requirements": wanted, "requires_python": []}
    text = json.dumps({**asked, "locked_resolves": [resolve]})
    (folder / "pyproject.toml").write_text(PROJECT, encoding="utf-8")
    (folder / "pex.lock").write_text(text, encoding="utf-8")


def poetry_marked(folder: Path, count: int) -> None:
    """Lock a package whose dependencies have an extra in their markers, and who asks for it."""
    poetry_extras(folder, count)
    text = (folder / "poetry.lock").read_text(encoding="utf-8")
    for i in range(count):
        old = f'x{i} = {{version = "*", optional = true}}\n'
        new = f'x{i} = {{version = "*", optional = true, markers = "extra == \'e{i}\'"}}\n'
        text = text.replace(old, new)
    (folder / "poetry.lock").write_text(text, encoding="utf-8")


def steps(folder: Path, source: str) -> int:
    """Count the instructions of Python that it takes to freeze, on any machine as many."""
    number = 0

    def count(frame: FrameType, event: str, _argument: object) -> Callable[..., Any]:
        nonlocal number
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        number += event == "opcode"
        return count

    own, before = project.read(folder), sys.gettrace()
    sys.settrace(count)
    try:
        pipeline.freeze(own, Config(source=source))
    except FreezeError:
        pass  # what is far beyond any real file may be refused, if only it is refused soon
    finally:
        sys.settrace(before)
    return number


@pytest.mark.parametrize(
    ("write", "source", "small", "large"),
    [
        (uv_conflicts, "uv.lock", 8, 32),
        (uv_extras, "uv.lock", 50, 200),
        (pex_extras, "pex.lock", 50, 200),
        (pex_requires, "pex.lock", 200, 800),
        (poetry_extras, "poetry.lock", 50, 200),
        (poetry_marked, "poetry.lock", 200, 800),
        (poetry_forks, "poetry.lock", 20, 80),
        (pdm_forks, "pdm.lock", 100, 400),
        (uv_members, "uv.lock", 50, 200),
        (pylock_members, "pylock.toml", 50, 200),
        (requirements_members, "requirements.txt", 50, 200),
        (requirements_limits, "requirements.txt", 250, 1000),
    ],
)
def test_work_grows_with_the_file(
    tmp_path: Path, write: Callable[[Path, int], None], source: str, small: int, large: int
) -> None:
    """Four times the file takes about four times the steps, where it took 64 times and more."""
    write(tmp_path, 2)
    steps(tmp_path, source)  # imports
    numbers = []
    for count in (small, large):
        write(tmp_path, count)
        numbers.append(steps(tmp_path, source))
    assert numbers[1] < 4.6 * numbers[0], numbers


@pytest.mark.parametrize(
    ("write", "source"),
    [(uv_forks, "uv.lock"), (pdm_forks, "pdm.lock"), (poetry_forks, "poetry.lock")],
)
def test_too_many_versions_of_one_name_are_refused(
    tmp_path: Path, write: Callable[[Path, int], None], source: str
) -> None:
    """Each dependency on it is compared with all of them."""
    write(tmp_path, 129)
    with pytest.raises(SourceError, match="one of more than 128 packages named f"):
        pipeline.freeze(project.read(tmp_path), Config(source=source))
    write(tmp_path, 128)
    assert pipeline.freeze(project.read(tmp_path), Config(source=source)).distributions


def test_an_extra_with_many_alternatives_is_told_apart(tmp_path: Path) -> None:
    """Thirteen and more alternatives give a condition, not an endless computation."""
    uv_conflicts(tmp_path, 20)
    manifest = pipeline.freeze(project.read(tmp_path), Config(source="uv.lock"))
    (needed,) = (d for d in manifest.distributions if d.name == "q")
    ((marker,),) = needed.condition
    assert marker.count("!=") == 40


def a_long_address(folder: Path) -> None:
    """Let a lock file of pex name a wheel by half a megabyte of hyphens."""
    url = f"https://files.example.org/{'a-' * 250_000}"
    locked = {"project_name": "a", "version": "1.0", "artifacts": [{"url": url}]}
    resolve = {"marker": None, "locked_requirements": [locked]}
    asked = {"style": "universal", "requirements": ["a"], "requires_python": []}
    document = {**asked, "locked_resolves": [resolve]}
    (folder / "pex.lock").write_text(json.dumps(document), encoding="utf-8")
    (folder / "pyproject.toml").write_text(PROJECT, encoding="utf-8")


def test_a_long_address_is_taken_apart_once(tmp_path: Path) -> None:
    """What took minutes stays within the ten seconds that any hostile input may take."""
    a_long_address(tmp_path)
    before = time.process_time()
    assert pipeline.freeze(project.read(tmp_path), Config(source="pex.lock")).distributions
    assert time.process_time() - before < 10


def uv_rivals(folder: Path, count: int) -> None:
    """Let all of many extras exclude one another."""
    items = ", ".join(f'{{ package = "p", extra = "e{i}" }}' for i in range(count))
    text = f'version = 1\nconflicts = [[{items}]]\n[[package]]\nname = "acme"\nversion = "1.0"\n'
    (folder / "pyproject.toml").write_text(PROJECT, encoding="utf-8")
    (folder / "uv.lock").write_text(f'{text}source = {{ virtual = "." }}\n', encoding="utf-8")


def uv_shared(folder: Path, count: int) -> None:
    """Let each of many packages require an extra that requires as many others."""
    names = [f"a{i}" for i in range(count)]
    others = ", ".join(f'{{ name = "b{i}" }}' for i in range(count))
    text = 'version = 1\n[[package]]\nname = "acme"\nversion = "1.0"\n'
    wanted = ", ".join(f'{{ name = "{name}" }}' for name in names)
    text += f'source = {{ virtual = "." }}\ndependencies = [{wanted}]\n'
    for name in (*names, *(f"b{i}" for i in range(count)), "p"):
        text += f'[[package]]\nname = "{name}"\nversion = "1.0"\n{REGISTRY}'
        if name.startswith("a"):
            text += 'dependencies = [{ name = "p", extra = ["e"] }]\n'
    text += f"[package.optional-dependencies]\ne = [{others}]\n"
    (folder / "pyproject.toml").write_text(PROJECT, encoding="utf-8")
    (folder / "uv.lock").write_text(text, encoding="utf-8")


def test_too_many_links_for_an_sbom_are_refused(tmp_path: Path) -> None:
    """They are the square of the names where many share an extra."""
    uv_shared(tmp_path, 1100)
    with pytest.raises(SourceError, match="require too many others"):
        pipeline.freeze(project.read(tmp_path), Config(source="uv.lock", sbom=True))
    uv_shared(tmp_path, 300)
    frozen = pipeline.freeze(project.read(tmp_path), Config(source="uv.lock", sbom=True))
    assert len(frozen.links["a0", "1.0"]) == 301  # type: ignore[index]  # a name


@pytest.mark.parametrize("write", [uv_rivals, uv_active, uv_shared])
def test_memory_grows_with_the_file(tmp_path: Path, write: Callable[[Path, int], None]) -> None:
    """A file of less than a megabyte took hundreds of them."""
    write(tmp_path, 3000)
    tracemalloc.start()
    pipeline.freeze(project.read(tmp_path), Config(source="uv.lock"))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 100 << 20


LOCK = (
    'version = 1\n[[package]]\nname = "acme"\nversion = "1.0"\nsource = { virtual = "." }\n'
    'dependencies = [{ name = "m" }]\n[[package]]\nname = "m"\nsource = { editable = "m" }\n'
)


def write_too_much(path: Path) -> None:
    """Write a file without contents that is larger than any real one."""
    path.touch()
    os.truncate(path, reading.LARGEST_FILE + 1)


NO_FILE: list[Callable[[Path], None]] = [
    os.mkfifo,
    Path.mkdir,
    lambda path: path.symlink_to("/dev/zero"),
    write_too_much,
]


@pytest.mark.skipif(sys.platform == "win32", reason="it has neither pipes nor devices in folders")
@pytest.mark.parametrize("make", NO_FILE)
@pytest.mark.parametrize("file", ["uv.lock", "Pipfile.lock", "pylock.toml", "requirements.txt"])
def test_a_lock_that_is_no_file_is_refused(
    tmp_path: Path, file: str, make: Callable[[Path], None]
) -> None:
    """A pipe would wait and a device would never end."""
    (tmp_path / "pyproject.toml").write_text(PROJECT, encoding="utf-8")
    make(tmp_path / file)
    for source in {file, "auto"}:
        with pytest.raises(SourceError, match=rf"^{file}: is (not a regular file|larger than)"):
            pipeline.freeze(project.read(tmp_path), Config(source=source))


@pytest.mark.skipif(sys.platform == "win32", reason="it has neither pipes nor devices in folders")
@pytest.mark.parametrize("make", NO_FILE)
@pytest.mark.parametrize("source", ["uv.lock", "requirements.txt"])
def test_a_member_whose_pyproject_is_no_file_is_refused(
    tmp_path: Path, source: str, make: Callable[[Path], None]
) -> None:
    """Members are read for their static versions, by each format that names a folder."""
    (tmp_path / "pyproject.toml").write_text(PROJECT, encoding="utf-8")
    (tmp_path / "uv.lock").write_text(LOCK, encoding="utf-8")
    (tmp_path / "requirements.txt").write_text("aa==1\n-e ./m\n", encoding="utf-8")
    (tmp_path / "m").mkdir()
    make(tmp_path / "m" / "pyproject.toml")
    with pytest.raises(SourceError, match=r"^pyproject\.toml.*: is (not a regular|larger)"):
        pipeline.freeze(project.read(tmp_path), Config(source=source))
