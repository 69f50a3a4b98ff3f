"""The kind of an artifact, by the files that their tools always put in."""

_TOP = {
    "PEX-INFO": "pex",
    "pyvenv.cfg": "environment",
    "environment.json": "shiv",
    "__main__.py": "zipapp",
    "lib/library.zip": "cx_Freeze directory",
    "Contents/Resources/lib/library.zip": "cx_Freeze directory",
    "base_library.zip": "PyInstaller directory",
    "Contents/Frameworks/base_library.zip": "PyInstaller directory",
}

FROZEN = ("cx_Freeze", "PyInstaller", "Nuitka")
"""How the kinds begin whose tools keep only a part of the metadata."""

PYINSTALLER = ("PyInstaller executable", "PyInstaller directory")


def remedy(kind: str) -> str:
    """Return how a manifest gets into what a freezer wrote; nothing for other kinds."""
    tool = kind.partition(" ")[0]
    if tool not in FROZEN:
        return ""
    if tool == "Nuitka":
        return "Give Nuitka the plugin, and build again"
    return f"Install hatch-sentry-modules where {tool} runs, and build again"


class Marks:
    """Notes the files that tell the kind, as they come along."""

    def __init__(self) -> None:
        self._seen: set[str] = set()
        self._wheels: set[str] = set()

    def see(self, place: str) -> None:
        """Look at the name of one file."""
        if place in _TOP or place.startswith("_bootstrap/"):
            self._seen.add(_TOP.get(place, "_bootstrap"))
        folder, _, name = place.partition("/")
        if name == "base_library.zip":  # "_internal", or what --contents-directory names
            self._seen.add(_TOP[name])
        if folder.endswith(".dist-info") and name in {"WHEEL", "INSTALLER"}:
            self._seen.add(name)
            if len(self._wheels) <= 1:  # only one tells a wheel
                self._wheels.add(folder)
        elif name == "PKG-INFO":
            self._seen.add(name)

    def kind(self, container: str) -> str:
        """Return the kind of what was seen, opened as a ``container``."""
        if container == "tar":
            return "sdist" if "PKG-INFO" in self._seen else "tar archive"
        if "pex" in self._seen:
            return "pex"
        if container == "directory":
            freezers = sorted(kind for kind in self._seen if kind.startswith(FROZEN))
            return [*freezers, *sorted(self._seen & {"environment"}), container][0]
        return self._kind_of_zip() if container == "zip" else container

    def _kind_of_zip(self) -> str:
        if {"shiv", "_bootstrap"} <= self._seen:
            return "shiv"
        if "zipapp" in self._seen:
            return "zipapp"
        # An installer leaves a file INSTALLER; a wheel was never installed.
        is_wheel = self._seen & {"WHEEL", "INSTALLER"} == {"WHEEL"} and len(self._wheels) == 1
        return "wheel" if is_wheel else "zip archive"
