"""Does what the pages say that belong to no bundler, from their top to their end."""

from __future__ import annotations

import os
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from hatch_sentry_modules.render import HEADER
from tests.bundles import pages
from tests.documentation.blocks import ROOT, RUN_PAGES, Block, blocks

pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("documentation"),
    pytest.mark.skipif(os.name == "nt", reason="the pages' commands are for a POSIX shell"),
]

SHOP = """
pip install --quiet --upgrade pip  # older ones know no extra of what a constraint gives a file for
pip install --quiet build uv 'hatch-sentry-modules[cli,sbom]'
python -m build --wheel
cp dist/*.whl old.whl && cp dist/*.whl new.whl
uv export --frozen --no-dev --no-hashes --no-emit-project --output-file requirements.txt
pip install --quiet --target packed -r requirements.txt dist/*.whl
pip install --quiet -r requirements.txt dist/*.whl
mkdir build && cp -R packed build/lambda
cp -R packed python && python -m zipfile -c layer.zip python && rm -rf python
python -m zipapp packed --main storefront.__main__:main --output app.pyz
rm -rf packed/*.dist-info
python -m zipapp packed --main storefront.__main__:main --output slim.pyz
rm -rf dist packed requirements.txt
echo 'from storefront.__main__ import main; main()' > start.py
"""
"""What a reader has who comes to a page: a project, its environment and what was built of it."""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> pages.Workplace:
    """Lay out the sample application, and build it once for all pages."""
    place = pages.Workplace(tmp_path_factory.mktemp("documentation"))
    shutil.copytree(ROOT / "fixtures" / "storefront", place.folder / "shop")
    (script,) = pages.blocks("pyinstaller.md", "python")
    (place.folder / "shop" / "app.py").write_text(script, encoding="utf-8")
    place.run(f"cd shop\n{SHOP}")
    return place


@pytest.mark.parametrize("page", RUN_PAGES)
def test_the_page_holds(page: str, place: pages.Workplace) -> None:
    """Every command and program on it succeeds, and prints what the page says it prints."""
    folder = place.folder / page.replace("/", "-").removesuffix(".md")
    shutil.copytree(place.folder / "shop", folder)
    output = ""
    for block in blocks(page):
        if block.reason or block.language == "toml":
            continue
        if block.language == "text":
            _check(block.text, output)
            continue
        output = place.run(f"cd {shlex.quote(folder.name)}\n{_script(block, folder)}")
        if block.language == "console":
            _check("\n".join(line for line in _lines(block) if line[:1] != "$"), output)


def _script(block: Block, folder: Path) -> str:
    """Return the shell's commands for a block; a program is written to a file first."""
    if block.language == "sh":
        return block.text
    if block.language == "console":
        return "\n".join(line[2:] for line in _lines(block) if line[:1] == "$")
    assert block.language == "python"
    is_manifest = block.text.startswith(HEADER)
    path = folder / ("acme_app/_sentry_modules.py" if is_manifest else f"block_{block.line}.py")
    path.parent.mkdir(exist_ok=True)
    path.write_text(block.text.replace('"..."', '"http://key@127.0.0.1:9/1"'), encoding="utf-8")
    return f"PYTHONPATH=. python {path.relative_to(folder)}"


def _lines(block: Block) -> Iterator[str]:
    return iter(block.text.splitlines())


def _check(expected: str, output: str) -> None:
    """Hold that each line that a page shows was printed, in this order."""
    rest = output
    for line in filter(str.strip, expected.splitlines()):
        before, found, rest = rest.partition(line.strip())
        assert found, f"{line!r} is not in {before!r}"
