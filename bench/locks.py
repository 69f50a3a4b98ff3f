"""Lock files of any size, in every format: what a project would have that needed so many others.

Each distribution needs up to four that come after it, and one link in ten is under a marker. The
flat formats hold the same markers on the distributions.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path

CONDITIONAL = 0.1
MARKERS = (
    *(f"python_full_version {op} '3.{minor}'" for minor in (11, 12) for op in "<>"),
    *(f"sys_platform == '{name}'" for name in ("linux", "win32", "darwin")),
)
PROJECT = """\
[project]
name = "acme"
version = "1.0"
requires-python = ">=3.10"
dependencies = ["p0"]

[tool.poetry.dependencies]
python = ">=3.10"
p0 = "*"
"""
HASH = f"sha256:{'0' * 64}"

Link = tuple[int, str]
"""The number of a distribution, and the marker under which it is needed, or nothing."""


def links(count: int) -> Iterator[list[Link]]:
    """Yield what each distribution needs; the same in every run."""
    chance = random.Random(count)  # noqa: S311 - nothing secret
    for number in range(count):
        nearby = range(number + 1, min(number + 50, count))
        targets = {*nearby[:1], *chance.sample(nearby, min(3, len(nearby)))}
        yield [(target, _marker(chance)) for target in sorted(targets)]


def _marker(chance: random.Random) -> str:
    return chance.choice(MARKERS) if chance.random() < CONDITIONAL else ""


def _uv(count: int) -> Iterator[str]:
    yield 'version = 1\nrevision = 3\nrequires-python = ">=3.10"\n\n[[package]]\nname = "acme"\n'
    yield 'version = "1.0"\nsource = { virtual = "." }\ndependencies = [{ name = "p0" }]\n'
    for number, needed in enumerate(links(count)):
        yield f'\n[[package]]\nname = "p{number}"\nversion = "1.{number}"\n'
        yield 'source = { registry = "https://index.example.org/simple" }\ndependencies = [\n'
        for target, marker in needed:
            condition = f', marker = "{marker}"' if marker else ""
            yield f'    {{ name = "p{target}"{condition} }},\n'
        file = f"https://files.example.org/p{number}-1.{number}.tar.gz"
        yield f']\nsdist = {{ url = "{file}", hash = "{HASH}" }}\n'


def _poetry(count: int) -> Iterator[str]:
    for number, marker in _flat(count):
        yield f'[[package]]\nname = "p{number}"\nversion = "1.{number}"\noptional = false\n'
        yield 'python-versions = ">=3.10"\ngroups = ["main"]\n'
        yield f'markers = "{marker}"\n' if marker else ""
        yield f'files = [\n    {{file = "p{number}.tar.gz", hash = "{HASH}"}},\n]\n\n'
    yield '[metadata]\nlock-version = "2.1"\npython-versions = ">=3.10"\n'
    yield f'content-hash = "{"0" * 64}"\n'


def _walked_poetry(count: int) -> Iterator[str]:
    for number, needed in enumerate(links(count)):
        yield f'[[package]]\nname = "p{number}"\nversion = "1.{number}"\noptional = false\n'
        yield 'python-versions = ">=3.10"\nfiles = []\n\n[package.dependencies]\n'
        for target, marker in needed:
            value = f'{{version = "*", markers = "{marker}"}}' if marker else '"*"'
            yield f"p{target} = {value}\n"
        yield "\n"
    yield '[metadata]\nlock-version = "2.0"\npython-versions = ">=3.10"\n'
    yield f'content-hash = "{"0" * 64}"\n'


def _pdm(count: int) -> Iterator[str]:
    yield '[metadata]\ngroups = ["default"]\nstrategy = ["inherit_metadata"]\n'
    yield f'lock_version = "4.5.0"\ncontent_hash = "{HASH}"\n\n'
    yield '[[metadata.targets]]\nrequires_python = ">=3.10"\n\n'
    for number, marker in _flat(count):
        yield f'[[package]]\nname = "p{number}"\nversion = "1.{number}"\ngroups = ["default"]\n'
        yield f'marker = "{marker}"\n' if marker else ""
        yield f'files = [\n    {{file = "p{number}.tar.gz", hash = "{HASH}"}},\n]\n\n'


def _pipfile(count: int) -> Iterator[str]:
    entries = {
        f"p{number}": {"hashes": [HASH], "version": f"==1.{number}"}
        | ({"markers": marker} if marker else {})
        for number, marker in _flat(count)
    }
    meta = {"hash": {"sha256": "0" * 64}, "pipfile-spec": 6, "requires": {}, "sources": []}
    yield json.dumps({"_meta": meta, "default": entries, "develop": {}}, indent=4)


def _pylock(count: int) -> Iterator[str]:
    yield 'lock-version = "1.0"\ncreated-by = "bench"\nrequires-python = ">=3.10"\n'
    for number, marker in _flat(count):
        yield f'\n[[packages]]\nname = "p{number}"\nversion = "1.{number}"\n'
        yield f'marker = "{marker}"\n' if marker else ""
        file = f"p{number}-1.{number}-py3-none-any.whl"
        yield f'wheels = [{{name = "{file}", url = "https://files.example.org/{file}", '
        yield f'hashes = {{sha256 = "{"0" * 64}"}}}}]\n'


def _requirements(count: int) -> Iterator[str]:
    for number, marker in _flat(count):
        condition = f" ; {marker}" if marker else ""
        yield f"p{number}==1.{number}{condition} \\\n    --hash={HASH}\n"


def _pex(count: int) -> Iterator[str]:
    def locked(number: int, needed: list[Link]) -> dict[str, object]:
        requires = [f"p{target}{f'; {marker}' if marker else ''}" for target, marker in needed]
        file = f"https://files.example.org/p{number}-1.{number}.tar.gz"
        artifacts = [{"algorithm": "sha256", "hash": "0" * 64, "url": file}]
        name, version = f"p{number}", f"1.{number}"
        shown = {"project_name": name, "version": version, "requires_dists": requires}
        return {**shown, "artifacts": artifacts}

    resolve = {"locked_requirements": [locked(*each) for each in enumerate(links(count))]}
    yield json.dumps(
        {"style": "universal", "requirements": ["p0"], "locked_resolves": [resolve]}, indent=1
    )


def _conflicts(count: int) -> Iterator[str]:
    """Write an extra that is active in many environments, and what is needed in all others."""
    yield 'version = 1\nrequires-python = ">=3.10"\n'
    yield 'conflicts = [[{ package = "x", extra = "a" }, { package = "x", extra = "b" }]]\n\n'
    yield '[[package]]\nname = "acme"\nversion = "1.0"\nsource = { virtual = "." }\n'
    yield 'dependencies = [\n    { name = "last", marker = "extra != \'extra-1-x-a\'" },\n'
    for number in range(count):
        yield f'    {{ name = "p{number}", marker = "platform_machine == \'m{number}\'" }},\n'
    yield "]\n"
    source = 'source = { registry = "https://index.example.org/simple" }\n'
    for number in range(count):
        yield f'\n[[package]]\nname = "p{number}"\nversion = "1.{number}"\n{source}'
        marker = f"platform_system == 's{number}'"
        yield f'dependencies = [{{ name = "x", extra = ["a"], marker = "{marker}" }}]\n'
    yield f'\n[[package]]\nname = "last"\nversion = "1.0"\n{source}'
    yield f'\n[[package]]\nname = "x"\nversion = "1.0"\n{source}'
    yield "\n[package.optional-dependencies]\na = []\nb = []\n"


def _forks(count: int) -> Iterator[str]:
    """Write many versions of one name, all of which each of as many packages allows."""
    package = '[[package]]\nname = "{}"\nversion = "{}"\noptional = false\n'
    yield package.format("p0", "1.0") + 'python-versions = "*"\n\n[package.dependencies]\n'
    yield "".join(f'a{number} = "*"\n' for number in range(count))
    for number in range(count):
        yield package.format("fork", f"{number}.0")
        yield f'python-versions = ">=3.{number % 30 + 5}"\n\n'
        yield package.format(f"a{number}", "1.0") + 'python-versions = "*"\n\n'
        marker = f"platform_machine == 'm{number}'"
        yield f'[package.dependencies]\nfork = {{version = "*", markers = "{marker}"}}\n\n'
    yield '[metadata]\nlock-version = "2.0"\npython-versions = ">=3.5"\n'
    yield f'content-hash = "{"0" * 64}"\n'


def _flat(count: int) -> Iterator[Link]:
    chance = random.Random(count)  # noqa: S311 - nothing secret
    return ((number, _marker(chance)) for number in range(count))


FORMATS: dict[str, tuple[str, Callable[[int], Iterator[str]]]] = {
    "uv.lock": ("uv.lock", _uv),
    "poetry.lock": ("poetry.lock", _poetry),
    "poetry.lock 2.0": ("poetry.lock", _walked_poetry),
    "pdm.lock": ("pdm.lock", _pdm),
    "Pipfile.lock": ("Pipfile.lock", _pipfile),
    "pylock.toml": ("pylock.toml", _pylock),
    "requirements.txt": ("requirements.txt", _requirements),
    "pex lock": ("pex.lock", _pex),
}
"""For each format the name of its file, and what writes it."""

SHAPES: dict[str, tuple[str, Callable[[int], Iterator[str]]]] = {
    "uv.lock with conflicts": ("uv.lock", _conflicts),
    "poetry.lock 2.0 with forks": ("poetry.lock", _forks),
}
"""What could grow faster than its file, and is small in any real one."""


def write(folder: Path, kind: str, count: int) -> Path:
    """Write a project and its lock file of one format; give the lock file."""
    folder.mkdir(parents=True)
    name, lines = {**FORMATS, **SHAPES}[kind]
    (folder / "pyproject.toml").write_text(PROJECT, encoding="utf-8")
    lock = folder / name
    lock.write_text("".join(lines(count)), encoding="utf-8")
    return lock
