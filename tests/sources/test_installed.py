"""What is installed is read from real pip installations, and equals what the SDK itself sends."""

from __future__ import annotations

import base64
import hashlib
import shutil
import subprocess
import sys
import venv
import zipfile
from importlib.metadata import version
from pathlib import Path

import pytest
from packaging.utils import canonicalize_name
from sentry_sdk.utils import _generate_installed_modules

from hatch_sentry_modules import pipeline, project, render
from hatch_sentry_modules.config import Config
from hatch_sentry_modules.errors import FreezeError, RefusedEnvironmentError, SourceError
from hatch_sentry_modules.model import Manifest, Selection
from hatch_sentry_modules.project import Project
from hatch_sentry_modules.sources import installed
from hatch_sentry_modules.sources.installed import BAD_VERSION, NO_VERSION, UNDECIDED, folders
from tests.environments import listed
from tests.manifests import other_warnings

pytest.importorskip("pip", reason="pip is what installs")

Files = dict[str, str]


def make_wheel(folder: Path, name: str, version: str, files: Files, *requires: str) -> Path:
    """Write a wheel, as small as one can be."""
    stem = f"{name.replace('-', '_')}-{version}"
    info = f"{stem}.dist-info"
    metadata = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}"]
    metadata += [f"Requires-Dist: {requirement}" for requirement in requires]
    contents = {
        **files,
        f"{info}/METADATA": "\n".join(metadata) + "\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = [f"{path},{record_hash(text)},{len(text)}" for path, text in contents.items()]
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{stem}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for member, text in contents.items():
            archive.writestr(member, text)
        archive.writestr(f"{info}/RECORD", "\n".join([*record, f"{info}/RECORD,,"]) + "\n")
    return path


def record_hash(text: str) -> str:
    """Return the hash of a text as ``RECORD`` has it."""
    digest = hashlib.sha256(text.encode()).digest()
    return "sha256=" + base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def pip_install(target: Path, *wheels: Path, options: tuple[str, ...] = ()) -> None:
    """Install wheels into a folder, with pip itself."""
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps"]
    command += ["--no-compile", "--disable-pip-version-check", "--target", str(target), *options]
    subprocess.run([*command, *map(str, wheels)], check=True)


def freeze(root: Path, source: str, **config: object) -> Manifest:
    """Freeze a project with a source."""
    return pipeline.freeze(project.read(root), Config(source=source, **config))  # type: ignore[arg-type]  # by name


def modules(manifest: Manifest) -> dict[str, str]:
    """Execute the generated module and give its table."""
    namespace: dict[str, dict[str, str]] = {}
    exec(render.to_python(manifest), namespace)  # noqa: S102  # it is what is tested
    return listed(namespace)


def stock(folder: Path | str, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Return the map that the SDK's own integration sends where one folder is the whole path."""
    with monkeypatch.context() as patch:
        patch.setattr(sys, "path", [str(folder)])
        return dict(_generate_installed_modules())


def unpack(target: Path, *wheels: Path) -> None:
    """Put wheels into a folder as pip does, where it is not pip that is looked at."""
    for wheel in wheels:
        zipfile.ZipFile(wheel).extractall(target)


@pytest.fixture(scope="module")
def installed_by_pip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder into which pip has installed four distributions."""
    root = tmp_path_factory.mktemp("installed")
    names = ("Flask", "typing_extensions", "zope.interface", "Jinja2")
    wheels = [
        make_wheel(root / "wheels", name, f"{number}.0", {f"m{number}.py": ""})
        for number, name in enumerate(names)
    ]
    pip_install(root / "target", *wheels)
    return root / "target"


@pytest.fixture
def target(installed_by_pip: Path, tmp_path: Path) -> Path:
    """Return a project's folder ``target`` with four distributions, to be spoilt."""
    return Path(shutil.copytree(installed_by_pip, tmp_path / "target"))


def test_a_target_of_pip_gives_the_sdks_own_map(
    target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Names are spelled as in the metadata, in lower case, as the SDK sends them."""
    manifest = freeze(target.parent, "installed:target")
    assert modules(manifest) == stock(target, monkeypatch)
    assert "typing_extensions" in modules(manifest)
    assert "zope.interface" in modules(manifest)
    assert manifest.source == "installed"
    assert not other_warnings(manifest)


def test_the_interpreter_that_runs_gives_the_sdks_own_map(tmp_path: Path) -> None:
    """Everything on the path of this very process is listed, and nothing else."""
    manifest = freeze(tmp_path, "installed")
    assert modules(manifest) == dict(_generate_installed_modules())
    assert modules(manifest)["pytest"] == version("pytest")


def test_the_project_keeps_the_name_that_its_metadata_has(
    target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The version is the one that is being built, the name the one that the SDK sends."""
    text = '[project]\nname = "typing.extensions"\nversion = "7.0"\n'
    (target.parent / "pyproject.toml").write_text(text, encoding="utf-8")
    found = modules(freeze(target.parent, "installed:target"))
    assert found == {**stock(target, monkeypatch), "typing_extensions": "7.0"}


ONE = {"{name}/__init__.py": "VERSION = 1\n", "{name}/old.py": "\n"}
TWO = {"{name}/__init__.py": "VERSION = 2\n"}
MORE = {**ONE, "{name}/new.py": "NEW = True\n"}

UPGRADES: dict[str, tuple[str, Files, str, Files]] = {
    "changed": ("1.0", ONE, "2.0", TWO),
    "added": ("1.0", ONE, "2.0", MORE),
    "removed": ("1.0", MORE, "2.0", ONE),
    "downgraded": ("2.0", TWO, "1.0", ONE),
    "same": ("1.0", ONE, "2.0", ONE),
    "bare": ("1.0", {}, "2.0", {}),
}


def named(files: Files, name: str) -> Files:
    """Put files into the import package of a name."""
    return {path.format(name=name): text for path, text in files.items()}


@pytest.fixture(scope="module")
def upgraded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with two versions of each name, which pip installed one after the other."""
    root = tmp_path_factory.mktemp("upgraded")
    pairs = [
        (
            make_wheel(root / "wheels", name, old, named(old_files, name)),
            make_wheel(root / "wheels", name, new, named(new_files, name)),
        )
        for name, (old, old_files, new, new_files) in UPGRADES.items()
    ]
    pip_install(root / "target", *(old for old, _ in pairs))
    pip_install(root / "target", *(new for _, new in pairs), options=("--upgrade",))
    return root


@pytest.mark.parametrize("name", ["changed", "added", "removed", "downgraded"])
def test_the_version_that_was_installed_last_is_listed_alone(upgraded: Path, name: str) -> None:
    """An upgrade into a target leaves the old metadata there; the files tell which is real."""
    assert len(list((upgraded / "target").glob(f"{name}-*.dist-info"))) == 2
    assert modules(freeze(upgraded, "installed:target"))[name] == UPGRADES[name][2]


def test_what_the_files_do_not_tell_is_skipped(upgraded: Path) -> None:
    """Where two versions have the same files, or none, no version is guessed."""
    manifest = freeze(upgraded, "installed:target")
    assert manifest.skipped == {"same": UNDECIDED, "bare": UNDECIDED}
    assert not {"same", "bare"} & modules(manifest).keys()


def test_a_record_that_names_other_files_is_not_followed(tmp_path: Path) -> None:
    """A hostile record reaches no file outside its folder and no device."""
    secret = tmp_path / "secret"
    secret.write_text("secret", encoding="utf-8")
    for number in ("1.0", "2.0"):
        info = tmp_path / "target" / f"acme-{number}.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text(f"Name: acme\nVersion: {number}\n", encoding="utf-8")
        paths = ("../secret", str(secret), f"//{secret}", "", ".")
        rows = [f"{path},{record_hash('secret')},6" for path in paths]
        (info / "RECORD").write_text("\n".join([*rows, "/dev/zero,sha256=x,0"]), encoding="utf-8")
    assert freeze(tmp_path, "installed:target").skipped == {"acme": UNDECIDED}


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a project's folder whose virtual environment ``.venv`` holds one distribution."""
    root = tmp_path_factory.mktemp("project")
    venv.create(root / ".venv", with_pip=False)
    wheel = make_wheel(root / "wheels", "Acme_Plugins", "1.2", {"acme.py": ""})
    command = [sys.executable, "-m", "pip", "--python", str(root / ".venv"), "install"]
    command += ["--quiet", "--no-index", "--disable-pip-version-check", str(wheel)]
    subprocess.run(command, check=True)
    return root


PROGRAM = "Scripts/python.exe" if sys.platform == "win32" else "bin/python"


@pytest.mark.parametrize("place", [".venv", f".venv/{PROGRAM}"])
def test_an_environment_and_its_interpreter_are_the_same_place(
    environment: Path, place: str
) -> None:
    """Another interpreter's distributions are found by where it lies."""
    assert modules(freeze(environment, f"installed:{place}")) == {"acme_plugins": "1.2"}


def test_linked_folders_are_read_and_code_in_links_is_not_run(
    environment: Path, tmp_path: Path
) -> None:
    """A ``.pth`` file may link a folder, as an editable install does, or hold code."""
    shutil.copytree(environment / ".venv", tmp_path / ".venv", symlinks=True)
    packages = next((tmp_path / ".venv").rglob("site-packages"))
    linked = tmp_path / "linked" / "Linked.egg-info"
    linked.mkdir(parents=True)
    (linked / "PKG-INFO").write_text("Name: Linked\nVersion: 3.0\n", encoding="utf-8")
    ran = tmp_path / "ran"
    lines = ["# comment", f"import pathlib; pathlib.Path({str(ran)!r}).touch()", "nowhere", ""]
    text = "\n".join([*lines, str(linked.parent)])
    (packages / "links.pth").write_text(text, encoding="utf-8")
    found = modules(freeze(tmp_path, "installed:.venv"))
    assert found == {"acme_plugins": "1.2", "linked": "3.0"}
    assert not ran.exists()


def test_links_that_python_passes_over_are_no_fault(tmp_path: Path) -> None:
    """A line that no path can be, or a folder of that name, hides nothing else."""
    for name in ("Kept", "L" * 257):
        info = tmp_path / "site" / f"{name[:10]}.dist-info"
        info.mkdir(parents=True)
        text = f"Name: {name}\nVersion: 3.0\n"
        (info / "METADATA").write_text(text, encoding="utf-8")
    (tmp_path / "site" / "folder.pth").mkdir()
    (tmp_path / "site" / "long.pth").write_text("x" * 5000 + "\n", encoding="utf-8")
    (tmp_path / "site" / "null.pth").write_text("a\0b\n", encoding="utf-8")
    manifest = freeze(tmp_path, "installed:site")
    assert modules(manifest) == {"kept": "3.0"}
    assert "installed: distributions without a valid name: 1." in manifest.warnings


def test_links_in_the_encoding_of_the_system(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Older tools write them so."""
    monkeypatch.setattr("locale.getpreferredencoding", lambda _: "cp1252")
    (tmp_path / "site").mkdir()
    (tmp_path / "caf\xe9").mkdir()
    (tmp_path / "site" / "x.pth").write_bytes(str(tmp_path / "caf\xe9").encode("cp1252"))
    assert folders.find(tmp_path / "site") == [tmp_path / "site", tmp_path / "caf\xe9"]


def test_an_environment_of_a_python_that_is_a_link(tmp_path: Path) -> None:
    """As Homebrew's, whose folder of programs links into another prefix."""
    site = tmp_path / "Versions" / "3.12" / "lib" / "python3.12" / "site-packages"
    site.mkdir(parents=True)
    (tmp_path / "Versions" / "3.12" / "bin").mkdir()
    (tmp_path / "Versions" / "3.12" / "bin" / "python3.12").touch()
    (tmp_path / "opt" / "bin").mkdir(parents=True)
    (tmp_path / "opt" / "bin" / "python3.12").symlink_to(site.parents[2] / "bin" / "python3.12")
    (tmp_path / "venv").mkdir()
    lines = f"home = {tmp_path / 'opt' / 'bin'}\ninclude-system-site-packages = true\n"
    (tmp_path / "venv" / "pyvenv.cfg").write_text(f"{lines}version = 3.12.1\n", "utf-8")
    assert folders.find(tmp_path / "venv") == [site]


def test_inherited_distributions_of_an_environment_come_last(
    environment: Path, tmp_path: Path
) -> None:
    """With ``include-system-site-packages`` the base's are seen too, behind its own."""
    shutil.copytree(environment / ".venv", tmp_path / ".venv", symlinks=True)
    file = tmp_path / ".venv" / "pyvenv.cfg"
    text = file.read_text(encoding="utf-8").replace("= false", "= true")
    file.write_text(text, encoding="utf-8")
    found = modules(freeze(tmp_path, "installed:.venv"))
    assert found["acme_plugins"] == "1.2"
    assert "pip" in found


def test_a_named_program_is_never_run(tmp_path: Path) -> None:
    """What a project calls an interpreter could be anything."""
    program = tmp_path / "program" / "python"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n", encoding="utf-8")
    program.chmod(0o755)
    with pytest.raises(SourceError, match="nothing tells where"):
        freeze(tmp_path, "installed:program/python")
    assert not (tmp_path / "ran").exists()


def test_a_prefix_with_several_pythons_is_refused(tmp_path: Path) -> None:
    """Which of them is meant cannot be known."""
    for python in ("python3.11", "python3.12"):
        (tmp_path / "prefix" / "lib" / python / "site-packages").mkdir(parents=True)
    with pytest.raises(SourceError, match=r"several Pythons: 3\.11, 3\.12"):
        freeze(tmp_path, "installed:prefix")
    program = tmp_path / "prefix" / "bin" / "python3.12"
    program.parent.mkdir()
    program.touch()
    info = tmp_path / "prefix/lib/python3.12/site-packages/acme-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Name: acme\nVersion: 1\n", encoding="utf-8")
    assert modules(freeze(tmp_path, "installed:prefix/bin/python3.12")) == {"acme": "1"}


@pytest.mark.parametrize("place", ["nowhere", "x" * 5000, "\0", "nowhere/bin/python"])
def test_a_place_that_is_not_there_is_named_by_its_fault(tmp_path: Path, place: str) -> None:
    """The message shows no path."""
    with pytest.raises(SourceError, match=r"^installed: (there is no|its place cannot)") as caught:
        freeze(tmp_path, f"installed:{place}")
    assert "nowhere" not in str(caught.value)


def write_project(root: Path, dependencies: str) -> None:
    """Write a project with dependencies, built by a tool ``builder``."""
    text = (
        f'[project]\nname = "own"\nversion = "1.0"\ndependencies = [{dependencies}]\n'
        '[build-system]\nrequires = ["builder[extra]>=1"]\n'
    )
    (root / "pyproject.toml").write_text(text, encoding="utf-8")


def test_a_place_without_what_the_project_requires_is_refused(target: Path) -> None:
    """A part of the application is not frozen as if it were all of it."""
    write_project(target.parent, "'flask', 'requests>=2', 'zope-interface', 'own[extra]'")
    with pytest.raises(SourceError, match="does not hold requests, which the project requires"):
        freeze(target.parent, "installed:target")
    write_project(target.parent, "'flask', 'pywin32 ; sys_platform == \"win32\"'")
    found = modules(freeze(target.parent, "installed:target"))
    assert found["own"] == "1.0"


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    """No list is ever empty without a word."""
    (tmp_path / "empty").mkdir()
    with pytest.raises(SourceError, match="does not hold anything"):
        freeze(tmp_path, "installed:empty")


@pytest.mark.parametrize("dependencies", ["", "'library'"])
def test_an_isolated_build_environment_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dependencies: str
) -> None:
    """It holds what builds the project, and nothing of the application."""
    wheels = tmp_path / "wheels"
    builder = make_wheel(wheels, "builder", "1.0", {"b.py": ""}, "library", "x; extra == 'x'")
    library = make_wheel(wheels, "library", "1.0", {"l.py": ""})
    unpack(tmp_path / "isolated", builder, library)
    write_project(tmp_path, dependencies)
    own = project.read(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(sys, "path", [str(tmp_path / "isolated")])
        with pytest.raises(SourceError, match="only what the build itself requires"):
            installed.read(own, Selection())
        unpack(tmp_path / "isolated", make_wheel(wheels, "other", "1.0", {"o.py": ""}))
        assert "other" in installed.read(own, Selection()).nodes


def test_what_is_installed_here_says_nothing_of_other_environments(tmp_path: Path) -> None:
    """Another platform's distributions are not those of this one."""
    foreign = {
        "implementation_name": "cpython",
        "implementation_version": "3.12.1",
        "os_name": "nt",
        "platform_machine": "ARM64",
        "platform_python_implementation": "CPython",
        "platform_release": "11",
        "platform_system": "Windows",
        "platform_version": "10.0",
        "python_full_version": "3.12.1",
        "python_version": "3.12",
        "sys_platform": "win32" if sys.platform != "win32" else "linux",
    }
    with pytest.raises(RefusedEnvironmentError):
        pipeline.freeze(project.read(tmp_path), Config(source="installed"), environment=foreign)


@pytest.mark.parametrize(
    "selection",
    [
        Selection(extras=frozenset({canonicalize_name("web")})),
        Selection(all_packages=True),
        Selection(runtime=False),
        Selection(package=canonicalize_name("other")),
    ],
)
def test_nothing_can_be_selected_from_what_is_installed(target: Path, selection: Selection) -> None:
    """A selection that cannot be met is refused, not ignored."""
    with pytest.raises(SourceError, match="nothing can be selected"):
        installed.read(Project(root=target.parent), selection, "target")


@pytest.mark.parametrize(
    ("metadata", "skipped", "warnings"),
    [
        ("Name: acme\n", {"acme": NO_VERSION}, 0),
        ("Name: acme\nVersion:\n", {"acme": NO_VERSION}, 0),
        ("Name: acme\nVersion: 2004d\n", {"acme": BAD_VERSION}, 0),
        ('Name: acme\nVersion: 1"];import os;#\n', {"acme": BAD_VERSION}, 0),
        ("Name: acme\nVersion: 1\n 2\n", {"acme": BAD_VERSION}, 0),
        ("Version: 1.0\n", {}, 1),
        ('Name: "];import os;#\nVersion: 1.0\n', {}, 1),
        ("Name: ac\n me\nVersion: 1.0\n", {}, 1),
        ("Name: =?utf-8?q?acme?=\nVersion: 1.0\n", {}, 1),
        ("Name: äcme\nVersion: 1.0\n", {}, 1),
        ("", {}, 1),
        ("\0\0\0", {}, 1),
        (b"Name: acme\nVersion: 1.0\nAuthor: \xff\n", {}, 1),
        (None, {}, 1),
    ],
)
def test_broken_metadata_is_skipped_with_a_reason(
    target: Path, metadata: str | bytes | None, skipped: dict[str, str], warnings: int
) -> None:
    """One broken distribution costs its own entry, and never goes without a word."""
    info = target / "acme-1.0.dist-info"
    info.mkdir()
    if metadata is not None:
        data = metadata if isinstance(metadata, bytes) else metadata.encode()
        (info / "METADATA").write_bytes(data)
    manifest = freeze(target.parent, "installed:target")
    assert len(modules(manifest)) == 4
    assert manifest.skipped == skipped
    assert len(other_warnings(manifest)) == warnings


def test_broken_metadata_gives_way_to_whole(target: Path) -> None:
    """A remainder without a version beside a whole installation does not count."""
    info = target / "flask-9.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Name: Flask\n", encoding="utf-8")
    assert modules(freeze(target.parent, "installed:target"))["flask"] == "0.0"


def test_every_truncation_of_metadata_ends_in_a_result_or_a_message(target: Path) -> None:
    """No cut file raises anything else, or changes another entry."""
    folder = target.parent / "wheels"
    unpack(target, *(make_wheel(folder, "acme", number, ONE) for number in ("1.0", "1.1")))
    for file in target.glob("acme-*.dist-info/[MR]E*"):
        data = file.read_bytes()
        for length in range(0, len(data), 3):
            file.write_bytes(data[:length])
            try:
                found = modules(freeze(target.parent, "installed:target"))
            except FreezeError:
                continue
            assert found.pop("flask") == "0.0"
            assert found.get("acme", "1.0") in {"1.0", "1.1", "1.", "1"}
        file.write_bytes(data)
