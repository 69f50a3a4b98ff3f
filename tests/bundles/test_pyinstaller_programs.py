"""Several programs in one spec file of PyInstaller, which can share files by ``MERGE``."""

from __future__ import annotations

import json
import os

import pytest

from demo.bundles import normalize
from tests.bundles.pages import PRINTING, Workplace
from tests.bundles.tables_of_contents import collected_distributions, rows

pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("pyinstaller programs"),
    pytest.mark.skipif(os.name == "nt", reason="the commands are for a POSIX shell"),
]

OWN = {"app": "humanize", "tool": "tabulate"}
"""What one program alone imports, and the SDK nowhere mentions, as it does the frameworks."""

SPEC = """
programs = {{"app": Analysis(["app.py"], {options}), "tool": Analysis(["tool.py"], {options})}}
archives = {{name: PYZ(analysis.pure) for name, analysis in programs.items()}}

def collect(name, *names):
    parts = []
    for each in names:
        a = programs[each]
        parts += [EXE(archives[each], a.scripts, a.dependencies, exclude_binaries=True, name=each)]
        parts += [a.binaries, a.datas]
    COLLECT(*parts, name=name)
"""

TOGETHER = """
collect("together", "app", "tool")
"""

APART = """
collect("app", "app")
collect("tool", "tool")
"""

MERGED = f"""
a, b = programs.values()
MERGE((a, "app", "app/app"), (b, "tool", "tool/tool"))
{APART}
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    """Install what is bundled, and write the programs."""
    place = Workplace(tmp_path_factory.mktemp("pyinstaller_programs"))
    requirements = "humanize tabulate markupsafe sentry-sdk pyinstaller hatch-sentry-modules"
    place.run(f"pip install --quiet {requirements}")
    for name, own in OWN.items():
        text = f"import markupsafe, {own}\n{PRINTING}sentry_sdk.capture_message('{own}')\n"
        (place.folder / f"{name}.py").write_text(text, encoding="utf-8")
    return place


def build(place: Workplace, name: str, spec: str) -> dict[str, dict[str, str]]:
    """Build both programs, and return whose files each analysis holds."""
    (place.folder / f"{name}.spec").write_text(spec, encoding="utf-8")
    place.run(f"pyinstaller --noconfirm --log-level WARN --distpath {name} {name}.spec")
    analyses = sorted((place.folder / "build" / name).glob("Analysis-0?.toc"))
    bundled = dict(zip(OWN, (collected_distributions(place, one) for one in analyses), strict=True))
    assert {*OWN.values()} == bundled["app"].keys() ^ bundled["tool"].keys()
    assert all({own, "markupsafe", "sentry-sdk"} <= bundled[one].keys() for one, own in OWN.items())
    return bundled


def modules(place: Workplace, program: str) -> dict[str, str]:
    """Run a program, and return the modules of its event by normalized name."""
    event = json.loads(place.run(program).splitlines()[-1])
    return {normalize(name): version for name, version in event.items()}


def test_each_program_lists_what_it_holds(place: Workplace) -> None:
    """The list has what a program takes from another by reference, and nothing of the other."""
    bundled = build(place, "packed", SPEC.format(options="") + TOGETHER + MERGED)
    for program in OWN:
        assert modules(place, f"packed/together/{program}") == bundled[program]
        assert modules(place, f"packed/{program}/{program}") == bundled[program]
    names = {name for name, _, _ in rows(place.folder / "build" / "packed" / "Analysis-00.toc")}
    assert "sentry_modules.decision" in names
    assert not names & {f"sentry_modules.{name}" for name in ("beyond", "miss", "running")}
    of_second = rows(place.folder / "build" / "packed" / "PKG-03.toc")
    taken = {entry for entry, _, kind in of_second if kind == "DEPENDENCY"}
    assert any(entry.startswith("markupsafe/_speedups") for entry in taken)


def test_programs_without_an_archive_share_no_file(place: Workplace) -> None:
    """PyInstaller compiles the modules of all into one folder, so the source goes in alone."""
    bundled = build(place, "loose", SPEC.format(options="noarchive=True") + APART)
    for program in OWN:
        assert modules(place, f"loose/{program}/{program}") == bundled[program]
        files = (place.folder / "loose" / program).rglob("_sentry_modules.*")
        assert [file.name for file in files] == ["_sentry_modules.py"]
