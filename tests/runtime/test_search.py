"""The application's manifest is found whoever asks, and of several its own counts."""

from __future__ import annotations

import compileall
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from sentry_modules.beyond import look
from sentry_modules.manifest import UnusableManifestError
from sentry_modules.places import Place
from sentry_modules.search import refer

from tests.runtime.application import RUNTIME, archive, manifest_text, report, sdk, write_files

LISTED = {"shop": "3.1", "django": "5.2", "telemetry": "2.0"}

PROGRAM = """
import json, sys
import sentry_sdk
from sentry_modules import FrozenModulesIntegration

def start():
    events = []
    sentry_sdk.init(
        dsn="https://key@sentry.example.org/1",
        integrations=[FrozenModulesIntegration()],
        before_send=lambda event, hint: events.append(event),
    )
    sentry_sdk.capture_message("hello")
    print(json.dumps(events[-1]["modules"]))
"""

MANIFEST = manifest_text(LISTED, "shop")
SHOP = {"shop/__init__.py": "", "shop/_sentry_modules.py": MANIFEST}
TELEMETRY = {"telemetry/__init__.py": PROGRAM}
CALLS = f"{PROGRAM}\nstart()\n"

CONFIG = {"config/__init__.py": "", "config/settings.py": CALLS}
CALLERS = {
    "settings package": (CONFIG, "config.settings"),
    "handler file": ({"lambda_function.py": CALLS}, "lambda_function"),
    "set-up library": ({**TELEMETRY, "wsgi.py": "import telemetry; telemetry.start()"}, "wsgi"),
    "run_path": (
        {"job.txt": CALLS, "run.py": "import runpy; runpy.run_path(sys.path[0] + '/job.txt')"},
        "run",
    ),
    "exec": ({"run.py": f"exec({CALLS!r}, {{}})"}, "run"),
    "thread": (
        {**TELEMETRY, "run.py": "import threading, telemetry\nt = threading.Thread("
         "target=telemetry.start)\nt.start(); t.join()"},
        "run",
    ),
    "signal handler": (
        {**TELEMETRY, "run.py": "import os, signal, telemetry\n"
         "signal.signal(signal.SIGINT, lambda *_: telemetry.start())\n"
         "os.kill(os.getpid(), signal.SIGINT)\nimport time; time.sleep(0.1)"},
        "run",
    ),
    "pickled function": (
        {**TELEMETRY, "run.py": "import pickle, telemetry\npickle.loads(pickle.dumps("
         "telemetry.start))()"},
        "run",
    ),
}  # fmt: skip
"""Who calls ``init``: the files of each, and the module that a server imports."""


def launch(module: str, *path: Path) -> Any:
    """Import a module as a server does, and read the modules of the event."""
    program = f"import sys; sys.path[:0] = {[str(p) for p in path]!r}; import {module}"
    return report("-c", program, path=(RUNTIME, sdk()))


@pytest.mark.parametrize("is_archived", [False, True])
@pytest.mark.parametrize("caller", CALLERS)
def test_whoever_calls(tmp_path: Path, caller: str, is_archived: bool) -> None:
    """The manifest lies in another import package than that of the caller."""
    if is_archived and caller == "run_path":
        pytest.skip("a script is a file")
    files, module = CALLERS[caller]
    files = {name: f"import sys\n{text}" for name, text in files.items()}
    folder = write_files(tmp_path / "app", {**SHOP, **files})
    place = archive(folder, tmp_path / "app.zip") if is_archived else folder
    assert launch(module, place) == LISTED


def test_a_package_of_machine_code_alone_or_in_a_namespace(tmp_path: Path) -> None:
    """It is found below a package without ``__init__``, where nothing nearer has one."""
    files = {
        "corp/team/shop/__init__.py": "",
        "corp/team/shop/_sentry_modules.py": MANIFEST,
        "wsgi.py": CALLS,
    }
    assert launch("wsgi", write_files(tmp_path, files)) == LISTED


@pytest.mark.parametrize("folder", ["package", "dist/app/shop"])
def test_a_copy_in_a_folder_of_builds(tmp_path: Path, folder: str) -> None:
    """Where the project is installed, what lies in a folder of builds does not count."""
    site, work = tmp_path / "site", tmp_path / "work"
    dist_info = "shop-4.0.dist-info"
    metadata = {f"{dist_info}/METADATA": "Metadata-Version: 2.1\nName: shop\nVersion: 4.0\n"}
    write_files(site, {"shop/__init__.py": CALLS, **metadata})
    write_files(work, {f"{folder}/_sentry_modules.py": MANIFEST})
    listed = launch("shop", work, site)
    assert listed["shop"] == "4.0"
    assert "telemetry" not in listed
    (site / dist_info / "METADATA").unlink()
    (site / dist_info).rmdir()
    assert launch("shop", work, site) == LISTED


@pytest.mark.parametrize("package", ["shop", "corp.shop"])
def test_an_application_before_an_installed_one(tmp_path: Path, package: str) -> None:
    """A package, or a namespace package in use, is no copy of what the host has installed."""
    dist_info = "shop-2.0.dist-info/METADATA"
    host = write_files(tmp_path / "host", {dist_info: "Name: shop\nVersion: 2.0\n"})
    folder = package.replace(".", "/")
    files = {f"{folder}/__init__.py": "", f"{folder}/_sentry_modules.py": MANIFEST}
    files["wsgi.py"] = f"import {package}\n{CALLS}" if "." in package else CALLS
    assert launch("wsgi", write_files(tmp_path / "work", files), host) == LISTED


def test_bytecode_alone(tmp_path: Path) -> None:
    """Sources can be removed, as where a Lambda archive is made smaller."""
    folder = write_files(tmp_path, {**SHOP, "wsgi.py": CALLS})
    compileall.compile_dir(folder / "shop", legacy=True, quiet=1)
    for source in (folder / "shop").glob("*.py"):
        source.unlink()
    assert launch("wsgi", folder) == LISTED


OWN = {"telemetry": "2.0", "requests": "1"}


@pytest.mark.parametrize("near", ["telemetry", "elsewhere"])
def test_a_library_with_a_manifest_of_its_own(tmp_path: Path, near: str) -> None:
    """The application's counts, which lists the library, also where the library calls ``init``."""
    library = {**TELEMETRY, "telemetry/_sentry_modules.py": manifest_text(OWN, "telemetry")}
    calls = {"shop/wsgi.py": "import telemetry; telemetry.start()", "main.py": CALLS}
    folder = write_files(tmp_path, {**SHOP, **library, **calls})
    assert launch("shop.wsgi" if near == "telemetry" else "main", folder) == LISTED


EARLY = {
    **TELEMETRY,
    "telemetry/_sentry_modules.py": manifest_text(OWN, "telemetry"),
    "run.py": "import telemetry; telemetry.start()",
}
"""A library that starts Sentry before any code of the application is on the stack."""


@pytest.mark.parametrize("is_archived", [False, True])
def test_a_library_that_starts_before_the_application(tmp_path: Path, is_archived: bool) -> None:
    """The application's manifest counts, although the library has one that is nearer."""
    files = {**SHOP, **EARLY, "django/__init__.py": ""}
    folder = write_files(tmp_path / "app", files)
    place = archive(folder, tmp_path / "app.zip") if is_archived else folder
    assert launch("run", place) == LISTED


def test_another_application_that_lists_this_one(tmp_path: Path) -> None:
    """One that stands beside it, as in a folder of sources, counts only with what it lists."""
    more = {**LISTED, "celery": "5.4", "redis": "5.2"}
    files = {**SHOP, **EARLY, "shop/_sentry_modules.py": manifest_text(more, "shop")}
    assert {*launch("run", write_files(tmp_path, files))} == {*OWN}


@pytest.mark.parametrize("arguments", ["", "'shop'", "'shop._sentry_modules'"])
def test_what_was_injected_counts(tmp_path: Path, arguments: str) -> None:
    """``inject`` put a newer manifest at the top, whichever the application names."""
    injected = {**LISTED, "late": "1"}
    files = {
        "shop/start.py": CALLS.replace("Integration()]", f"Integration({arguments})]"),
        "_sentry_modules.py": manifest_text(injected, "shop", injected=True),
    }
    assert launch("shop.start", write_files(tmp_path, {**SHOP, **files})) == injected


def test_a_manifest_at_the_top_that_nobody_injected(tmp_path: Path) -> None:
    """The package that is named counts."""
    files = {
        "shop/start.py": CALLS.replace("Integration()]", "Integration('shop')]"),
        "_sentry_modules.py": manifest_text({"other": "1"}, "other"),
    }
    assert launch("shop.start", write_files(tmp_path, {**SHOP, **files})) == LISTED


@pytest.mark.parametrize("has_own", [False, True])
@pytest.mark.parametrize("arguments", ["", "'shop'"])
def test_another_application_in_the_folder_of_the_process(
    tmp_path: Path, arguments: str, has_own: bool
) -> None:
    """A tool that is installed is run in the folder of a function, whoever injected what there."""
    program = CALLS.replace("Integration()]", f"Integration({arguments})]")
    info = {"shop-3.1.dist-info/METADATA": "Name: shop\nVersion: 3.1\n"}
    own = {"shop/_sentry_modules.py": MANIFEST} if has_own else {}
    files = {"shop/__init__.py": "", "shop/start.py": program, **own}
    site = write_files(tmp_path / "site", {**files, **info})
    other = manifest_text({"other": "1"}, "other", injected=has_own)
    work = write_files(tmp_path / "work", {"_sentry_modules.py": other})
    path = (work, site, RUNTIME, sdk())
    live = report("-m", "shop.start", path=path)
    assert live["shop"] == "3.1"
    assert not {"other", "telemetry"} & {*live}, "the metadata of shop is there"
    if has_own and arguments:
        (site / "shop-3.1.dist-info" / "METADATA").unlink()
        (site / "shop-3.1.dist-info").rmdir()
        assert report("-m", "shop.start", path=path) == LISTED


@pytest.mark.parametrize(
    ("project", "listed"),
    [(None, LISTED), ("the-shop", LISTED), ("other", {**LISTED, "the-shop": "3"})],
)
def test_what_was_injected_into_the_folder_of_dependencies(
    tmp_path: Path, project: str | None, listed: dict[str, str]
) -> None:
    """Briefcase keeps the application's metadata beside its code, and dependencies elsewhere."""
    info = "the_shop-3.1.dist-info"
    files = {
        "shop/__init__.py": "",
        "shop/__main__.py": CALLS,
        f"{info}/METADATA": "Name: the-shop\nVersion: 3.1\n",
        f"{info}/RECORD": "shop/__init__.py,,\nshop/__main__.py,,\n",
    }
    injected = manifest_text(listed, project, injected=True)
    app = write_files(tmp_path / "app", files)
    packages = write_files(tmp_path / "app_packages", {"_sentry_modules.py": injected})
    found = report("-m", "shop", path=(app, packages, RUNTIME, sdk()))
    assert {*listed} - {"the-shop"} <= {*found}


@pytest.mark.parametrize("is_injected", [False, True])
def test_a_server_that_is_started_by_its_name(tmp_path: Path, is_injected: bool) -> None:
    """It is installed, and runs the code of the folder in which it is started."""
    info = "server-1.0.dist-info"
    files = {
        "server/__init__.py": "",
        "server/__main__.py": "import handler",
        f"{info}/METADATA": "Name: server\nVersion: 1.0\n",
    }
    listed = {"function": "1", "django": "5.2"}
    function = manifest_text(listed, "function", injected=is_injected)
    work = {"handler.py": CALLS, "_sentry_modules.py": function}
    path = (write_files(tmp_path / "work", work), write_files(tmp_path / "site", files))
    assert report("-m", "server", path=(*path, RUNTIME, sdk())) == listed


FUNCTION = {"django": "5.2", "shop": "3.1"}


@pytest.mark.parametrize("is_stripped", [False, True])
def test_a_layer_that_starts_sentry(tmp_path: Path, is_stripped: bool) -> None:
    """A function's folder has no project; a library of a layer, which it does not list, has one."""
    own = {"telemetry/_sentry_modules.py": manifest_text(OWN, "telemetry")}
    info = {"telemetry-2.0.dist-info/METADATA": "Name: telemetry\nVersion: 2.0\n"}
    layer = {**TELEMETRY, **own, **({} if is_stripped else info)}
    function = manifest_text(FUNCTION, None)
    files = {"handler.py": "import telemetry; telemetry.start()", "_sentry_modules.py": function}
    task = write_files(tmp_path / "task", files)
    assert launch("handler", task, write_files(tmp_path / "opt", layer)) == FUNCTION


def test_the_application_that_is_imported(tmp_path: Path) -> None:
    """Its neighbour in a folder of applications is the first by name."""
    neighbour = manifest_text({"api": "1"}, "api")
    files = {**CONFIG, "api/__init__.py": "", "api/_sentry_modules.py": neighbour}
    files["config/settings.py"] = CALLS.replace("\nstart()", "\nimport shop\nstart()")
    assert launch("config.settings", write_files(tmp_path, {**SHOP, **files})) == LISTED


def test_a_module_that_names_itself_runs_once(tmp_path: Path) -> None:
    """It is being imported still when the first event comes."""
    program = CALLS.replace("Integration()]", "Integration(__name__)]")
    count = "import builtins; builtins.runs = getattr(builtins, 'runs', 0) + 1\n"
    program = f"{count}{program}".replace('events[-1]["modules"]', "builtins.runs")
    folder = write_files(tmp_path, {**SHOP, "shop/settings.py": program})
    assert launch("shop.settings", folder) == 1


PROTECTED = """
from protection import __pyarmor__
__pyarmor__(__name__, __file__, {manifest!r})
"""

PROTECTION = """
import sys
def __pyarmor__(name, file, code):
    exec(code, vars(sys.modules[name]))
"""


def test_a_module_that_only_an_import_fills(tmp_path: Path) -> None:
    """PyArmor's code fills the module that it finds in ``sys.modules``, and no other globals."""
    files = {
        **SHOP,
        "shop/_sentry_modules.py": PROTECTED.format(manifest=MANIFEST),
        "shop/start.py": CALLS,
        "protection.py": PROTECTION,
    }
    assert launch("shop.start", write_files(tmp_path, files)) == LISTED


def test_a_module_of_machine_code(tmp_path: Path) -> None:
    """Cython's functions have no frame, and its module no code; each is found and imported."""
    pytest.importorskip("Cython", reason="Cython is not installed")
    write_files(tmp_path, {**SHOP, "shop/start.py": f"{PROGRAM}\ndef main():\n    start()\n"})
    command = [sys.executable, "-m", "Cython.Build.Cythonize", "--inplace", "-3"]
    sources = [str(tmp_path / "shop" / name) for name in ("start.py", "_sentry_modules.py")]
    subprocess.run([*command, *sources], check=True, cwd=tmp_path, capture_output=True)
    for source in sources:
        Path(source).unlink()
    program = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r}); from shop.start import main; main()"
    )
    assert report("-c", program, path=(RUNTIME, sdk())) == LISTED


def test_the_last_of_300_packages(tmp_path: Path) -> None:
    """Nothing is opened and nothing listed on the way to it: the importers have the listings."""
    files = {f"package{number:03}/__init__.py": "" for number in range(300)}
    folder = write_files(
        tmp_path,
        {**files, "package299/_sentry_modules.py": MANIFEST, "wsgi.py": "import package000"},
    )
    program = (
        f"import json, sys; sys.path.insert(0, {str(folder)!r}); import wsgi, logging\n"
        "from sentry_modules.reference import ManifestReference\n"
        "asked = []\n"
        "sys.addaudithook(lambda e, a: asked.append(e) if e in ('open', 'os.listdir') else None)\n"
        "found = ManifestReference.of_caller(None).decision()\n"
        "print(json.dumps([found.of(found.manifest.carried), len(asked)]))"
    )
    found, asked = report("-c", program, path=(RUNTIME,))
    assert found == LISTED
    assert asked < 20


def test_an_empty_name_is_none() -> None:
    """``__package__`` is empty in a module at the top level."""
    assert refer("") is None


def test_a_module_beside_a_manifest_is_no_package(tmp_path: Path) -> None:
    """What lies beside it is at the top level, and of nobody's name."""
    files = {"single.py": "", "_sentry_modules.py": manifest_text(LISTED, "single")}
    program = (
        "import json, single\nfrom sentry_modules.search import find\n"
        "from sentry_modules.manifest import UnusableManifestError\n"
        "try:\n    find('single', (), [], None)\n"
        "except UnusableManifestError as error:\n    print(json.dumps(str(error)))"
    )
    found = report("-c", program, path=(write_files(tmp_path, files), RUNTIME, sdk()))
    assert found == "single holds no manifest"


@pytest.mark.skipif(sys.platform == "win32", reason="its folders have no such mode")
@pytest.mark.parametrize(
    ("near", "beside"),
    [
        ({}, {}),
        ({}, {"shared/__init__.py": ""}),
        ({}, {"shared/deep/x.py": ""}),
        (TELEMETRY, {"django.py": "", "shop.py": ""}),
    ],
)
def test_what_others_can_write_is_not_run(
    tmp_path: Path, near: dict[str, str], beside: dict[str, str]
) -> None:
    """Python would not import it either: a service that runs in / has /tmp on its path."""
    marker = tmp_path / "it ran"
    place = "shared/deep" if "shared/deep/x.py" in beside else "shared"
    own = manifest_text({"telemetry": "2.0"}, "telemetry")
    files = {
        **beside,
        f"{place}/_sentry_modules.py": f"open({str(marker)!r}, 'w').close()\n{MANIFEST}",
    }
    files.update({**near, "telemetry/_sentry_modules.py": own} if near else {})
    start = "import telemetry; telemetry.start()" if near else CALLS
    folder = write_files(tmp_path / "work", {**files, "wsgi.py": start})
    (folder / "shared").chmod(0o1777)
    assert launch("wsgi", folder) != LISTED
    assert not marker.exists()
    (folder / "shared").chmod(0o755)
    assert launch("wsgi", folder) == LISTED
    assert marker.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="it has no such owners")
def test_what_another_user_wrote_is_not_trusted(tmp_path: Path) -> None:
    """Not even behind a link of theirs."""
    folder = write_files(tmp_path, {"theirs/_sentry_modules.py": "", "ours/x.py": ""})
    place = Place(str(folder))
    assert place.is_trusted("theirs._sentry_modules", {os.geteuid()})
    assert place.is_trusted("nowhere._sentry_modules", {os.geteuid()})
    try:
        os.chown(folder / "theirs", 12345, 12345)
    except PermissionError:
        pytest.skip("only root can give a folder away")
    assert not place.is_trusted("theirs._sentry_modules", {os.geteuid()})
    (folder / "link").symlink_to("ours")
    assert place.is_trusted("link._sentry_modules", {os.geteuid()})
    os.chown(folder / "link", 12345, 12345, follow_symlinks=False)
    assert not place.is_trusted("link._sentry_modules", {os.geteuid()})
    assert place.is_trusted("link._sentry_modules", {12345})
    os.chown(folder, 54321, 54321)
    os.chown(folder / "theirs", os.geteuid(), -1)
    assert place.is_trusted("theirs._sentry_modules", set()), "it is ours"
    os.chown(folder / "theirs", 12345, -1)
    (folder / "loop").symlink_to("loop")
    assert place.is_trusted("loop._sentry_modules", set())
    folder.chmod(0o777)
    assert place.is_trusted("theirs._sentry_modules", set()), "the folder itself is open to all"


@pytest.mark.skipif(sys.platform == "win32", reason="its files have no such mode")
@pytest.mark.parametrize("kind", ["mode", "owner", "link"])
def test_a_file_that_another_user_can_write_is_not_trusted(tmp_path: Path, kind: str) -> None:
    """It lies in a folder that is ours, as what a group shares can."""
    folder = write_files(tmp_path, {"shared/_sentry_modules.py": "", "theirs.py": ""})
    module = folder / "shared" / "_sentry_modules.py"
    place = Place(str(folder))
    assert place.is_trusted("shared._sentry_modules", set())
    try:
        if kind == "mode":
            module.chmod(0o666)
        elif kind == "owner":
            os.chown(module, 12345, -1)
        else:
            os.chown(folder / "theirs.py", 12345, -1)
            module.unlink()
            module.symlink_to("../theirs.py")
    except PermissionError:
        pytest.skip("only root can give a file away")
    assert not place.is_trusted("shared._sentry_modules", set())


def test_what_is_passed_over_is_said(tmp_path: Path) -> None:
    """Otherwise the warning would advise to write what is there."""
    folder = write_files(tmp_path / "work", {"shared/_sentry_modules.py": MANIFEST})
    (folder / "shared").chmod(0o777)
    places = [Place(str(folder))]
    with pytest.raises(UnusableManifestError, match=r"^shared\._sentry_modules is passed over"):
        look([], places, is_named=False, nearest="wsgi")


def test_the_sources_of_another_beside_an_install(tmp_path: Path) -> None:
    """An editable or ordinary install needs no manifest, and is not what a folder beside it is."""
    metadata = {"shop-4.0.dist-info/METADATA": "Name: shop\nVersion: 4.0\n"}
    site = write_files(tmp_path / "site", {"shop/__init__.py": CALLS, **metadata})
    other = manifest_text({"thumbnail": "1.0", "pillowcase": "13"}, "thumbnail")
    work = write_files(tmp_path / "work", {"functions/thumbnail/_sentry_modules.py": other})
    listed = launch("shop", work, site)
    assert listed["shop"] == "4.0"
    assert "pillowcase" not in listed
    program = (
        "import json, shop\nfrom sentry_modules.reference import ManifestReference\n"
        "print(json.dumps(ManifestReference(None, ('shop',), 'auto').decision().why))"
    )
    (site / "shop" / "__init__.py").write_text("", encoding="utf-8")
    why = report("-c", program, path=(work, site, RUNTIME, sdk()))
    assert why.startswith("no manifest was found"), "one that was pickled knows the package alone"
