"""The import boundaries that keep the tree readable."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
BUILD_SIDE = ROOT / "hatch_sentry_modules"
RUN_TIME_SIDE = ROOT / "runtime" / "sentry_modules"
SOURCES = sorted(
    path
    for path in BUILD_SIDE.glob("sources/**/*.py")
    if path != BUILD_SIDE / "sources/__init__.py"
)


OWNED_BY_TOOLS = {
    "hatchling",
    "setuptools",
    "distutils",
    "pdm",
    "PyInstaller",
    "poetry",
    "cx_Freeze",
    "nuitka",
}
COMMAND_LINE = {"click", "rich"}


def imports(path: Path) -> Iterator[tuple[str, bool]]:
    """Yield each module that a file imports, and whether it does so when it is itself imported.

    What is imported for the type checker alone is left out.
    """
    tree = ast.parse(path.read_text(encoding="utf-8"))
    top = {id(node) for node in tree.body}
    unused = {
        id(inner)
        for node in tree.body
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if id(node) in unused:
            continue
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, id(node) in top
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name} imports relatively"
            assert node.module is not None
            yield node.module, id(node) in top
            for alias in node.names:
                yield f"{node.module}.{alias.name}", id(node) in top


def top_names(path: Path) -> set[str]:
    """Return the top-level packages that a file imports."""
    return {name.partition(".")[0] for name, _ in imports(path)}


def is_imported(path: Path, module: str) -> bool:
    """Return whether a file imports a module or something in it."""
    return any(name == module or name.startswith(f"{module}.") for name, _ in imports(path))


def test_no_test_module_imports_from_another() -> None:
    """What two of them need lies in a file that holds no test."""
    paths = list((ROOT / "tests").rglob("test_*.py"))
    modules = {".".join(path.relative_to(ROOT).with_suffix("").parts) for path in paths}
    assert len(modules) > 100
    found = {path.name: modules.intersection(name for name, _ in imports(path)) for path in paths}
    assert not any(found.values()), found


def test_there_is_something_to_check() -> None:
    """The walks below see the real tree."""
    assert len(SOURCES) > 2
    assert list(RUN_TIME_SIDE.glob("*.py"))


@pytest.mark.parametrize("path", sorted(RUN_TIME_SIDE.rglob("*.py")), ids=lambda path: path.name)
def test_the_run_time_side_needs_the_sdk_alone(path: Path) -> None:
    """The run-time side imports the standard library, the SDK and itself."""
    allowed = {"sentry_sdk", "sentry_modules"} | set(sys.stdlib_module_names)
    # Looked for where an application has it; never required.
    allowed |= {"importlib_metadata", "pkg_resources"}
    assert top_names(path) <= allowed


@pytest.mark.parametrize(
    "path",
    sorted(path for path in BUILD_SIDE.rglob("*.py") if path.parent.name != "rthooks"),
    ids=lambda path: path.stem,
)
def test_the_build_side_never_imports_the_run_time_side(path: Path) -> None:
    """The generated module's format is the only thing that both sides share.

    PyInstaller's run-time hooks are only shipped with this side: they run in the application.
    """
    assert not top_names(path) & {"sentry_modules", "sentry_sdk"}


def lock_format(path: Path) -> str:
    """Return the format that a file in ``sources/`` reads: a module, or a package if larger."""
    return path.relative_to(BUILD_SIDE / "sources").with_suffix("").parts[0]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_sources_know_nothing_of_each_other(path: Path) -> None:
    """A source imports no other format's file, nor anything that comes after it."""
    formats = {lock_format(other) for other in SOURCES} - {lock_format(path)}
    others = {f"hatch_sentry_modules.sources.{other}" for other in formats}
    later = {
        f"hatch_sentry_modules.{name}"
        for name in ("pipeline", "render", "backends", "bundlers", "cli")
    }
    assert not [module for module in others | later if is_imported(path, module)]


@pytest.mark.parametrize("stage", ["resolve", "render", "markers", "model"])
def test_stages_know_no_lock_format(stage: str) -> None:
    """What comes behind the sources knows neither them nor what calls in."""
    files = [*BUILD_SIDE.glob(f"{stage}.py"), *BUILD_SIDE.glob(f"{stage}/*.py")]
    assert files
    for package in ("sources", "backends", "bundlers", "cli", "pipeline", "project", "config"):
        module = f"hatch_sentry_modules.{package}"
        assert not [path.name for path in files if is_imported(path, module)]


def test_render_sees_only_the_manifest() -> None:
    """The renderer is given a manifest; it neither reads nor resolves."""
    ours = {
        name
        for name, _ in imports(BUILD_SIDE / "render.py")
        if name.startswith("hatch_sentry_modules.")
    }
    allowed = ("hatch_sentry_modules.model", "hatch_sentry_modules.markers")
    assert all(name.startswith(allowed) for name in ours)


@pytest.mark.parametrize("path", sorted(BUILD_SIDE.rglob("*.py")), ids=lambda path: path.stem)
def test_tools_are_imported_only_where_they_call_in(path: Path) -> None:
    """A backend or bundler is imported at the top of the one file that it alone loads."""
    at_the_top = {name.partition(".")[0] for name, is_top in imports(path) if is_top}
    if not {"backends", "bundlers"} & {*path.parts}:
        assert not at_the_top & OWNED_BY_TOOLS
    if "cli" not in path.parts:
        assert not at_the_top & COMMAND_LINE


ROOMS = {
    "archives": ("artifacts", "backends", "bundlers", "cli", "pipeline", "render"),
    "artifacts/containers": (
        "artifacts.embedded", "artifacts.inject", "artifacts.inspection", "artifacts.metadata",
        "backends", "bundlers", "cli", "compare", "manifest_document", "pipeline",
    ),
    "artifacts": ("backends", "bundlers", "cli"),
    "backends": ("artifacts", "cli"),
    "bundlers": ("artifacts", "backends", "cli"),
    "cli": ("backends", "bundlers"),
    "compare.py": ("archives", "artifacts", "backends", "bundlers", "cli", "pipeline", "render"),
}  # fmt: skip
"""What each room imports nothing of, so that no import leads back."""


@pytest.mark.parametrize("room", ROOMS)
def test_no_import_leads_back(room: str) -> None:
    """What reads containers knows no manifest, and no room knows who calls it."""
    files = list(BUILD_SIDE.glob(f"{room}/**/*.py")) or [BUILD_SIDE / room]
    assert all(path.is_file() for path in files)
    for other in ROOMS[room]:
        module = f"hatch_sentry_modules.{other}"
        assert not [path.name for path in files if is_imported(path, module)], module
