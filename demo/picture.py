"""Takes the README's picture: Packages of one program, bundled without and with this project.

``python -m demo.picture`` builds the program of ``docs/pyinstaller.md`` both ways, runs both
against a real server, and writes ``docs/packages.png``. It needs Chromium and PyInstaller's system.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, ProxyHandler, build_opener

from demo import server
from demo.applications import CHECKOUT
from demo.bundles import PYINSTALLER
from demo.cache import python_of
from demo.commands import CommandError, run
from demo.wheels import build_distributions

PICTURE = CHECKOUT / "docs" / "packages.png"
_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
_CAPTIONS = ("pyinstaller app.py", "the same, with hatch-sentry-modules installed beside it")
_WIDTH, _HEAD, _ROW = 1000, 130, 26
_SECTION = re.compile(r'<h1 id="modules".*?(?=<h1 )', re.DOTALL)
_PAGE = """<!doctype html><base href="{address}">{sheets}
<body style="background: white; margin: 0; padding: 20px">
<div style="display: flex; gap: 40px">{columns}</div>"""
_COLUMN = """<div style="flex: 1"><code style="color: #64748b">{caption}</code>{section}</div>"""


def main() -> None:
    """Build, run, and take the picture."""
    with tempfile.TemporaryDirectory(prefix="sentry-modules-picture-") as work:
        bundles = _build(Path(work))
        with server.running() as tracker:
            pages = [_page(tracker, bundle) for bundle in bundles]
            browser = _sign_in(tracker.address)
            texts = [_read(browser, page) for page in pages]
            composed = Path(work) / "picture.html"
            composed.write_text(_compose(tracker.address, texts), encoding="utf-8")
            rows = max(text.count('class="w-1/4') for text in map(_section, texts))
            _photograph(composed, _HEAD + _ROW * rows)
    print(f"{PICTURE.relative_to(CHECKOUT)}: {PICTURE.stat().st_size} bytes")


def _build(work: Path) -> list[Path]:
    """Return the program as PyInstaller bundles it without, then with the build side installed."""
    page = (CHECKOUT / "docs" / "pyinstaller.md").read_text(encoding="utf-8")
    found = re.search(r"^```python\n(.+?)^```$", page, re.DOTALL | re.MULTILINE)
    assert found is not None, "the page has a program"  # noqa: S101 - a fault of the checkout
    script = work / "app.py"
    script.write_text(found[1], encoding="utf-8")
    build_side, _ = build_distributions(work)
    run(sys.executable, "-m", "venv", work / "environment")
    python = python_of(work / "environment")
    bundles: list[Path] = []
    for requirements in (("flask", "sentry-sdk", PYINSTALLER), (build_side,)):
        run(python, "-m", "pip", "install", "--quiet", *requirements)
        folder = work / f"dist-{len(bundles)}"
        run(python, "-m", "PyInstaller", "--noconfirm", "--distpath", folder, script, folder=work)
        bundles.append(folder / "app" / "app")
    return bundles


def _page(tracker: server.Server, bundle: Path) -> str:
    """Run a bundle, and return the address of the page that shows its one event."""
    project = tracker.add_project(bundle.parents[1].name)
    run(bundle, more={"SENTRY_DSN": project.dsn})
    (event,) = tracker.events(project)
    return event.page


def _sign_in(address: str) -> OpenerDirector:
    """Return what reads pages as the one person who may."""
    cookies = CookieJar()
    browser = build_opener(ProxyHandler({}), HTTPCookieProcessor(cookies))
    form = f"{address}/accounts/login/"
    _read(browser, form)
    token = next(cookie.value for cookie in cookies if cookie.name.startswith("csrf"))
    who = {"username": server.USER, "password": server.PASSWORD, "csrfmiddlewaretoken": token}
    browser.open(form, urlencode(who).encode(), timeout=60).close()
    return browser


def _read(browser: OpenerDirector, address: str) -> str:
    with browser.open(address.partition("#")[0], timeout=60) as answer:
        return str(answer.read().decode())


def _section(page: str) -> str:
    """Return the part of an event's page that lists the packages; the server leaves out none."""
    found = _SECTION.search(page)
    return found[0] if found else "<p>no packages</p>"


def _compose(address: str, pages: list[str]) -> str:
    """Return one page with both lists, as the server's own style sheets show them."""
    columns = (
        _COLUMN.format(caption=caption, section=_section(page))
        for caption, page in zip(_CAPTIONS, pages, strict=True)
    )
    sheets = "".join(re.findall(r"<link[^>]+stylesheet[^>]*>", pages[0]))
    return _PAGE.format(address=address, sheets=sheets, columns="".join(columns))


def _photograph(page: Path, height: int) -> None:
    browser = next(filter(None, map(shutil.which, _BROWSERS)), None)
    if browser is None:
        raise CommandError("there is no Chromium to take the picture with")
    options = ["--headless", "--hide-scrollbars", f"--window-size={_WIDTH},{height}"]
    if os.geteuid() == 0:
        options.append("--no-sandbox")  # it refuses to run as root inside its own
    run(browser, *options, f"--screenshot={PICTURE}", page.as_uri())


if __name__ == "__main__":
    main()
