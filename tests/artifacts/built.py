"""Builds the sample project as every kind of artifact, with the tools themselves."""

from __future__ import annotations

import shutil
import zipapp
from collections.abc import Callable
from pathlib import Path

from demo.bundles import PYINSTALLER, bare_python
from demo.cache import kept_python
from demo.commands import run
from tests.backends import projects
from tests.backends.building import build

LISTED = {"acme-app": "4.2.0", "packaging": "26.1"}
"""What the manifest lists in every environment."""

MAIN = """
import acme._sentry_modules, packaging.version


def main():
    print("sold", packaging.version.Version("1"))


if __name__ == "__main__":
    main()
"""

CX_FREEZE = "cx-Freeze==8.7.0"
PACKAGING = "packaging==26.1"
TOOLS = ("pip", "shiv==1.0.8", "pex==2.105.2", PYINSTALLER)


class Workshop:
    """One project, its wheel, and the folder that pip installs it into with what it requires."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.project = projects.lay_out(folder / "project", "hatchling")
        main = self.project / "src" / "acme" / "__main__.py"
        main.write_text(MAIN, encoding="utf-8")
        self.script = folder / "start.py"
        self.script.write_text("from acme.__main__ import main\n\nmain()\n", encoding="utf-8")
        self.wheel = build(self.project, "wheel", folder / "wheel")
        self.site = self._installed("--target", folder / "site")

    def _installed(self, option: str, where: Path) -> Path:
        self._run("pip", "install", "-q", option, where, self.wheel, PACKAGING)
        return where

    def _run(self, tool: str, *arguments: str | Path) -> None:
        run(kept_python("artifacts", *TOOLS), "-m", tool, *arguments, folder=self.folder)

    def _out(self, name: str) -> Path:
        folder = self.folder / "out"
        folder.mkdir(exist_ok=True)
        return folder / name

    def sdist(self) -> Path:
        """Build the sdist."""
        return build(self.project, "sdist", self.folder / "sdist")

    def directory(self) -> Path:
        """Copy the folder, as AWS Lambda is given it unpacked, and let it start."""
        path = Path(shutil.copytree(self.site, self._out("lambda")))
        shutil.copy(self.script, path / "__main__.py")
        return path

    def zip_archive(self) -> Path:
        """Pack the folder, as AWS Lambda is given it."""
        return Path(shutil.make_archive(str(self._out("lambda-package")), "zip", self.site))

    def zipapp(self) -> Path:
        """Make a zipapp."""
        zipapp.create_archive(self.site, self._out("acme.pyz"), main="acme.__main__:main")
        return self._out("acme.pyz")

    def shiv(self) -> Path:
        """Make a shiv."""
        options = ("--site-packages", self.site, "-e", "acme.__main__:main", "--no-deps")
        # It wants something to install; the same distribution again changes nothing.
        self._run("shiv", *options, "-o", self._out("acme.shiv"), PACKAGING)
        return self._out("acme.shiv")

    def pex(self, *options: str) -> Path:
        """Make a pex of some layout."""
        name = "-".join(["acme", *(option.strip("-") for option in options)]) + ".pex"
        inputs = (self.wheel, PACKAGING, "-m", "acme")
        self._run("pex", *inputs, *options, "-o", self._out(name))
        return self._out(name)

    def environment(self) -> Path:
        """Install into a virtual environment, pip included."""
        path = self._out("environment")
        python = bare_python(path)
        self._run("pip", "--python", python, "install", "-q", "pip", self.wheel, PACKAGING)
        return path

    def pyinstaller(self, kind: str) -> Path:
        """Make one file or a folder; PyInstaller keeps metadata of what it is told to."""
        name = f"acme-{kind}"
        options = (f"--{kind}", "--name", name, "--paths", self.site)
        folders = ("--distpath", self._out("dist"), "--workpath", self.folder / "build")
        python = kept_python("artifacts", *TOOLS)
        command = ("-m", "PyInstaller", "--noconfirm", "--log-level", "ERROR")
        metadata = ("--recursive-copy-metadata", "acme-app")
        more = {"PYTHONPATH": str(self.site)}
        arguments = (*command, *options, *folders, *metadata, self.script)
        run(python, *arguments, more=more, folder=self.folder)
        (path,) = (path for path in self._out("dist").iterdir() if path.stem == name)
        return path

    def cx_freeze(self) -> Path:
        """Make a directory with cx_Freeze, which takes the metadata of its own environment."""
        python = bare_python(self.folder / "cx-environment")
        self._run("pip", "--python", python, "install", "-q", CX_FREEZE, self.wheel, PACKAGING)
        options = ("build", "--script", self.script, "--packages", "acme,packaging")
        arguments = (*options, "--target-dir", self._out("cx"))
        run(python, "-m", "cx_Freeze", *arguments, folder=self.folder)
        return self._out("cx")


KINDS: dict[str, tuple[str, Callable[[Workshop], Path]]] = {
    "wheel": ("wheel", lambda shop: shop.wheel),
    "sdist": ("sdist", Workshop.sdist),
    "directory": ("directory", Workshop.directory),
    "zip": ("zip archive", Workshop.zip_archive),
    "zipapp": ("zipapp", Workshop.zipapp),
    "shiv": ("shiv", Workshop.shiv),
    "pex": ("pex", Workshop.pex),
    "pex-loose": ("pex", lambda shop: shop.pex("--layout", "loose")),
    "pex-packed": ("pex", lambda shop: shop.pex("--layout", "packed")),
    "pex-venv": ("pex", lambda shop: shop.pex("--venv")),
    "environment": ("environment", Workshop.environment),
    "onefile": ("PyInstaller executable", lambda shop: shop.pyinstaller("onefile")),
    "onedir": ("PyInstaller directory", lambda shop: shop.pyinstaller("onedir")),
    "cx_Freeze": ("cx_Freeze directory", Workshop.cx_freeze),
}
"""What ``inspect`` calls each kind, and how it is built."""
