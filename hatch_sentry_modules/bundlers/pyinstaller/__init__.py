"""What PyInstaller finds by the entry point ``pyinstaller40``: a folder of hooks.

https://pyinstaller.org/en/stable/hooks.html#providing-pyinstaller-hooks-with-your-package
"""

from pathlib import Path


def get_hook_dirs() -> list[str]:
    """Return the folder of the hooks to PyInstaller, which calls this in every build."""
    return [str(Path(__file__).parent)]
