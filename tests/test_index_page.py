"""The page that a package index shows of each distribution, from its built metadata."""

from __future__ import annotations

import json
import re
from email import message_from_string
from email.message import Message
from html.parser import HTMLParser
from pathlib import Path
from zipfile import ZipFile

import click
import markdown
import pytest
import tomli

from hatch_sentry_modules.cli import commands
from tests.backends.building import build
from tests.documentation.links import headings

ROOT = Path(__file__).parents[1]
SIDES = {"hatch-sentry-modules": ROOT, "sentry-modules": ROOT / "runtime"}
PROJECT = tomli.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
OLDEST = (("hatch-sentry-modules", 10), ("sentry-modules", 8))
SOURCE, SITE = PROJECT["urls"]["Source"], PROJECT["urls"]["Documentation"]


class _Addresses(HTMLParser):
    """Collects where a page leads to, and what it shows from elsewhere."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.feed(markdown.markdown(page, extensions=["fenced_code", "tables"]))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        assert tag != "img" or values.get("alt"), "a picture has a text for who cannot see it"
        self.found |= {values[key] or "" for key in ("href", "src") if key in values}


@pytest.fixture(scope="module", params=SIDES)
def metadata(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Message:
    """Return the metadata in the wheel of a distribution."""
    wheel = build(SIDES[request.param], "wheel", tmp_path_factory.mktemp("wheel"))
    with ZipFile(wheel) as file:
        (name,) = (name for name in file.namelist() if name.endswith(".dist-info/METADATA"))
        return message_from_string(file.read(name).decode())


def test_every_link_leads_somewhere(metadata: Message) -> None:
    """No address depends on where the page is shown, and what is this project's own is there."""
    addresses = _Addresses(str(metadata.get_payload())).found
    assert addresses
    for address in addresses:
        assert address.startswith(("https://", "#")), address
        place, _, heading = address.partition("#")
        file = re.sub(rf"^{re.escape(SOURCE)}/(?:blob|raw)/main/", "", place)
        if place.startswith(SITE):
            file = f"docs/{place[len(SITE) :].removesuffix('.html') or 'index'}.md"
        if file != place:
            assert (ROOT / file).is_file(), address
            assert not heading or heading in headings(ROOT / file), address


def test_the_pictures_are_there() -> None:
    """The test above sees links of each kind: pages, files and a picture."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert re.search(r"!\[[^\]]+\]\(docs/[\w-]+\.png\)", readme)
    assert "](docs/zipapp.md)" in readme
    assert "](CHANGELOG.md)" in readme


def test_people_find_it(metadata: Message) -> None:
    """The index shows where to read, report and look, each supported Python, and a summary."""
    urls = dict(str(line).split(", ") for line in metadata.get_all("Project-URL", []))
    assert urls == PROJECT["urls"]
    assert {"Documentation", "Source", "Issues", "Changelog"} <= urls.keys()
    assert metadata["Author"]
    assert 40 < len(metadata["Summary"]) < 120
    assert {"sentry", "pyinstaller", "zipapp"} <= set(metadata["Keywords"].split(","))
    classifiers = metadata.get_all("Classifier", [])
    oldest = int(metadata["Requires-Python"].removeprefix(">=3."))
    prefix = "Programming Language :: Python :: 3."
    minors = {int(c.removeprefix(prefix)) for c in classifiers if c.startswith(prefix)}
    assert minors == set(range(oldest, 16))
    assert any(c.startswith("Topic ::") for c in classifiers)


def test_each_python_is_tested() -> None:
    """What the classifiers name is what nox has, and what the workflow runs on both sides."""
    newest = {package: [f"3.{minor}" for minor in range(oldest, 16)] for package, oldest in OLDEST}
    workflow = (ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")
    lists = re.findall(r"python: (\[.+\])", workflow)
    assert [json.loads(text) for text in lists] == list(newest.values())
    nox = re.search(r"^PYTHONS = (\[.+\])$", (ROOT / "noxfile.py").read_text("utf-8"), re.MULTILINE)
    assert nox is not None
    assert json.loads(nox[1]) == newest["sentry-modules"]


def test_pypy_is_tested() -> None:
    """The run-time side alone names it, and nox and the workflow run that side's tests on it."""
    named = "Programming Language :: Python :: Implementation :: PyPy"
    texts = [(ROOT / f / "pyproject.toml").read_text("utf-8") for f in ("", "runtime")]
    assert [named in text for text in texts] == [False, True]
    assert "@nox.session(python=[*PYTHONS, PYPY])\ndef runtime" in (ROOT / "noxfile.py").read_text()
    workflow = (ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")
    assert "{ system: ubuntu-latest, python: pypy3.9 }" in workflow


def test_the_site_has_the_same_addresses() -> None:
    """What the site says of itself is what the index says of it."""
    text = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    site = dict(re.findall(r"^(\w+): (\S+)$", text, re.MULTILINE))
    assert (site["site_url"], site["repo_url"]) == (SITE, SOURCE)


def test_help_leads_to_the_site() -> None:
    """``--help`` names pages that the site has, and no file that only the repository has."""
    assert commands.SITE == SITE
    group = commands.commands
    context = click.Context(group)
    assert SITE in group.get_help(context)
    assert (ROOT / "docs" / "json.md").is_file()
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        text = command.get_help(click.Context(command))
        assert f"{SITE}json.html" in text
        assert "docs/" not in text
