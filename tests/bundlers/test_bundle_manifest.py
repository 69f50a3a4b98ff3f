"""The generated module of a bundle, and what the project says of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from hatch_sentry_modules.bundlers import bundle_manifest
from tests.bundlers.installation import install


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Install two distributions, and work in a folder beside them."""
    folder = tmp_path / "site-packages"
    folder.mkdir()
    install(folder, "flask", "flask/__init__.py", version="3.1.3")
    install(folder, "acme-secret", "acme_secret/__init__.py")
    monkeypatch.chdir(tmp_path)
    return folder


def generated(site: Path) -> str:
    """Generate the module of a bundle that holds both."""
    return bundle_manifest.generate(
        map(str, site.glob("*/__init__.py")), [str(site)], {}, pytest.fail
    )


def test_a_plain_script_needs_no_project(site: Path) -> None:
    """Without any file beside it, all that was collected is listed."""
    text = generated(site)
    assert '"acme-secret": "1.0"' in text
    assert '"flask": "3.1.3"' in text


def test_what_the_project_excludes_stays_out(site: Path) -> None:
    """A private name is in no bundle, whichever tool makes it."""
    (site.parent / "pyproject.toml").write_text(
        "[tool.sentry-modules]\nexclude = ['acme-*']\n", encoding="utf-8"
    )
    text = generated(site)
    assert "acme" not in text
    assert '"flask": "3.1.3"' in text


def test_a_mistake_stops_the_build_with_one_line(site: Path) -> None:
    """It is the message that every other entrance gives, without a traceback."""
    (site.parent / "pyproject.toml").write_text(
        "[tool.sentry-modules]\nexclud = []\n", encoding="utf-8"
    )
    with pytest.raises(SystemExit, match=r"^pyproject\.toml: .*exclud.*exclude"):
        generated(site)
