"""The site, as ``make docs`` builds it."""

from __future__ import annotations

import csv
import html
import json
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import click
import pytest

from hatch_sentry_modules.cli.commands import commands
from hatch_sentry_modules.config import OPTIONS
from tests.documentation.blocks import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("site")]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the site, with warnings as errors."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)]
    subprocess.run(command, cwd=ROOT, env={**os.environ, "NO_MKDOCS_2_WARNING": "1"}, check=True)
    return folder


class _Loaded(HTMLParser):
    """Collects the addresses of what a browser loads by itself to show a page."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        is_loaded = tag != "a" and values.get("rel") not in {"canonical", "next", "prev"}
        self.addresses += [values[k] or "" for k in ("src", "href") if k in values and is_loaded]


def test_nothing_is_loaded_from_elsewhere(site: Path) -> None:
    """Neither a page nor a style sheet asks another host for a script, a font or a picture."""
    pages = list(site.glob("*.html"))
    assert len(pages) > 10
    for page in pages:
        parser = _Loaded()
        parser.feed(page.read_text(encoding="utf-8"))
        assert len(parser.addresses) > 2
        assert not [a for a in parser.addresses if a.startswith(("http:", "https:", "//"))], page
    sheets = list(site.rglob("*.css"))
    assert sheets
    for sheet in sheets:
        assert "url(http" not in sheet.read_text(encoding="utf-8"), sheet


def test_the_reference_is_the_code(site: Path) -> None:
    """Every option and command, and every option of a command, is there without being repeated."""
    configuration = (site / "configuration.html").read_text(encoding="utf-8")
    assert not [name for name in OPTIONS if f'id="{name}"' not in configuration]
    reference = (site / "commands.html").read_text(encoding="utf-8")
    context = click.Context(commands, info_name="sentry-modules")
    names = commands.list_commands(context)
    assert {"freeze", "inspect", "diff", "verify", "inject"} <= set(names)
    for name in names:
        assert f'id="{name}"' in reference
        command = commands.get_command(context, name)
        assert command is not None
        options = [p.opts[-1] for p in command.params if p.param_type_name == "option"]
        assert options
        assert not [option for option in options if option not in reference], name
    assert "__main__.py" in reference  # and not as bold text
    assert 'aria-labelledby="flow-title flow-text"' in (site / "precedence.html").read_text("utf-8")


def test_each_bundle_has_a_row(site: Path) -> None:
    """The page shows every bundle of the file once, and the file can be downloaded."""
    page = (site / "matrix.html").read_text(encoding="utf-8")
    with (ROOT / "docs" / "matrix.csv").open(encoding="utf-8", newline="") as file:
        bundles = {row["bundle"] for row in csv.DictReader(file)}
    assert len(bundles) == 15
    for bundle in bundles:
        assert page.count(f"<td>{bundle}</td>") == 1
    assert 'href="matrix.csv"' in page
    assert (site / "matrix.csv").is_file()


def test_the_search_finds_the_errors(site: Path) -> None:
    """Who searches for an error text of the README gets the section that has it as its title."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    table = readme.partition("| message | where |")[2].partition("\n\n")[0]
    errors = re.findall(r"^\| `(.+?)` \|", table, re.MULTILINE)
    assert len(errors) == 3
    index = json.loads((site / "search" / "search_index.json").read_text(encoding="utf-8"))
    titles = html.unescape(" ".join(section["title"] for section in index["docs"]))
    assert not [error for error in errors if error not in titles]
